"""Silicon by DFT: phases, melts, labels, curves of energy over volume; `python -m atomzoo.datasets.generate silicon`."""

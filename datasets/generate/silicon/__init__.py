"""Silicon by DFT: phases, melts, labels and curves of energy over volume."""

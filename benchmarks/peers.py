"""Energy and forces by atomzoo and by other programs, in one run: `python -m benchmarks.peers`.

n2p2's nnp-predict and aenet's predict.x are looked for in the folders N2P2_BIN and AENET_BIN; dscribe (`pip install
dscribe`) evaluates functions only. What is missing is named and left out. The full run takes some minutes and writes
`benchmarks/results/peers.csv`, `.md` and `.png`; `--quick` measures fewer and smaller structures and writes nothing.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.peer_programs import PROGRAMS
from benchmarks.report import write
from benchmarks.timing import run_alone

COLUMNS = ("functions", "program", "what", "us/atom", "times atomzoo's", "energy differs by")
KINDS = ("G5", "G4")
OURS = {"native": "atomzoo, Python", "tensorflow": "atomzoo, TensorFlow (XLA)"}
NOTES = """\
Distorted diamond silicon, 8 G2 and 24 G5 or G4 (eta 0.01 to 0.1, zeta 1, 2, 4), Rc 6 A, network 32-30-30-1 with tanh;
the same potential for all programs, in float64, on one core: processor time per atom, the smallest of several runs.
Neighbor lists are included. atomzoo: `evaluate_atoms` of {atoms} atoms with energy, forces, stress and the check for
extrapolation, and with a new neighbor list each time; in LAMMPS: a step of molecular dynamics. nnp-predict and
predict.x: what {larger} atoms take more than {atoms}, so that reading the potential does not count. "times atomzoo's":
over the time of "atomzoo, Python". "energy differs by": from that of atomzoo, the largest part of the energy."""


def measurements(quick, folder):
    """The rows of the table, one by one, as they are measured."""
    for kind in KINDS:
        ours = None
        for engine, name in OURS.items():
            options = {"kind": kind, "engine": engine, "cells": 2 if quick else 4, "repeats": 3 if quick else 30}
            found = run_alone("benchmarks.peers", options, n_cores=1)
            ours = ours or found["time"]
            yield kind, name, "energy, forces", *_cells(found["time"], ours)
        for name, program in PROGRAMS.items():
            place = folder / f"{program.__name__}-{kind}"
            place.mkdir()
            found = program(kind, place, (2, 3) if quick else (4, 8))
            if isinstance(found, str):
                yield kind, name, f"not measured: {found}", "", "", ""
            else:
                yield kind, name, found["what"], *_cells(found["time"], ours, found.get("difference"))


def _cells(time, ours, difference=None):
    return f"{time:.3g}", f"{time / ours:.3g}", "" if difference is None else f"{difference:.0e}"


def measured(kind, engine, cells, repeats):
    """Microseconds per atom of `evaluate_atoms` in this process, the smallest of some calls."""
    from benchmarks.silicon import distorted_silicon, silicon_potential
    from benchmarks.timing import processor_times

    atoms, potential = distorted_silicon(cells), silicon_potential(kind, 6.0, dtype="float64")

    def call():
        atoms.cell[0, 0] += 1e-9  # neighbor lists cannot be kept
        potential.evaluate_atoms(atoms, engine)

    return {"time": 1e6 * min(processor_times(call, repeats)) / len(atoms)}


def figure(rows):
    """Bars of the times, for each kind of functions."""
    import matplotlib.pyplot as plt

    drawn, axes = plt.subplots(1, len(KINDS), figsize=(9, 3), layout="constrained", sharey=True)
    for ax, kind in zip(axes, KINDS, strict=True):
        found = [row for row in rows if row[0] == kind and row[3]][::-1]
        colors = ["C0" if row[1].startswith("atomzoo") else "0.6" for row in found]
        bars = ax.barh([row[1] for row in found], [float(row[3]) for row in found], color=colors)
        ax.bar_label(bars, [row[3] for row in found], padding=3)
        ax.set(xscale="log", xlabel="µs per atom", title=f"8 G2 and 24 {kind}")
        ax.margins(x=0.3)
    return drawn


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small structures, a few calls only; writes nothing")
    quick, rows = parser.parse_args().quick, []
    with tempfile.TemporaryDirectory() as folder:
        for row in measurements(quick, Path(folder)):
            print(
                *(f"{name}: {value}" for name, value in zip(COLUMNS, row, strict=True) if value), sep=", ", flush=True
            )
            rows.append(row)
    if not quick:
        sizes = {"atoms": 8 * 4**3, "larger": 8 * 8**3}
        write("peers", "Speed beside other programs", NOTES.format(**sizes), COLUMNS, rows, figure(rows))


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()

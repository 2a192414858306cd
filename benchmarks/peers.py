"""Energy and forces by atomzoo and by other programs, in one run: `python -m benchmarks.peers`.

n2p2's nnp-predict and aenet's predict.x are looked for in the folders N2P2_BIN and AENET_BIN; dscribe (`pip install
dscribe`) evaluates functions only. What is missing is named and left out. The full run takes some minutes and writes
`benchmarks/results/peers.csv`, `.md` and `.png`; `--quick` runs each program once and writes nothing.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from benchmarks.peer_programs import KINDS, LARGER, PROGRAMS, case
from benchmarks.report import write
from benchmarks.timing import processor_times, run_alone

COLUMNS = ("functions", "program", "what", "us/atom", "times atomzoo's", "energy differs by")
OURS = {
    "atomzoo, Python": ("native", False),
    "atomzoo, Python, atoms move": ("native", True),
    "atomzoo, TensorFlow (XLA)": ("tensorflow", False),
}
NOTES = """\
G5, G4: 512 atoms of distorted diamond silicon, 8 G2 and 24 G5 or G4 (eta 0.01 to 0.1, zeta 1, 2, 4), Rc 6 A, network
32-30-30-1 with tanh. The same potential for all programs, in float64, on one core: processor time per atom, the
smallest of several runs; others: a potential and a structure in the files of n2p2. Neighbor lists are included.
atomzoo: `evaluate_atoms` with energy, forces, stress and the check for extrapolation, with a new neighbor list each
time; "atoms move": as in dynamics and relaxation, where a list serves several calls; in LAMMPS: a step of molecular
dynamics. nnp-predict and predict.x: what a structure {larger} times as long takes more, so that reading the potential
does not count. "times atomzoo's": over the time of "atomzoo, Python". "energy differs by": from that of atomzoo, over
the energy."""


def measurements(kinds, repeats, folder):
    """The rows of the table, one by one, as they are measured."""
    for number, kind in enumerate(kinds):
        ours, name = None, Path(kind).name
        for program, (engine, moving) in OURS.items():
            options = {"kind": kind, "engine": engine, "moving": moving, "repeats": 10 * repeats}
            found = run_alone("benchmarks.peers", options, n_cores=1)
            ours = ours or found["time"]
            yield name, program, "energy, forces", *_cells(found["time"], ours)
        for program, measure in PROGRAMS.items():
            place = folder / f"{measure.__name__}-{number}"
            place.mkdir()
            found = measure(kind, place, repeats)
            if isinstance(found, str):
                yield name, program, f"not measured: {found}", "", "", ""
            else:
                yield name, program, found["what"], *_cells(found["time"], ours, found.get("difference"))


def _cells(time, ours, difference=None):
    return _digits(time), _digits(time / ours), "" if difference is None else f"{difference:.0e}"


def _digits(value):
    """Three of them, without an exponent."""
    return f"{float(f'{value:.3g}'):g}"


def measured(kind, engine, moving, repeats):
    """Microseconds per atom of `evaluate_atoms` in this process, the smallest of some calls."""
    atoms, potential = case(kind)
    rng = np.random.default_rng(0)

    def call():
        if moving:
            atoms.positions += rng.normal(scale=0.003, size=atoms.positions.shape)
        else:
            atoms.cell[0, 0] += 1e-9  # neighbor lists cannot be kept
        potential.evaluate_atoms(atoms, engine)

    return {"time": 1e6 * min(processor_times(call, repeats)) / len(atoms)}


def figure(rows):
    """Bars of the times, for each potential."""
    kinds = list(dict.fromkeys(row[0] for row in rows))
    drawn, axes = plt.subplots(1, len(kinds), figsize=(4.5 * len(kinds), 3), layout="constrained", squeeze=False)
    for ax, kind in zip(axes[0], kinds, strict=True):
        found = [row for row in rows if row[0] == kind and row[3]][::-1]
        colors = ["C0" if row[1].startswith("atomzoo") else "0.6" for row in found]
        bars = ax.barh([row[1] for row in found], [float(row[3]) for row in found], color=colors)
        ax.bar_label(bars, [row[3] for row in found], padding=3)
        ax.set(xscale="log", xlabel="µs per atom", title=kind)
        ax.set_xlim(right=8 * ax.get_xlim()[1])  # room for the numbers
    return drawn


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--potential", metavar="FOLDER", help="n2p2's files of a potential, and input.data, to measure")
    parser.add_argument("--quick", action="store_true", help="one run of each; writes nothing")
    arguments, rows = parser.parse_args(), []
    if arguments.potential:
        try:
            case(arguments.potential)  # before minutes of measurements
        except (ValueError, OSError) as error:
            parser.error(str(error))
    kinds = [*KINDS, *([arguments.potential] if arguments.potential else [])]
    with tempfile.TemporaryDirectory() as folder:
        for row in measurements(kinds, 1 if arguments.quick else 5, Path(folder)):
            print(
                *(f"{name}: {value}" for name, value in zip(COLUMNS, row, strict=True) if value), sep=", ", flush=True
            )
            rows.append(row)
    if not arguments.quick:
        write("peers", "Speed beside other programs", NOTES.format(larger=LARGER), COLUMNS, rows, figure(rows))


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()

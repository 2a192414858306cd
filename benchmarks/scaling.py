"""What energy and forces cost, over atoms, neighbors, functions and elements: `python -m benchmarks.scaling`.

The full run takes some minutes and writes `benchmarks/results/scaling.csv`, `.md` and `.png`; `--quick` measures the
two smallest cases of each and writes nothing.
"""

import argparse
import json
import sys
from itertools import combinations_with_replacement

import numpy as np

from benchmarks.report import write
from benchmarks.timing import run_alone

COLUMNS = ("engine", "over", "value", "atoms", "neighbors", "us/atom", "GB")
STANDARD = {"cells": 6, "cutoff": 6.0, "n_functions": 32, "n_elements": 1}
CASES = {
    "atoms": [{"cells": cells} for cells in (1, 2, 4, 8, 16, 32, 50)],
    "neighbors": [{"cutoff": cutoff} for cutoff in (3.6, 4.5, 6.0, 7.5, 9.9)],
    "functions": [{"n_functions": number} for number in (8, 16, 32, 64, 128)],
    "elements": [{"n_elements": number, "n_functions": 60} for number in (1, 2, 3, 4, 5)],
}
ENGINES = {"native": "C0", "tensorflow": "0.6"}
NOTES = """\
`evaluate_atoms` with energy, forces, stress and the check for extrapolation in float64 on one core: processor time per
atom, the smallest of several calls, each with a new neighbor list. Distorted diamond silicon of 1728 atoms, Rc 6 A, 16
G2 and 16 G5, network 30-30 with tanh, but for what is varied: the number of atoms, the cutoff, the number of functions
(half of them G5), and the number of elements, drawn at random for each atom, with 60 functions in all, each of the
neighbors of one element or pair. GB: the peak memory of a process of its own. The exponent in a title is that of the
C++ engine: of the cost of the whole structure over its atoms, and of the cost per atom over the rest, fitted to the
points from the second on."""


def measurements(quick):
    """The rows of the table, one by one, as they are measured."""
    for over, cases in CASES.items():
        for engine in ENGINES:
            for case in cases[:2] if quick else cases:
                options = STANDARD | case
                if engine == "tensorflow" and options["cells"] > 32:
                    continue
                found = run_alone("benchmarks.scaling", {"engine": engine, **options}, n_cores=1)
                value = found[over] if over in found else options[f"n_{over}"]
                yield engine, over, value, found["atoms"], found["neighbors"], found["time"], found["memory"]


def measured(engine, cells, cutoff, n_functions, n_elements):
    """Time and memory of one case, in this process."""
    from atomzoo.datasets.arrays.neighbors import neighbor_list
    from benchmarks.silicon import distorted_silicon
    from benchmarks.timing import peak_memory, processor_times

    elements = ["Si", "Ge", "C", "Sn", "Pb"][:n_elements]
    atoms = distorted_silicon(cells)
    atoms.symbols = np.random.default_rng(0).choice(elements, len(atoms))
    potential = _potential(elements, cutoff, n_functions)

    def call():
        atoms.cell[0, 0] += 1e-9  # neighbor lists cannot be kept
        potential.evaluate_atoms(atoms, engine)

    times = processor_times(call, 3 if len(atoms) > 10000 else 20)
    return {
        "atoms": len(atoms),
        "neighbors": round(len(neighbor_list(atoms, cutoff)[0]) / len(atoms), 1),
        "time": round(1e6 * min(times) / len(atoms), 2),
        "memory": round(peak_memory(), 2),
    }


def _potential(elements, cutoff, n_functions):
    """Half of the functions are G2, half G5; their neighbors are dealt in turn."""
    from atomzoo import NeuralNetworkPotential, SymmetryFunction

    pairs = list(combinations_with_replacement(elements, 2))
    functions = []
    for n in range(n_functions // 2):
        place = n / (n_functions // 2)
        of = {"eta": 2.0, "rs": cutoff * place, "neighbors": (elements[n % len(elements)],)}
        functions.append(SymmetryFunction("G2", cutoff, **of))
        shape = {"eta": 0.01 + 0.2 * place, "zeta": (1, 2, 4)[n % 3], "lambda_": (-1, 1)[n % 2]}
        functions.append(SymmetryFunction("G5", cutoff, **shape, neighbors=pairs[n % len(pairs)]))
    return NeuralNetworkPotential.from_functions(elements, functions, hidden=(30, 30), dtype="float64")


def exponent(rows, over):
    """The power of what is varied that the cost grows with, from the second point on."""
    values, times = np.array([(row[2], row[5]) for row in rows if row[0] == "native" and row[1] == over][1:]).T
    slope = np.polyfit(np.log(values), np.log(times), 1)[0]
    return slope + 1 if over == "atoms" else slope


def figure(rows):
    """Cost per atom over each of the four."""
    import matplotlib.pyplot as plt

    drawn, axes = plt.subplots(2, 2, figsize=(8, 6), layout="constrained")
    for ax, over in zip(axes.flat, CASES, strict=True):
        for engine, color in ENGINES.items():
            found = [(row[2], row[5]) for row in rows if row[:2] == (engine, over)]
            ax.plot(*zip(*found, strict=True), "o-", color=color, label=engine)
        ax.set(xlabel=over, ylabel="µs per atom", title=f"exponent {exponent(rows, over):.2f}", ylim=(1, None))
        ax.set(yscale="log", xscale="linear" if over == "elements" else "log")
    axes.flat[0].legend()
    return drawn


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two small cases of each; writes nothing")
    quick, rows = parser.parse_args().quick, []
    for row in measurements(quick):
        print(*(f"{name}: {value}" for name, value in zip(COLUMNS, row, strict=True)), sep=", ", flush=True)
        rows.append(row)
    if not quick:
        write("scaling", "Cost over atoms, neighbors, functions and elements", NOTES, COLUMNS, rows, figure(rows))


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()

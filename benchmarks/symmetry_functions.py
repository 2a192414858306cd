"""Time and memory of symmetry functions, energies, forces and training: `python -m benchmarks.symmetry_functions`.

The full run takes a minute or two and writes `benchmarks/results/symmetry_functions.csv` and `.md`;
`--quick` measures the smallest cases only and writes nothing.
"""

import argparse

from rich.console import Console
from rich.table import Table

from benchmarks.report import environment, write
from benchmarks.timing import run_alone

COLUMNS = {
    "case": "case",
    "kind": "kind",
    "atoms": "atoms",
    "neighbors": "neighbors",
    "cores": "cores",
    "minimum": "us/atom",
    "median": "median",
    "memory": "GB",
}
NOTES = """\
Silicon: diamond, 5.431 A, Gaussian displacements of 0.15 A. A potential of 8 G2 and 24 G5 or G4, Rc 6 A, and a network
32-30-30-1 with tanh, float64: energy, forces and stress by `evaluate_atoms` with the engine "tensorflow", neighbor
list included, and by its compiled program alone. Training step: energies and forces by `fit`, compiled by XLA, with
trainable eta, Rc 4.5 A, float32, batches of 8 structures of 64 atoms; time per atom and step. Compilation is not
counted. Smallest and median time: of the processor on one core, which other programs lengthen less, and by the clock on
two. GB: the peak memory of a process of its own (Python and TensorFlow themselves take 0.7 GB).
Other programs: `python -m benchmarks.peers`."""


def measurements(quick):
    """The rows of the table, one by one, as they are measured."""
    yield from _evaluation("G5", cells=1 if quick else 4, repeats=2 if quick else 20)
    for cells, repeats in () if quick else ((8, 5), (16, 3)):
        yield from _evaluation("G5", cells=cells, repeats=repeats)
    yield from _evaluation("G4", cells=1 if quick else 4, repeats=2 if quick else 20)
    yield _training({"cells": 1, "n_structures": 2, "epochs": 1} if quick else {})


def _evaluation(kind, **options):
    """Rows of `evaluate_atoms` and of the compiled program, on one core."""
    result = run_alone("benchmarks.silicon", {"task": "evaluation", "kind": kind, **options}, n_cores=1)
    yield {"case": "evaluate_atoms", "kind": kind, "cores": 1, **result}
    times = {"minimum": result["compiled_minimum"], "median": result["compiled_median"]}
    yield {"case": "compiled alone", "kind": kind, "cores": 1, **result, **times}


def _training(options):
    result = run_alone("benchmarks.silicon", {"task": "training", **options}, n_cores=2)
    return {"case": "training step", "kind": "G5", "cores": 2, **result}


def as_text(row):
    """The cells of a row."""
    digits = {"neighbors": 1, "minimum": 1, "median": 1, "memory": 2}
    cells = {key: row.get(key, "") for key in COLUMNS}
    return [f"{cell:.{digits[key]}f}" if isinstance(cell, float) else str(cell) for key, cell in cells.items()]


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.symmetry_functions", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the smallest cases only; writes nothing")
    quick = parser.parse_args().quick
    console, rows = Console(), []
    with Console(stderr=True).status("measuring") as status:
        for row in measurements(quick):
            rows.append(row)
            status.update(f"measuring; {len(rows)} rows done, last: {row['case']}, {row['kind']}")
    table = Table(title=environment(), caption=NOTES.replace("\n", " "), caption_justify="left")
    for key, heading in COLUMNS.items():
        table.add_column(heading, justify="left" if key in ("case", "kind") else "right")
    for row in rows:
        table.add_row(*as_text(row))
    console.print(table)
    if not quick:
        cells = [as_text(row) for row in rows]
        write("symmetry_functions", "Speed of symmetry functions", NOTES, list(COLUMNS.values()), cells)


if __name__ == "__main__":
    main()

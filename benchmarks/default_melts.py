"""Whether potentials of the default training keep atoms apart in a melt: `python -m benchmarks.default_melts`.

The full run takes some twenty minutes and writes `benchmarks/results/default_melts.csv` and `.md`; `--quick` trains and
moves atoms for a few steps and writes nothing.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.default_functions import N_TRAIN, SETS, drawn
from benchmarks.report import write

TEMPERATURES = {"silicon": 4000, "silica": 5000}  # K, the highest in the data
SEEDS, STEPS, EVERY, TIME_STEP = range(5), 20000, 10, 1.0
REACH = 3.0  # A; the shortest distances are below it
COLUMNS = ("data", "K", "shortest distance in the data (A)", "shortest of each run (A)", "smallest part")
NOTES = f"""\
Trained by default on {N_TRAIN} structures (see [default_functions](default_functions.md)); then {len(SEEDS)} runs of
molecular dynamics in LAMMPS, {STEPS * TIME_STEP / 1000:g} ps each at the highest temperature of the data, from one of
its structures with other velocities. Distances of every {EVERY}th step."""


def measured(name, quick):
    """A row of the table."""
    from atomzoo import pair_commands, save_potential, train_potential
    from atomzoo.datasets.engines import Lammps
    from atomzoo.models.selection.select_functions import neighbor_distances

    train = drawn(SETS[name]()[0], N_TRAIN)
    shortest, temperature = neighbor_distances(train, REACH).min(), TEMPERATURES[name]
    start = next(atoms for atoms in train if atoms.info.get("temperature") == temperature).copy()
    start.set_velocities(np.zeros((len(start), 3)))  # or all runs would begin with these, and be the same
    with tempfile.TemporaryDirectory() as folder:
        potential = train_potential(train, core="zbl", **({"epochs": 3} if quick else {})).potential
        save_potential(potential, Path(folder) / "a.nn", "lammps")
        engine = Lammps(pair_commands(Path(folder) / "a.nn", potential.elements), potential.elements)
        runs = []
        for seed in SEEDS:
            steps = EVERY if quick else STEPS
            frames = engine.dynamics(start, steps, temperature, time_step=TIME_STEP, every=EVERY, seed=seed)
            runs.append(neighbor_distances(frames, REACH).min())
    distances = ", ".join(f"{distance:.2f}" for distance in runs)
    return [name, temperature, f"{shortest:.2f}", distances, f"{min(runs) / shortest:.2f}"]


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.default_melts", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few steps; writes nothing")
    quick, rows = parser.parse_args().quick, []
    for name in TEMPERATURES:
        rows.append(measured(name, quick))
        print(*(f"{column}: {value}" for column, value in zip(COLUMNS, rows[-1], strict=True)), sep=", ", flush=True)
    if not quick:
        write("default_melts", "Melts of the default potentials", NOTES, COLUMNS, rows)


if __name__ == "__main__":
    main()

"""Whether potentials of the default training keep atoms apart in a melt: `python -m benchmarks.default_melts`.

The full run takes an hour, resumes after an interruption, and writes `benchmarks/results/default_melts.csv` and `.md`;
`--quick` trains and moves atoms for a few steps and writes nothing. ATOMZOO_DATA names the folder of TiO2 and of
hydrogen.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.default_functions import N_TRAIN, SETS, drawn
from benchmarks.report import measured_rows, write


@dataclass(frozen=True)
class Melt:
    """How a melt is run: the temperature in K and the time step in fs."""

    temperature: float
    time_step: float = 1.0


MELTS = {
    "silicon": Melt(4000),
    "silica": Melt(5000),
    "TiO2": Melt(2000),
    "hydrogen": Melt(3000, time_step=0.25),
    "gold": Melt(1000, time_step=2.0),
}
SEEDS, TIME, EVERY = range(5), 20000, 10.0  # fs: of a run, and between two looks at its distances
REACH = 3.0  # A; the shortest distances are below it
COLUMNS = ("data", "K", "shortest distance in the data (A)", "shortest of each run (A)", "smallest part")
NOTES = f"""\
Trained by default on {N_TRAIN} structures (see default_functions); then {len(SEEDS)} runs of
molecular dynamics in LAMMPS, {TIME / 1000:g} ps each, from one of the structures, with other velocities. Distances
of every {EVERY:g} fs. Temperatures are the highest of the data where that is known (silicon, silica, gold); of TiO2
(distorted crystals, with defects) and hydrogen (its liquid at high pressure) it is not, and theirs are ours: near the
melting point, and one at which molecules break up. The smallest part is that of the shortest distance in the data."""


def measured(name, quick):
    """A row of the table."""
    from atomzoo import pair_commands, save_potential, train_potential
    from atomzoo.datasets.engines import Lammps
    from atomzoo.models.selection.select_functions import neighbor_distances

    train, melt = drawn(SETS[name]()[0], N_TRAIN), MELTS[name]
    shortest, start = neighbor_distances(train, REACH).min(), _start(train, melt.temperature)
    with tempfile.TemporaryDirectory() as folder:
        potential = train_potential(train, core="zbl", **({"epochs": 3} if quick else {})).potential
        save_potential(potential, Path(folder) / "a.nn", "lammps")
        engine = Lammps(pair_commands(Path(folder) / "a.nn", potential.elements), potential.elements)
        every, runs = round(EVERY / melt.time_step), []
        steps = every if quick else round(TIME / melt.time_step)
        for seed in SEEDS:
            frames = engine.dynamics(start, steps, melt.temperature, time_step=melt.time_step, every=every, seed=seed)
            runs.append(neighbor_distances(frames, REACH).min())
    distances = ", ".join(f"{distance:.2f}" for distance in runs)
    return [name, f"{melt.temperature:g}", f"{shortest:.2f}", distances, f"{min(runs) / shortest:.2f}"]


def _start(structures, temperature):
    """The largest of the structures, of those at the temperature if they say theirs, at rest.

    With velocities all runs would begin with these, and be the same.
    """
    hot = [atoms for atoms in structures if atoms.info.get("temperature") == temperature]
    start = max(hot or structures, key=len).copy()
    start.set_velocities(np.zeros((len(start), 3)))
    return start


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.default_melts", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few steps; writes nothing")
    quick = parser.parse_args().quick
    jobs = [[name] for name in MELTS]
    rows = measured_rows("default_melts", COLUMNS, jobs, lambda job: measured(*job, quick), not quick)
    if not quick:
        write("default_melts", "Melts of the default potentials", NOTES, COLUMNS, rows)


if __name__ == "__main__":
    main()

"""Errors of `train_potential` with functions chosen from the data and with those of a preset.

    python -m benchmarks.default_functions

The full run takes an hour, resumes after an interruption, and writes `benchmarks/results/default_functions.csv` and
`.md`; `--quick` trains for a few iterations and writes nothing. ATOMZOO_DATA names the folder of TiO2 and of hydrogen
(`hydrogen/pbe_liquid.tar.xz`).
"""

import argparse
import json
import sys
import time

import numpy as np

from benchmarks.report import measured_rows, write
from benchmarks.timing import run_alone

N_TRAIN, N_TEST = 200, 150
PRESET = "barch-tubman-2017"
CHOICES = {"preset": PRESET, "from the data": None}
COLUMNS = (
    "data",
    "functions",
    "number",
    "cutoff (A)",
    "energy RMSE (meV/atom)",
    "force RMSE (meV/A)",
    "iterations",
    "s",
)
NOTES = f"""\
Test errors after the default training (L-BFGS, energies, forces and stress where there is one) on {N_TRAIN} structures,
drawn at random as the test structures are: aenet's TiO2 (6 to 95 atoms), dense liquid hydrogen (PBE, 128 atoms; Cheng
et al. 2020), gold clusters (BLYP, 3 to 5 atoms), silicon and silica of empirical potentials (64 and 72 atoms: crystals
and melts up to 4000 and 5000 K). Preset: `barch-tubman-2017`, made for gold. One seed. Seconds of two cores, reading
not included, are for orientation: the machine may have had other work. While the default was designed, errors
of structures of the same pools, test parts among them, were looked at: these are not errors of untouched data."""


def silicon():
    """Stillinger-Weber silicon: crystals, melts and a quench of 64 atoms."""
    from atomzoo.datasets.empirical import silicon_data

    train, _, test = silicon_data()
    return [atoms for atoms in train if len(atoms) == 64], [atoms for atoms in test if len(atoms) == 64]


def silica():
    """Vashishta SiO2: crystals, melts and a quench of 72 atoms."""
    from atomzoo.datasets.empirical import silica_data

    train, _, test = silica_data()
    return [atoms for atoms in train if len(atoms) == 72], [atoms for atoms in test if len(atoms) == 72]


def gold():
    """Clusters of three to five atoms."""
    from atomzoo.datasets import gold_clusters

    parts = [gold_clusters.load_data(n_atoms) for n_atoms in (3, 4, 5)]
    return sum((train for train, _ in parts), []), sum((validation for _, validation in parts), [])


def titania():
    """TiO2 on aenet's split."""
    from atomzoo.datasets import tio2

    train, _, test = tio2.load_data()
    return train, test


def hydrogen():
    """Dense liquid hydrogen by PBE; what is not drawn to train may test."""
    from atomzoo.datasets import pbe_hydrogen

    structures = [atoms for atoms in pbe_hydrogen.read_all() if len(atoms) == 128]
    order = np.random.default_rng(0).permutation(len(structures))
    return [structures[k] for k in order[N_TEST:]], [structures[k] for k in order[:N_TEST]]


SETS = {"TiO2": titania, "hydrogen": hydrogen, "gold": gold, "silicon": silicon, "silica": silica}


def drawn(structures, count):
    """So many of the structures, at random with a fixed seed."""
    order = np.random.default_rng(1).permutation(len(structures))
    return [structures[k] for k in order[:count]]


def measured(name, choice, quick):
    """A row of the table, in this process."""
    from atomzoo import train_potential
    from atomzoo.models.potential.prediction_errors import prediction_errors

    train, test = (drawn(part, count) for part, count in zip(SETS[name](), (N_TRAIN, N_TEST), strict=True))
    start = time.perf_counter()
    options = {"epochs": 3} if quick else {}
    training = train_potential(train, CHOICES[choice], core="zbl", **options)
    seconds = time.perf_counter() - start
    potential = training.potential
    errors = prediction_errors(test, potential.evaluate_atoms(test))
    return [
        name,
        choice,
        len(potential.functions),
        f"{potential.descriptor.cutoff:g}",
        f"{1e3 * errors['energy'].rmse:.3g}",
        f"{1e3 * errors['forces'].rmse:.3g}",
        len(training.history["loss"]),
        f"{seconds:.0f}",
    ]


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.default_functions", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three iterations of each; writes nothing")
    parser.add_argument(
        "--sets", nargs="+", default=list(SETS), choices=SETS, metavar="SET", help="some; writes nothing"
    )
    options = parser.parse_args()
    jobs = [[name, choice] for name in options.sets for choice in CHOICES]
    rows = measured_rows("default_functions", COLUMNS, jobs, lambda job: _alone(*job, options.quick), not options.quick)
    if not options.quick and options.sets == list(SETS):
        write("default_functions", "Functions of a preset, and those chosen from the data", NOTES, COLUMNS, rows)


def _alone(name, choice, quick):
    """A row of the table, measured in a process of its own."""
    job = {"name": name, "choice": choice, "quick": quick}
    return run_alone("benchmarks.default_functions", job, n_cores=2)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()

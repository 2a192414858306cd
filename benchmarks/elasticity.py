"""Elastic constants of potentials by `train_potential`, beside those of the potentials behind the data.

    python -m benchmarks.elasticity

The full run takes half an hour, resumes after an interruption, and writes `benchmarks/results/elasticity.csv` and
`.md`; `--quick` trains for a few iterations and writes nothing.
"""

import argparse
import json
import sys
import time

import numpy as np
from ase.units import GPa

from benchmarks.default_functions import N_TRAIN, drawn
from benchmarks.report import measured_rows, write
from benchmarks.timing import run_alone

N_SEEDS = 3
WEIGHTS = {"default": {}, "weights 1": {"force_weight": 1.0, "stress_weight": 1.0}}
LABELS = "that of the labels"
MAX_STRESS = 1e-5  # eV/A^3, 1.6 MPa: less is not reached with every network
PLACES = {
    "silicon": {"C11": (0, 0), "C12": (0, 1), "C44": (3, 3)},
    "silica": {"C11": (0, 0), "C12": (0, 1), "C13": (0, 2), "C33": (2, 2), "C44": (3, 3), "C66": (5, 5)},
}
COLUMNS = ("data", "potential", "elastic constants (GPa)", "largest deviation", "s")
NOTES = f"""\
Crystals at zero stress: diamond silicon and alpha-quartz. The data: {N_TRAIN} structures drawn at random from crystals,
also strained by up to 5 %, melts and a quench of 8 to 192 atoms (those with atoms pushed together left out), labelled
by Stillinger and Weber's potential and by Vashishta's, with energies, forces and stress. Training: by default (L-BFGS,
functions chosen from the data, repulsive core), and the same with the weights 1 of forces and stress. Seeds differ in
held-out structures and in first weights. Seconds of two cores, for orientation: the machine may have had other work.
Before this was run, elastic constants of seeds 0 and 1 with several weights were looked at."""


def reference(name):
    """The elastic constants of the potential that labelled the data, a dict in GPa."""
    from atomzoo.datasets import empirical

    engine = empirical.stillinger_weber() if name == "silicon" else empirical.vashishta()
    return constants(name, engine.relax)


def constants(name, relaxed):
    """Elastic constants of the crystal, a dict in GPa; `relaxed` as `elastic_constants` takes it."""
    from atomzoo.datasets.empirical import alpha_quartz, diamond_silicon
    from atomzoo.models.relaxation.elasticity import elastic_constants, equilibrium

    start = diamond_silicon() if name == "silicon" else alpha_quartz()
    tensor = elastic_constants(equilibrium(start, relaxed, max_stress=MAX_STRESS), relaxed) / GPa
    return {symbol: float(tensor[place]) for symbol, place in PLACES[name].items()}


def data(name):
    """Labelled crystals and melts: the training part of the empirical data, but for what has atoms pushed together."""
    from atomzoo.datasets.empirical import silica_data, silicon_data

    train, _, _ = silicon_data() if name == "silicon" else silica_data()
    return [atoms for atoms in train if atoms.info["source"] != "close"]


def measured(name, weights, seed, quick):
    """Elastic constants of a potential trained now, in GPa, and the seconds of its training."""
    from atomzoo import train_potential
    from atomzoo.models.validation.crystals import relaxed_by

    structures, start = drawn(data(name), N_TRAIN), time.perf_counter()
    options = WEIGHTS[weights] | ({"epochs": 300} if quick else {})
    potential = train_potential(structures, core="zbl", seed=seed, **options).potential
    seconds = time.perf_counter() - start
    return constants(name, relaxed_by(potential)), seconds


def row(name, what, found, expected, seconds):
    """A row of the table."""
    text = ", ".join(f"{symbol} {value:.1f}" for symbol, value in found.items())
    deviation = max(abs(found[symbol] / value - 1) for symbol, value in expected.items())
    return [name, what, text, f"{100 * deviation:.1f} %", "-" if np.isnan(seconds) else f"{seconds:.0f}"]


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.elasticity", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few iterations of one seed; writes nothing")
    parser.add_argument("--sets", nargs="+", default=list(PLACES), choices=PLACES, help="one; writes nothing")
    options = parser.parse_args()
    seeds = range(1 if options.quick else N_SEEDS)
    trained = [f"{weights}, seed {seed}" for weights in WEIGHTS for seed in seeds]
    jobs = [[name, what] for name in options.sets for what in (LABELS, *trained)]
    rows = measured_rows("elasticity", COLUMNS, jobs, lambda job: _row(*job, options.quick), not options.quick)
    if not options.quick and options.sets == list(PLACES):
        write("elasticity", "Elastic constants", NOTES, COLUMNS, rows)


def _row(name, what, quick):
    expected = reference(name)
    if what == LABELS:
        return row(name, what, expected, expected, float("nan"))
    weights, _, seed = what.partition(", seed ")
    job = {"name": name, "weights": weights, "seed": int(seed), "quick": quick}
    found, seconds = run_alone("benchmarks.elasticity", job, n_cores=2)
    return row(name, what, found, expected, seconds)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()

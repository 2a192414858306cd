"""Errors of `train_potential` by the weights of forces and stress: `python -m benchmarks.default_weights`.

The full run takes an hour, resumes after an interruption, and writes `benchmarks/results/default_weights.csv` and
`.md`; `--quick` trains for a few iterations and writes nothing. ATOMZOO_DATA names the folder of TiO2 and of hydrogen.
"""

import argparse
import json
import sys
import time

from ase.units import GPa

from benchmarks.default_functions import N_TEST, N_TRAIN, SETS, drawn
from benchmarks.report import measured_rows, write
from benchmarks.timing import run_alone

WEIGHTS = {"0.2, 0.1": (0.2, 0.1), "1, 1": (1.0, 1.0)}  # of forces and of stress
GAMMA_POINT = "dense hydrogen (Gamma point)"
COLUMNS = (
    "data",
    "weights",
    "energy RMSE (meV/atom)",
    "force RMSE (meV/A)",
    "stress RMSE (GPa)",
    "iterations",
    "s",
)
NOTES = f"""\
The default training (L-BFGS, functions from the data) with two pairs of weights, of forces and of stress, on {N_TRAIN}
structures of each set of `default_functions`, and of dense hydrogen whose labels, of the Gamma point alone, are no sums
over neighborhoods. Errors are those of {N_TEST} more structures of the training part, by which a default may be chosen;
`default_functions` measures it on the test part. One seed. Seconds are for orientation: the machine may have had other
work."""


def pool(name):
    """Structures to train on and, of the same training part, structures to choose by."""
    if name == GAMMA_POINT:
        from atomzoo.datasets import dense_hydrogen

        found = drawn(dense_hydrogen.load_data(2)[0], N_TRAIN + N_TEST)
    else:
        found = drawn(SETS[name]()[0], N_TRAIN + N_TEST)
    return found[:N_TRAIN], found[N_TRAIN:]


def measured(name, weights, quick):
    """A row of the table, in this process."""
    from atomzoo import train_potential
    from atomzoo.models.potential.prediction_errors import prediction_errors

    train, others = pool(name)
    start = time.perf_counter()
    options = dict(zip(("force_weight", "stress_weight"), WEIGHTS[weights], strict=True))
    options |= {"epochs": 3} if quick else {}
    training = train_potential(train, core="zbl", **options)
    seconds = time.perf_counter() - start
    errors = prediction_errors(others, training.potential.evaluate_atoms(others))
    cells = (f"{1e3 * errors['energy'].rmse:.3g}", f"{1e3 * errors['forces'].rmse:.3g}")
    stress = f"{errors['stress'].rmse / GPa:.3g}" if "stress" in errors else ""
    return [name, weights, *cells, stress, len(training.history["loss"]), f"{seconds:.0f}"]


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.default_weights", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three iterations of each; writes nothing")
    quick = parser.parse_args().quick
    jobs = [[name, weights] for name in (*SETS, GAMMA_POINT) for weights in WEIGHTS]
    rows = measured_rows("default_weights", COLUMNS, jobs, lambda job: _alone(*job, quick), not quick)
    if not quick:
        write("default_weights", "Weights of forces and stress", NOTES, COLUMNS, rows)


def _alone(name, weights, quick):
    """A row of the table, measured in a process of its own."""
    return run_alone("benchmarks.default_weights", {"name": name, "weights": weights, "quick": quick}, n_cores=2)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()

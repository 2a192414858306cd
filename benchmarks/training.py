"""Error over time of the ways to train: `python -m benchmarks.training`.

The full run takes a quarter of an hour and writes `benchmarks/results/training.csv`, `.md` and `.png`; `--quick` trains
for a few epochs and writes nothing.
"""

import argparse
import json
import sys
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter, ScalarFormatter

from benchmarks.report import write
from benchmarks.timing import run_alone

N_STRUCTURES = 200
EVERY = 2.0  # s between measurements
RECIPES = {
    "Adam, exact forces": {"optimizer": "adam", "forces": "exact", "epochs": 500, "force_weight": 1.0},
    "Adam, 8 directions": {"optimizer": "adam", "forces": "projected", "epochs": 500},
    "default (L-BFGS)": {},
    "L-BFGS, force weight 1": {"force_weight": 1.0},
}
SETS = ("dense hydrogen", "silicon")
COLUMNS = (
    "data",
    "recipe",
    "s",
    "force RMSE (eV/A)",
    "energy RMSE (meV/atom)",
    "s to the error of Adam",
    "times faster",
)
NOTES = """\
200 structures of dense hydrogen (PBE, set 2, 54 atoms, forces) and of silicon (LDA, 1 to 16 atoms, forces and stress),
a tenth of them held out, on which errors are measured; the default functions and network of `atomzoo train`. "Adam,
exact forces" was the default of version 0.1, with the weight 1 of forces in the loss; that of the default is 0.2.
Seconds: processor time of training on two cores, features and compilation included, measurements of errors not; "s to
the error of Adam" is when the error of forces is first as small as that of "Adam, exact forces" at its end."""


class Watch(keras.callbacks.Callback):
    """Errors of held-out structures every few seconds of training."""

    def __init__(self, validation):
        super().__init__()
        self.validation, self.spent, self.rows = validation, time.process_time(), []

    def on_epoch_end(self, epoch, logs=None):
        now = time.process_time()
        if not self.rows or now - self.spent > self.rows[-1][0] + EVERY:
            self.measure(now)

    def measure(self, now):
        """Adds seconds, and errors of forces (eV/A) and energies (meV/atom)."""
        from atomzoo.models.potential.prediction_errors import prediction_errors

        errors = prediction_errors(self.validation, self.model.evaluate_atoms(self.validation))
        self.rows.append((now - self.spent, errors["forces"].rmse, 1e3 * errors["energy"].rmse))
        self.spent += time.process_time() - now


def structures(name):
    """The structures of a set."""
    from atomzoo.datasets import dense_hydrogen, silicon

    found = dense_hydrogen.load_data(2)[0] if name == "dense hydrogen" else silicon.load_data()
    return [found[k] for k in np.linspace(0, len(found) - 1, N_STRUCTURES).astype(int)]


def measured(name, recipe, quick):
    """The errors over time of one training, in this process."""
    from atomzoo import train_potential
    from atomzoo.datasets.splits import split_structures

    train, validation = split_structures(structures(name), 0.1)
    watch = Watch(validation)
    options = RECIPES[recipe] | ({"epochs": 3} if quick else {})
    training = train_potential(train, validation=validation, callbacks=[watch], **options)
    watch.set_model(training.potential)  # the best epoch
    watch.measure(time.process_time())
    return watch.rows


def summary(curves):
    """Rows of the table, of the curves by set and recipe."""
    rows = []
    for (name, recipe), curve in curves.items():
        seconds, forces, energies = np.array(curve).T
        slowest = curves[name, "Adam, exact forces"]
        reached = np.flatnonzero(forces <= slowest[-1][1])
        first = seconds[reached[0]] if len(reached) else None
        faster = "" if first is None else f"{_reached(slowest) / first:.1f}"
        cells = (f"{seconds[-1]:.0f}", f"{forces[-1]:.3g}", f"{energies[-1]:.3g}")
        rows.append((name, recipe, *cells, "never" if first is None else f"{first:.0f}", faster))
    return rows


def _reached(curve):
    """When a curve first has the error of its end."""
    return next(row[0] for row in curve if row[1] <= curve[-1][1])


def figure(curves):
    drawn, axes = plt.subplots(1, len(SETS), figsize=(9, 3.5), layout="constrained")
    for ax, name in zip(axes, SETS, strict=True):
        for recipe in RECIPES:
            seconds, forces, _ = np.array(curves[name, recipe][:-1]).T
            ax.plot(seconds, forces, label=recipe)
        ax.set(title=name, xlabel="processor time, s", ylabel="force RMSE, eV/Å", xscale="log", yscale="log")
        ax.set_xticks([20, 50, 100, 200], labels=["20", "50", "100", "200"])
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_major_formatter(ScalarFormatter())
        ax.yaxis.set_minor_formatter(ScalarFormatter())
    axes[0].legend()
    return drawn


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three epochs of each; writes nothing")
    quick, curves = parser.parse_args().quick, {}
    for name in SETS:
        for recipe in RECIPES:
            options = {"name": name, "recipe": recipe, "quick": quick}
            curves[name, recipe] = run_alone("benchmarks.training", options, n_cores=2)
            row = summary(curves)[-1]
            print(*(f"{column}: {value}" for column, value in zip(COLUMNS, row, strict=True)), sep=", ", flush=True)
    if not quick:
        write("training", "Error over time of the ways to train", NOTES, COLUMNS, summary(curves), figure(curves))


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("{"):
        print(json.dumps(measured(**json.loads(sys.argv[1]))))
    else:
        main()

"""TiO2: how the error of the grid's best network falls as it is trained.

Figure 2 of the Keras BPNN paper: training and validation error over the epochs. The paper's network is at its end by
epoch 10 of 80, at some 600 eV (MAE) and 1000 eV (RMSE); the MAE of a network cannot be above the RMSE of its table II,
594.4.
"""

import inspect
import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from atomzoo.models.tuning.grid_search import train_network
from atomzoo.reproductions import report, tio2_data
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.report import spread
from atomzoo.reproductions.tio2_bpnn._shared import trained


def run(seeds=None, quick=False, output=None):
    """Draws the history of the best network, trained now if table_2 has not.

    Writes figure_2.csv, .md, .png and figure_2_paper.csv.

    Args:
        seeds, quick, output: See `table_2`.
    """
    folder = report.results_folder("tio2-bpnn", output, quick)
    start = time.time()
    _, rows, history, _ = trained(folder, seeds, quick)
    history = history[["seed", "epoch", "loss", "val_loss", "rmse", "val_rmse"]]
    text = describe(history, int(rows["every"].iloc[0]), quick, time.time() - start)
    report.write_results(folder, "figure_2", history, text, {"": figure(history)}, beside_paper(history))


def redraw(folder):
    """Writes figure_2.md and .png anew from the recorded figure_2.csv in a folder (`Path`); needs the data."""
    history = report.recorded_rows(folder, "figure_2")
    text = describe(history, 1, False, 0.0)
    report.redraw_results(folder, "figure_2", text, {"": figure(history)}, beside_paper(history))


def beside_paper(history):
    """The table of `beside` of a history: mean and deviation over seeds, errors of energies per atom."""
    by_seed = history.groupby("seed")
    best, end = history.loc[by_seed["val_rmse"].idxmin()], by_seed.tail(1)
    ours = {
        "validation MAE in the end": f"{spread(end['val_loss'])} eV/atom",
        "validation RMSE in the end": f"{spread(end['val_rmse'])} eV/atom",
        "epochs": spread(end["epoch"]),
        "batch size": inspect.signature(train_network).parameters["batch_size"].default,
        "epoch of convergence": f"{spread(best['epoch'])} (least validation RMSE)",
    }
    return beside("tio2_bpnn", {"figure-2": ours})


def describe(history, every, quick, seconds):
    """The Markdown text."""
    best = history.loc[history.groupby("seed")["val_rmse"].idxmin()]
    sentences = [
        f"Seed {int(row['seed'])}: least validation RMSE {1e3 * row['val_rmse']:.2f} meV/atom after epoch "
        f"{int(row['epoch'])}.\n"
        for _, row in best.iterrows()
    ]
    parts = ["# Keras BPNN, figure 2: history\n", report.QUICK if quick else "", tio2_data.description(every)]
    return "\n".join([*parts, *sentences, section(beside_paper(history)), report.footer("tio2-bpnn/figure-2", seconds)])


def figure(history):
    """RMSE of training and validation structures over the epochs, a line a seed."""
    drawing, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    for seed, group in history.groupby("seed"):
        for name, color, label in (("rmse", "C0", "training"), ("val_rmse", "C1", "validation")):
            axis.plot(group["epoch"], 1e3 * group[name], color=color, lw=1, label=label if seed == 0 else None)
    axis.set(yscale="log", xlabel="epoch", ylabel="RMSE, meV/atom")
    axis.legend()
    return drawing

"""TiO2: how the error of the grid's best network falls as it is trained.

Figure 2 of the Keras BPNN paper: training and validation error over the epochs.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.report import QUICK, footer, results_folder, write_results
from atomzoo.reproductions.tio2_bpnn._shared import trained


def run(seeds=None, quick=False, output=None):
    """Draws the history of the best network, trained now if table_2 has not; writes figure_2.csv, .md and .png.

    Args:
        seeds, quick, output: See `table_2`.
    """
    folder = results_folder("tio2-bpnn", output, quick)
    start = time.time()
    _, rows, history, _ = trained(folder, seeds, quick)
    best = history.loc[history.groupby("seed")["val_rmse"].idxmin()]
    sentences = [
        f"Seed {int(row['seed'])}: least validation RMSE {1e3 * row['val_rmse']:.2f} meV/atom after epoch "
        f"{int(row['epoch'])}.\n"
        for _, row in best.iterrows()
    ]
    parts = ["# Keras BPNN, figure 2: history\n", QUICK if quick else ""]
    parts += [
        tio2_data.description(int(rows["every"].iloc[0])),
        *sentences,
        footer("tio2-bpnn/figure-2", time.time() - start),
    ]
    columns = ["seed", "epoch", "loss", "val_loss", "rmse", "val_rmse"]
    write_results(folder, "figure_2", history[columns], "\n".join(parts), {"": figure(history)})


def figure(history):
    """RMSE of training and validation structures over the epochs, a line a seed."""
    drawing, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    for seed, group in history.groupby("seed"):
        for name, color, label in (("rmse", "C0", "training"), ("val_rmse", "C1", "validation")):
            axis.plot(group["epoch"], 1e3 * group[name], color=color, lw=1, label=label if seed == 0 else None)
    axis.set(yscale="log", xlabel="epoch", ylabel="RMSE, meV/atom")
    axis.legend()
    return drawing

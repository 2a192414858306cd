"""Dense hydrogen: the parameters of trained symmetry functions over epochs.

B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks, UCB/EECS-2017-104 (2017), report two
kinds of parameters: those that stay near their start, and those that jump to the start of another.

* Data, training: as in `figure_4`, with 8 each of G1, G2 and G3; and with G2 and G5, which the paper could not train.
* Result (results/parameter_paths.md): most stay; of eight shifts rs of G2 some one, at the first peak, jumps to its
  neighbor's start. With G5 none does.
* Red: parameters that end nearer to where another of their kind began than to where they began themselves.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.figure_4 import SET
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

LABELS = {"eta": r"$\eta$ (Å$^{-2}$)", "rs": "$R_s$ (Å)", "kappa": r"$\kappa$ (Å$^{-1}$)"}


def run(seeds=None, quick=False, output=None):
    """Trains the networks, and writes parameter_paths.csv, .md and .png.

    Args:
        seeds: Number of seeds, 5 by default; the figure shows the first.
        quick: Whether to show that it runs: one seed, few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    epochs = hydrogen.QUICK_EPOCHS if quick else hydrogen.EPOCHS
    jobs = [
        {"set": SET, "functions": functions, "trained": True, "seed": seed, "epochs": epochs, "quick": quick}
        for functions in hydrogen.SETS
        for seed in range(seeds or (1 if quick else 5))
    ]
    runs = hydrogen.trained_networks(jobs, folder)
    text = _text(runs, quick, time.time() - start)
    write_results(folder, "parameter_paths", long(runs), text, {"": _figure(runs, quick)})


def long(runs):
    """One row for each functions, seed, epoch and parameter."""
    rows = []
    for run in runs.to_dict("records"):
        for name, path in run["paths"].items():
            for number, values in enumerate(np.transpose(path)):
                settings = {"set": run["set"], "functions": run["functions"], "seed": run["seed"]}
                epochs = np.arange(len(values))
                columns = {"parameter": name, "number": number, "epoch": epochs, "value": values}
                rows.append(pandas.DataFrame({**settings, **columns}))
    return pandas.concat(rows, ignore_index=True)


def _text(runs, quick, seconds):
    from atomzoo.models.training.trained_functions import jumps

    lines = ["# Barch and Tubman 2017: paths of trained parameters\n", *([QUICK] if quick else [])]
    lines.append(
        f"Set {SET}, {runs['epochs'].iloc[0]} epochs, seeds: {runs['seed'].nunique()}. Jumped: nearer, at the end, to "
        "where another of its kind began. Moved: mean change, in units of the mean distance between starts.\n"
    )
    names, table = ["functions", "parameter", "number", "jumped, mean over seeds", "moved"], []
    for functions, group in runs.groupby("functions"):
        for name in group["paths"].iloc[0]:
            paths = [np.array(paths[name]) for paths in group["paths"]]
            start = np.sort(paths[0][0])
            spacing = np.ptp(start) / max(len(start) - 1, 1) or 1.0  # all alike: in units of its own
            moved = np.mean([np.abs(path[-1] - path[0]).mean() for path in paths]) / spacing
            jumped = np.mean([jumps(path).sum() for path in paths])
            table.append([functions, name, len(start), f"{jumped:.1f}", f"{moved:.2f}"])
    lines.append(markdown_table(names, table))
    return "\n".join([*lines, hydrogen.training_time(runs), footer("barch-tubman-2017/parameter-paths", seconds)])


def _figure(runs, quick):
    from atomzoo.models.training.trained_functions import plot_paths

    shown = runs[runs["seed"] == 0].to_dict("records")
    n_columns = max(len(run["paths"]) for run in shown)
    size = (3.2 * n_columns, 3 * len(shown))
    drawing, axes = plt.subplots(len(shown), n_columns, figsize=size, squeeze=False, layout="constrained")
    for row, run in zip(axes, shown, strict=True):
        for axis in row[len(run["paths"]) :]:
            axis.set_axis_off()
        for axis, (name, path) in zip(row, run["paths"].items(), strict=False):
            plot_paths(axis, np.array(path), LABELS[name.split()[1]])
            axis.set_title(f"{run['functions']}: {name}" + (" (quick run)" if quick else ""), fontsize=9)
    return drawing

"""The csv, the text and the figure of errors over epochs, fixed beside trained symmetry functions."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas
from scipy import stats

from atomzoo.reproductions.barch_tubman_2017._shared.hydrogen import training_time
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread

ERRORS = {"training": "train_mse_eV2", "validation": "validation_mse_eV2"}
COLORS = {False: "tab:gray", True: "tab:blue"}
SETTINGS = ["set", "functions", "trained", "seed", "epochs", "train_structures", "validation_structures", "seconds"]


def long(runs):
    """One row an epoch, of `pandas.DataFrame` of `hydrogen.train`, one row a run."""
    rows = []
    for run in runs.to_dict("records"):
        errors = {column: run[column] for column in ERRORS.values()}
        epochs = np.arange(1, run["epochs"] + 1)
        rows.append(pandas.DataFrame({**{name: run[name] for name in SETTINGS}, "epoch": epochs, **errors}))
    return pandas.concat(rows, ignore_index=True)


def runs_of(rows):
    """One row a run, of one row an epoch as of `long`: errors are lists."""
    return rows.groupby(SETTINGS, sort=False)[list(ERRORS.values())].agg(list).reset_index()


def final(runs, column):
    """Errors after the last epoch, by seed (rows), fixed and trained (columns False and True)."""
    last = runs.assign(error=[errors[-1] for errors in runs[column]])
    return last.pivot(index="seed", columns="trained", values="error")


def comparison(fixed, trained):
    """Trained against fixed, in pairs.

    Args:
        fixed, trained: arrays (n,) of errors.

    Returns:
        Dict of `ratio`, the geometric mean of trained / fixed; `low`, `high`, its 95 % interval by Student's t of the
        logarithms (None for one pair); `wins`, how often trained is lower; `sign`, the probability of as many wins or
        more if both were alike.

    Example:

    >>> comparison(np.array([1.0, 2.0, 4.0]), np.array([0.5, 1.0, 2.0]))["sign"]
    0.125
    """
    logarithms = np.log(np.asarray(trained) / np.asarray(fixed))
    wins, n = int((logarithms < 0).sum()), len(logarithms)
    low = high = None
    if n > 1:
        half = stats.t.ppf(0.975, n - 1) * logarithms.std(ddof=1) / np.sqrt(n)
        low, high = np.exp(logarithms.mean() - half), np.exp(logarithms.mean() + half)
    sign = float(stats.binomtest(wins, n, alternative="greater").pvalue)
    return {"ratio": float(np.exp(logarithms.mean())), "low": low, "high": high, "wins": wins, "sign": sign}


def text(item, title, runs, quick, seconds, more=""):
    """The Markdown of an item "paper/script": final errors, and trained against fixed; `more` before the last line."""
    n_seeds = runs["seed"].nunique()
    lines = [f"# Barch and Tubman 2017, {title}\n", *([QUICK] if quick else [])]
    lines.append(
        f"{runs['functions'].iloc[0]}, set {runs['set'].iloc[0]}, {runs['train_structures'].iloc[0]} structures, "
        f"{runs['epochs'].iloc[0]} epochs. Mean squared errors of total energies in eV^2 after the last epoch, "
        f"mean ± deviation over {n_seeds} seeds.\n"
    )
    names = ["error", "fixed", "trained", "trained / fixed", "95 % interval", "seeds lower", "p of the sign test"]
    gap = final(runs, ERRORS["validation"]) / final(runs, ERRORS["training"])
    errors = {**{label: final(runs, column) for label, column in ERRORS.items()}, "validation / training": gap}
    lines.append(markdown_table(names, [_row(label, values) for label, values in errors.items()]))
    return "\n".join([*lines, *([more] if more else []), training_time(runs), footer(item, seconds)])


def _row(label, errors):
    compared = comparison(errors[False], errors[True])
    interval = "" if compared["low"] is None else f"{compared['low']:.3f} to {compared['high']:.3f}"
    cells = [label, spread(errors[False]), spread(errors[True]), f"{compared['ratio']:.3f}", interval]
    return [*cells, f"{compared['wins']} of {len(errors)}", f"{compared['sign']:.3g}"]


def figure(runs, quick):
    """Errors over epochs: the mean over seeds, and a band from the smallest to the largest."""
    drawing, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
    for axis, (label, column) in zip(axes, ERRORS.items(), strict=True):
        for trained, group in runs.groupby("trained"):
            errors = np.array(group[column].tolist())
            epochs = np.arange(1, errors.shape[1] + 1)
            axis.fill_between(epochs, errors.min(axis=0), errors.max(axis=0), color=COLORS[trained], alpha=0.25, lw=0)
            axis.plot(epochs, errors.mean(axis=0), color=COLORS[trained], label="trained" if trained else "fixed")
        axis.set(xlabel="epoch", title=label + (" (quick run)" if quick else ""), yscale="log")
    axes[0].set_ylabel("MSE of total energy (eV$^2$)")
    axes[0].legend(title=runs["functions"].iloc[0])
    return drawing

"""The tables and the figure of `table_2_all`."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from atomzoo.datasets.gold_clusters import NOISE_FLOOR_EV2
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread

LABELS = {False: "energies", True: "and forces"}


def describe(rows, quick, seconds):
    """The Markdown text.

    Args:
        rows: `pandas.DataFrame` of `table_2.train_one`, one row a training.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    n_seeds = rows["seed"].nunique()
    parts = [
        "# Barch and Tubman 2017, table 2: both splits, without and with forces\n",
        *[QUICK] * quick,
        f"Mean ± deviation over {n_seeds} seed{'s' * (n_seeds > 1)}. Mean squared errors of total energies in "
        "1e-6 eV^2, root mean squared errors of validation forces in eV/A a component, seconds of one training. "
        "Trained on energies, or on energies and forces.\n",
    ]
    for split, group in rows.groupby("split", sort=False):
        parts += [f"## {split} split\n", _table(group)]
    return "\n".join([*parts, footer("barch-tubman-2017/table-2-all", seconds)])


def _table(rows):
    columns = {
        "train": lambda group: spread(group["train_mse_eV2"] * 1e6),
        "val.": lambda group: spread(group["validation_mse_eV2"] * 1e6),
        "forces": lambda group: f"{group['validation_force_rmse_eV_per_A'].mean():.3f}",
        "s": lambda group: f"{group['train_seconds'].mean():.0f}",
    }
    lines = []
    for cell, group in rows.groupby(["atoms", "network"]):
        parts = [group[group["forces"] == with_forces] for with_forces in LABELS]
        lines.append([*cell, *(column(part) for column in columns.values() for part in parts)])
    names = [f"{name}: {label}" for name in columns for label in LABELS.values()]
    return markdown_table(["atoms", "network", *names], lines)


def draw(rows, quick):
    """The figure: errors of energies by network, a panel for each split."""
    splits = list(rows["split"].unique())
    figure, axes = plt.subplots(1, len(splits), figsize=(6.5 * len(splits), 4.5), sharey=True, layout="constrained")
    for axis, split in zip(axes, splits, strict=True):
        cells = list(rows[rows["split"] == split].groupby(["atoms", "network"]))
        for position, (_, group) in enumerate(cells):
            for forces, marker, shift, color in ((False, "o", -0.15, "tab:blue"), (True, "^", 0.15, "tab:orange")):
                part = group[group["forces"] == forces]
                x = [position + shift] * len(part)
                axis.plot(x, part["train_mse_eV2"], marker, color=color, mfc="none", ms=5)
                label = "" if position else f"trained on energies{' and forces' * forces}"
                axis.plot(x, part["validation_mse_eV2"], marker, color=color, ms=5, label=label)
        axis.axhline(NOISE_FLOOR_EV2, color="tab:red", lw=1, ls="--", label="noise of the labels")
        names = [f"Au{atoms} {network}" for (atoms, network), _ in cells]
        axis.set_xticks(range(len(cells)), names, fontsize=7, rotation=45, ha="right")
        axis.set_title(f"{split} split" + (" (quick run)" if quick else ""))
        axis.set_yscale("log")
    axes[0].set_ylabel("MSE of total energy (eV$^2$)")
    axes[0].legend(title="open: training, filled: validation", fontsize=8, title_fontsize=8)
    return figure

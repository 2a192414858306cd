"""The tables and the figure of table 2."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from ase.units import Ry

from atomzoo.datasets.gold_clusters import NOISE_FLOOR_EV2, aenet_baseline
from atomzoo.reproductions.barch_tubman_2017.writing import footer
from atomzoo.reproductions.writing import QUICK, markdown_table

METHOD = "L-BFGS-B"  # aenet's usual method, and the paper's


def describe(rows, quick, seconds):
    """The Markdown text.

    Args:
        rows: `pandas.DataFrame` of `table_2.train_one`, one row a training.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    n_seeds = rows["seed"].nunique()
    parts = ["# Barch and Tubman 2017, table 2: mean squared errors of total energies\n"]
    if quick:
        parts.append(QUICK)
    parts.append(
        f"Mean ± deviation over {n_seeds} seed{'s' * (n_seeds > 1)}, in 1e-6 eV^2; below some "
        f"{NOISE_FLOOR_EV2 * 1e6:.0f} is the noise of the labels. aenet: recorded with version 2.0.4 on the same data, "
        "splits, functions and widths, one run. With forces: trained on energies and forces.\n"
    )
    for split in rows["split"].unique():
        parts += [f"## {split} split\n", _energy_table(rows, split, 1.0)]
        parts += ["Force error (eV/A, per component, validation) and seconds of one training:\n"]
        parts += [_force_table(rows, split)]
    parts += ["## random split, in 1e-8 Ry^2\n", "What the paper prints as eV is very probably Ry.\n"]
    parts += [_energy_table(rows, "random", 100 / Ry**2)]
    parts.append(
        "The paper's own columns are not beside these: its report (UCB/EECS-2017-104) was not at hand when this was "
        "made, and no number is printed here that was not read in it.\n"
    )
    return "\n".join([*parts, footer("table_2", seconds)])


def _energy_table(rows, split, factor):
    """Errors of energies, a Markdown table; `factor` from 1e-6 eV^2 to what is printed."""
    train, validation = "train_mse_eV2", "validation_mse_eV2"
    lines = []
    for cell, theirs, energies, forces in _cells(rows, split):
        ours = [_spread(group[name] * 1e6 * factor) for group, name in ((energies, train), (energies, validation))]
        recorded = [f"{theirs[name] * 1e6 * factor:.1f}" for name in (train, validation)]
        also = _spread(forces[validation] * 1e6 * factor)
        lines.append([*cell, recorded[0], ours[0], recorded[1], ours[1], also])
    return markdown_table(["atoms", "network", "aenet train", "ours", "aenet val.", "ours", "with forces"], lines)


def _force_table(rows, split):
    """Errors of forces (RMSE per component of the validation data, eV/A) and seconds of one training."""
    force, seconds = "validation_force_rmse_eV_per_A", "train_seconds"
    lines = []
    for cell, theirs, energies, forces in _cells(rows, split):
        errors = [f"{value:.3f}" for value in (theirs[force], energies[force].mean(), forces[force].mean())]
        times = [f"{value:.0f}" for value in (theirs[seconds], energies[seconds].mean(), forces[seconds].mean())]
        lines.append([*cell, *errors, *times])
    names = ["aenet forces", "ours", "with forces", "aenet s", "ours s", "with forces s"]
    return markdown_table(["atoms", "network", *names], lines)


def _cells(rows, split):
    """(atoms, network), aenet's row, our rows without and with forces, of each cell of the table."""
    aenet = aenet_baseline().query("method == @METHOD")
    for (atoms, network), group in rows[rows["split"] == split].groupby(["atoms", "network"]):
        theirs = aenet[(aenet["atoms"] == atoms) & (aenet["network"] == network) & (aenet["split"] == split)].iloc[0]
        yield (atoms, network), theirs, group[~group["forces"]], group[group["forces"]]


def _spread(values):
    deviation = values.std(ddof=1) if len(values) > 1 else 0.0
    return f"{values.mean():.1f}±{deviation:.1f}"


def draw(rows, quick):
    """The figure: errors of energies by network, a panel for each split."""
    splits = list(rows["split"].unique())
    figure, axes = plt.subplots(1, len(splits), figsize=(6.5 * len(splits), 4.5), sharey=True, layout="constrained")
    for axis, split in zip(axes, splits, strict=True):
        cells = list(_cells(rows, split))
        for position, (_, theirs, energies, forces) in enumerate(cells):
            series = {
                "aenet": (theirs.to_frame().T, -0.25, "s", "tab:gray"),
                "ours": (energies, 0.0, "o", "tab:blue"),
                "ours, with forces": (forces, 0.25, "^", "tab:orange"),
            }
            for label, (data, offset, marker, color) in series.items():
                x = [position + offset] * len(data)
                axis.plot(x, data["train_mse_eV2"], marker, color=color, mfc="none", ms=5)
                axis.plot(x, data["validation_mse_eV2"], marker, color=color, ms=5, label="" if position else label)
        axis.axhline(NOISE_FLOOR_EV2, color="tab:red", lw=1, ls="--", label="noise of the labels")
        names = [f"Au{atoms} {network}" for (atoms, network), *_ in cells]
        axis.set_xticks(range(len(cells)), names, fontsize=7, rotation=45, ha="right")
        axis.set_title(f"{split} split" + (" (quick run)" if quick else ""))
        axis.set_yscale("log")
    axes[0].set_ylabel("MSE of total energy (eV$^2$)")
    axes[0].legend(title="open: training, filled: validation", fontsize=8, title_fontsize=8)
    return figure

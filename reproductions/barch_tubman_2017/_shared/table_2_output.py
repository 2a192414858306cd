"""The tables and the figure of table 2."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas

from atomzoo.datasets.gold_clusters import DENSITY_CUTOFF, NOISE_FLOOR_EV2, aenet_baseline
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import EARLIER_DATA, WHO, printed_cell, section
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread

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
        f"{NOISE_FLOOR_EV2 * 1e6:.2g} is the noise of the labels (density cutoff {DENSITY_CUTOFF:g} Ry). Earlier data: "
        "the set that this one replaced, of 900 frames a size from one start and with a noise of some 5 in its labels "
        "(120 Ry); aenet (2.0.4, one run) was trained on its splits, with the same functions and widths, and both "
        "columns are recorded. With forces: trained on energies and forces.\n"
    )
    for split in rows["split"].unique():
        parts += [f"## {split} split\n", _energy_table(rows, split)]
        parts += ["Force error (eV/A, per component, validation) and seconds of one training:\n"]
        parts += [_force_table(rows, split)]
    return "\n".join([*parts, section(rows), footer("barch-tubman-2017/table-2", seconds)])


def _energy_table(rows, split):
    """Errors of energies in 1e-6 eV^2, a Markdown table."""
    lines = []
    for cell, aenet, earlier, energies, forces in _cells(rows, split):
        columns = []
        for name in ("train_mse_eV2", "validation_mse_eV2"):
            ours = [spread(group[name] * 1e6) for group in (earlier, energies)]
            columns += [f"{aenet[name] * 1e6:.1f}", *ours]
        lines.append([*cell, *columns, spread(forces["validation_mse_eV2"] * 1e6)])
    columns = ["aenet, earlier data", "ours, earlier data", "ours"]
    names = [f"{part}: {name}" for part in ("train", "val.") for name in columns]
    return markdown_table(["atoms", "network", *names, "with forces"], lines)


def _force_table(rows, split):
    """Errors of forces (RMSE per component of the validation data, eV/A) and seconds of one training."""
    lines = []
    for cell, aenet, *ours in _cells(rows, split):
        columns = []
        for name, digits in (("validation_force_rmse_eV_per_A", 3), ("train_seconds", 0)):
            columns += [f"{value:.{digits}f}" for value in (aenet[name], *(group[name].mean() for group in ours))]
        lines.append([*cell, *columns])
    columns = ["aenet, earlier data", "ours, earlier data", "ours", "with forces"]
    names = [f"{part}: {name}" for part in ("forces", "s") for name in columns]
    return markdown_table(["atoms", "network", *names], lines)


def _cells(rows, split):
    """(atoms, network) of each cell, aenet's row, and ours: on the earlier data, without and with forces."""
    tables = {"aenet": aenet_baseline().query("method == @METHOD"), "ours": pandas.read_csv(EARLIER_DATA)}
    for (atoms, network), group in rows[rows["split"] == split].groupby(["atoms", "network"]):
        same = {name: _cell(table, atoms, network, split) for name, table in tables.items()}
        earlier = same["ours"][~same["ours"]["forces"]]
        yield (atoms, network), same["aenet"].iloc[0], earlier, group[~group["forces"]], group[group["forces"]]


def _cell(table, atoms, network, split):
    return table[(table["atoms"] == atoms) & (table["network"] == network) & (table["split"] == split)]


def draw(rows, quick):
    """The figure: errors of energies by network, a panel for each split."""
    splits = list(rows["split"].unique())
    figure, axes = plt.subplots(1, len(splits), figsize=(6.5 * len(splits) + 2, 4.5), sharey=True, layout="constrained")
    for axis, split in zip(axes, splits, strict=True):
        cells = list(_cells(rows, split))
        for position, (_, aenet, earlier, energies, forces) in enumerate(cells):
            series = {
                "aenet, earlier data": (aenet.to_frame().T, -0.3, "s", "tab:gray"),
                "ours, earlier data": (earlier, -0.1, "D", "tab:green"),
                "ours": (energies, 0.1, "o", "tab:blue"),
                "ours, with forces": (forces, 0.3, "^", "tab:orange"),
            }
            for label, (data, offset, marker, color) in series.items():
                x = [position + offset] * len(data)
                axis.plot(x, data["train_mse_eV2"], marker, color=color, mfc="none", ms=5)
                axis.plot(x, data["validation_mse_eV2"], marker, color=color, ms=5, label="" if position else label)
        axis.axhline(NOISE_FLOOR_EV2, color="tab:red", lw=1, ls="--", label="noise of the labels")
        if split == "random":
            _draw_paper(axis, [cell for cell, *_ in cells])
        names = [f"Au{atoms} {network}" for (atoms, network), *_ in cells]
        axis.set_xticks(range(len(cells)), names, fontsize=7, rotation=45, ha="right")
        axis.set_title(f"{split} split" + (" (quick run)" if quick else ""))
        axis.set_yscale("log")
    axes[0].set_ylabel("MSE of total energy (eV$^2$)")
    style = {"title": "open: training, filled: validation", "fontsize": 8, "title_fontsize": 8}
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", **style)
    return figure


def _draw_paper(axis, cells):
    """The paper's errors, read as Ry^2, of (atoms, network) at the positions 0, 1, ..."""
    for who, offset, color in zip(WHO, (-0.3, 0.1), ("tab:gray", "tab:blue"), strict=True):
        for part, style in (("train", {"mfc": "none"}), ("validation", {"label": f"paper: {who} (Ry$^2$)"})):
            errors = [printed_cell(*cell, part, who) for cell in cells]
            axis.plot([k + offset for k in range(len(cells))], errors, "*", color=color, ms=7, **style)

"""The tables and the figure of table 2."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from atomzoo.datasets.gold_clusters import DENSITY_CUTOFF, NOISE_FLOOR_EV2
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import (
    WHO,
    aenet_rows,
    in_table,
    printed_cell,
    section,
)
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread


def describe(rows, quick, seconds):
    """The Markdown text.

    Args:
        rows: `pandas.DataFrame` of `table_2.train_one`, one row a training.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    n_seeds = rows["seed"].nunique()
    program, iterations = aenet_rows()[["aenet_version", "iterations"]].dropna().iloc[0]
    parts = [
        "# Barch and Tubman 2017, table 2: mean squared errors of total energies\n",
        *[QUICK] * quick,
        f"In 1e-6 eV^2; ours are mean ± deviation over {n_seeds} seed{'s' * (n_seeds > 1)}. Below some "
        f"{NOISE_FLOOR_EV2 * 1e6:.2g} is the noise of the labels (density cutoff {DENSITY_CUTOFF:g} Ry). aenet: "
        f"{program}, {iterations:.0f} iterations of L-BFGS-B, one run on the same structures, functions and widths, "
        "recorded by `atomzoo reproduce barch-tubman-2017/table-2-aenet`; - where it has not been run. Where "
        "its one run is far above ours it may have ended in a poor minimum.\n",
        _energy_table(rows),
        "Force errors (RMSE of a component in eV/A, validation; both are trained on energies only) and the seconds of "
        "one core that a training takes:\n",
        _force_table(rows),
        section(rows),
    ]
    return "\n".join([*parts, footer("barch-tubman-2017/table-2", seconds)])


def _energy_table(rows):
    lines = []
    for cell, aenet, ours in cells(rows):
        errors = [
            text
            for name in ("train_mse_eV2", "validation_mse_eV2")
            for text in (in_table(aenet[name] * 1e6, ".1f"), spread(ours[name] * 1e6))
        ]
        lines.append([*cell, *errors])
    return markdown_table(["atoms", "network", "train: aenet", "train: ours", "val.: aenet", "val.: ours"], lines)


def _force_table(rows):
    lines = []
    for cell, aenet, ours in cells(rows):
        columns = [
            in_table(value, f".{digits}f")
            for name, digits in (("validation_force_rmse_eV_per_A", 3), ("train_cpu_seconds", 0))
            for value in (aenet[name], ours[name].mean())
        ]
        lines.append([*cell, *columns])
    return markdown_table(["atoms", "network", "forces: aenet", "forces: ours", "s: aenet", "s: ours"], lines)


def cells(rows):
    """(atoms, network) of each cell, aenet's row and ours."""
    aenet = aenet_rows()
    for cell, group in rows.groupby(["atoms", "network"]):
        yield cell, aenet.loc[cell], group


def draw(rows, quick):
    """The figure: errors of energies by network, ours, aenet's and the paper's."""
    figure, axis = plt.subplots(figsize=(8.5, 4.5), layout="constrained")
    for position, (_, aenet, ours) in enumerate(cells(rows)):
        series = (("aenet", aenet.to_frame().T, -0.15, "s", "tab:gray"), ("ours", ours, 0.15, "o", "tab:blue"))
        for label, data, shift, marker, color in series:
            x = [position + shift] * len(data)
            axis.plot(x, data["train_mse_eV2"], marker, color=color, mfc="none", ms=5)
            axis.plot(x, data["validation_mse_eV2"], marker, color=color, ms=5, label="" if position else label)
    names = [cell for cell, *_ in cells(rows)]
    _draw_paper(axis, names)
    axis.axhline(NOISE_FLOOR_EV2, color="tab:red", lw=1, ls="--", label="noise of the labels")
    axis.set_xticks(
        range(len(names)), [f"Au{n} {network}" for n, network in names], fontsize=7, rotation=45, ha="right"
    )
    axis.set_yscale("log")
    axis.set_ylabel("MSE of total energy (eV$^2$)")
    axis.set_title("Gold clusters, random split" + (" (quick run)" if quick else ""))
    style = {"title": "open: training, filled: validation", "fontsize": 8, "title_fontsize": 8}
    figure.legend(*axis.get_legend_handles_labels(), loc="outside right center", **style)
    return figure


def _draw_paper(axis, cells):
    """The paper's errors, read as Ry^2, of (atoms, network) at the positions 0, 1, ..."""
    for who, shift, color in zip(WHO, (-0.15, 0.15), ("tab:gray", "tab:blue"), strict=True):
        for part, style in (("train", {"mfc": "none"}), ("validation", {"label": f"paper: {who} (Ry$^2$)"})):
            errors = [printed_cell(*cell, part, who) for cell in cells]
            axis.plot([k + shift for k in range(len(cells))], errors, "*", color=color, ms=7, **style)

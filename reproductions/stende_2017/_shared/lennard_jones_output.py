"""The tables and the figure of `lennard_jones`."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed
from atomzoo.reproductions.stende_2017 import lennard_jones

# Color, line and width of each curve, in the order drawn; the last ones must leave the ones below visible.
STYLES = {
    ("r, Adam", "Keras float32"): ("tab:gray", "-", 1.2),
    ("r, L-BFGS", "Keras float64"): ("tab:green", "-", 1.2),
    ("r, L-BFGS", "Keras float32"): ("black", ":", 1.0),
    ("G1, L-BFGS", "Keras float64"): ("tab:blue", "-", 3.5),
    ("G1, L-BFGS", "Keras float32"): ("tab:red", "-", 1.6),
    ("G1, L-BFGS", "LAMMPS"): ("gold", "--", 1.2),
}


def beside_paper(rows):
    """The table of `beside` of rows of `lennard_jones`: errors of the thesis's recipe, and of the best network."""
    recipe, best = (rows[rows["network"] == name] for name in ("r, Adam", "G1, L-BFGS"))
    errors = {"energy RMSE": "rmse_energy_meV", "gradient RMSE": "rmse_gradient_meV_per_A"}
    ours = {
        quantity: f"{report.spread(recipe[column])} (its recipe); {report.spread(best[column])} (G1, L-BFGS)"
        for quantity, column in errors.items()
    }
    settings = {"inputs": 1, "hidden nodes": 10, "shortest distance": lennard_jones.START}
    settings |= {"cutoff": str(lennard_jones.CUTOFF), "test distances": lennard_jones.N_TEST}
    settings |= {"training distances": str(lennard_jones.N_TRAIN), "batch size": lennard_jones.BATCH_SIZE}
    settings |= {"epochs": lennard_jones.EPOCHS, "learning rate": 0.001, "initial weights, largest": 0.1}
    programs = rows[rows["program"] == "LAMMPS"]
    same = f"of the same shape; at most {programs['difference_energy_eV'].max():.1e} eV apart"
    largest, rmse = (recipe[f"{kind}_gradient_meV_per_A"].mean() for kind in ("largest", "rmse"))
    gradient = f"largest {largest:.3g} meV/Å, root mean square {rmse:.3g}; where: see the figure"
    return beside(
        "stende_2017",
        {
            "lennard-jones": ours | settings,
            "figure-8-1": {"error in Python and in C++": same},
            "figure-8-2": {"gradient error": gradient},
        },
    )


def describe(rows, quick, seconds):
    """The Markdown text.

    Args:
        rows: `pandas.DataFrame` of `lennard_jones`, a row for each network, program and seed.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    n_seeds, units = rows["seed"].nunique(), ("energy (meV)", "gradient (meV/A)")
    columns = ["rmse_energy_meV", "rmse_gradient_meV_per_A", "largest_energy_meV", "largest_gradient_meV_per_A"]
    thesis = [printed("stende_2017", "lennard-jones", f"{name} RMSE") for name in ("energy", "gradient")]
    lines = [("thesis", "TensorFlow, Adam", *thesis, "", "", "")]
    for (network, program), group in rows.groupby(["network", "program"], sort=False):
        numbers = [report.spread(group[name]) for name in columns]
        lines.append((network, program, *numbers, f"{group['train_seconds'].mean():.1f}"))
    names = ("input, training", "program", *units, *(f"largest {unit}" for unit in units), "training (s)")
    return "\n".join(
        ["# Stende 2017, figures 8.1 and 8.2: 1-10-1 network of the shifted Lennard-Jones potential of argon\n"]
        + [report.QUICK] * quick
        + [f"Root mean square errors over {lennard_jones.N_TEST} random distances in [3.2, 8.5125] A and largest "
           f"errors over a grid; mean ± deviation over {n_seeds} seed{'s' * (n_seeds > 1)}.\n"]
        + [report.markdown_table(names, lines)]
        + ["The same potential of G1 in two programs, largest difference from Keras float64 over all distances and "
           "seeds:\n"]
        + [report.markdown_table(("program", "energy (eV)", "gradient (eV/A)"), _differences(rows))]
        + [section(beside_paper(rows))]
        + [report.footer("stende-2017/lennard-jones", seconds)]
    )  # fmt: skip


def draw(curves):
    """Errors over the distance, of the first seed (`matplotlib.figure.Figure`)."""
    curves = {(c["network"], c["program"]): c for c in curves if c["seed"] == 0}
    figure, axes = plt.subplots(2, 2, figsize=(12.0, 7.0), sharex=True, layout="constrained")
    quantities = [("energy", lennard_jones.energy, "$E$", "eV"), ("slope", lennard_jones.slope, "d$E$/d$r$", "eV/Å")]
    for row, (name, exact, symbol, unit) in enumerate(quantities):
        left, right = axes[row]
        for key, (color, line, width) in STYLES.items():
            r, value = _on_grid(curves[key], name)
            style = {"color": color, "ls": line, "lw": width, "label": ": ".join(key)}
            left.semilogy(r, 1e3 * np.abs(value - exact(r)), **style)
            if key[0].startswith("G1"):
                right.plot(r, 1e6 * (value - exact(r)), **style)
        rmse = printed("stende_2017", "lennard-jones", ("energy RMSE", "gradient RMSE")[row])
        left.axhline(rmse, color="tab:purple", ls="-.", lw=1.2, label=f"thesis: RMSE {rmse} m{unit}")
        left.set(title=f"Figure 8.{row + 1}: size of the error of {symbol}", ylabel=f"|error of {symbol}| (m{unit})")
        right.set(title=f"Error of {symbol}, network of G1: Keras and LAMMPS", ylabel=f"error of {symbol} (µ{unit})")
        right.axhline(0.0, color="black", lw=0.5)
        left.set_ylim(bottom=(1e-9, 1e-6)[row])  # room for the legend
    axes[1, 1].set_yscale("symlog", linthresh=10)  # linear around 0: most of the error is at the shortest distances
    axes[0, 0].legend(fontsize=7.5, ncols=2)
    axes[0, 1].legend(fontsize=8)
    for axis in axes[1]:
        axis.set(xlabel="$r$ (Å)", xlim=(lennard_jones.START, lennard_jones.CUTOFF))
    return figure


def _differences(rows):
    """Rows (program, energy, slope): how far a program is from Keras in float64."""
    names = ["difference_energy_eV", "difference_gradient_eV_per_A"]
    largest = rows.groupby("program")[names].max().loc[["Keras float32", "LAMMPS"]]
    return [(program, *(f"{value:.1e}" for value in values)) for program, values in largest.iterrows()]


def _on_grid(curve, name):
    return curve["r"][: lennard_jones.N_GRID], curve[name][: lennard_jones.N_GRID]

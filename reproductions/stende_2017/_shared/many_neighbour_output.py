"""The tables and the figure of `many_neighbour`."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.stende_2017 import lennard_jones

QUANTITIES = {
    "energy, test error (meV)": "test_rmse_energy_meV",
    "energy, training error (meV)": "train_rmse_energy_meV",
    "energy, deviation of the data (meV)": "deviation_energy_meV",
    "forces, test error (meV/A)": "test_rmse_force_meV_per_A",
    "forces, training error (meV/A)": "train_rmse_force_meV_per_A",
    "forces, deviation of the data (meV/A)": "deviation_force_meV_per_A",
    "forces against minus the energy's gradient (meV/A)": "inconsistency_meV_per_A",
    "work along a closed loop (meV)": "loop_work_meV",
    "change of the total energy in a trajectory, in 0.5 ps (meV)": "early_energy_change_meV",
    "in the whole trajectory (meV)": "energy_change_meV",
    "energy, other orders of the same distances (meV)": "order_deviation_meV",
    "training (s)": "train_seconds",
}
COLORS = {"forces as outputs": "tab:red", "differentiated": "tab:blue"}


def beside_paper(rows):
    """The table of `beside` of rows of `many_neighbour`; in units of epsilon and sigma where the thesis's are."""
    distances, direct = (rows[rows["network"] == name] for name in ("20 distances", "forces as outputs"))
    energy = direct["test_rmse_energy_meV"] / 1e3 / lennard_jones.EPSILON
    force = direct["test_rmse_force_meV_per_A"] / 1e3 / lennard_jones.EPSILON * lennard_jones.SIGMA
    overfitting = distances["test_rmse_energy_meV"] / distances["train_rmse_energy_meV"]
    sizes = {"inputs": 20, "hidden nodes": 200, "neighbors": 20, "outputs": 1}
    figure_8_3 = {
        **sizes,
        "epochs, panel a": f"{rows['iterations'].max()} iterations of L-BFGS",
        "overfitting": f"test error / training error {report.spread(overfitting)}",
    }
    figure_8_4 = {
        "neighbors": 5,
        "inputs": 20,
        "outputs": 4,
        "epochs": f"{rows['iterations'].max()} iterations of L-BFGS",
        "nodes": "50 and 50",
        "layers": 2,
        "shortest distance": f"{lennard_jones.START / lennard_jones.SIGMA:.3f}",
        "cutoff": f"{lennard_jones.CUTOFF / lennard_jones.SIGMA:.3g}",
        "cost": f"{report.spread(energy**2)} (energy) + {report.spread(force**2)} (a force), test configurations",
        "forces as outputs": f"{report.spread(direct['inconsistency_meV_per_A'])} meV/Å off minus the gradient",
    }
    return beside("stende_2017", {"figure-8-3": figure_8_3, "figure-8-4": figure_8_4})


def describe(rows, quick, seconds):
    """The Markdown text.

    Args:
        rows: `pandas.DataFrame` of `many_neighbour`, a row for each network and seed.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    n_seeds, picoseconds = rows["seed"].nunique(), rows["steps"].max() * 0.002
    names = ["20 distances", "1 distance, summed", "forces as outputs", "differentiated"]
    lines = [
        (quantity, *[_cell(rows.loc[rows["network"] == name, column]) for name in names])
        for quantity, column in QUANTITIES.items()
    ]
    return "\n".join(
        ["# Stende 2017, chapter 8: networks of many neighbors, and forces as outputs\n"]
        + [report.QUICK] * quick
        + [
            f"Root mean squares; mean ± deviation over {n_seeds} seed{'s' * (n_seeds > 1)}. The thesis warns that "
            "forces that are outputs do not fit the energy, and does not measure it; what it prints is below.\n"
        ]
        + [report.markdown_table(("", *names), lines)]
        + [
            "Forces of the differentiated network are minus the gradient of its energy by construction; that they do "
            "no work along a closed loop tests the sum over the loop. The total energy is that of 16 trajectories of "
            f"{picoseconds:g} ps at 60 K of one atom among five that are held fixed, time step 2 fs. "
            "Forces that are outputs heat the atom until it leaves; what follows is far from all training data, and "
            "the size of the change says nothing more.\n"
        ]
        + [section(beside_paper(rows))]
        + [report.footer("stende-2017/many-neighbour", seconds)]
    )


def draw(rows):
    """The first seed: energies and forces while one neighbor moves, total energies, the networks of 20 distances."""
    first = {row["network"]: row for _, row in rows[rows["seed"] == 0].iterrows()}
    figure, axes = plt.subplots(2, 2, figsize=(12.0, 8.0), layout="constrained")
    _one_moving(axes[0, 0], first, "energy", "$E$ (meV)")
    _one_moving(axes[0, 1], first, "force", "$F_x$ of the central atom (meV/Å)")
    _trajectories(axes[1, 0], first)
    _distances(axes[1, 1], first["20 distances"]["curves"])
    return figure


def _one_moving(axes, first, name, label):
    exact = first["differentiated"]["curves"]
    axes.plot(exact["r"], 1e3 * np.array(exact[f"exact_{name}"]), color="black", lw=3, alpha=0.35, label="exact")
    for network, color in COLORS.items():
        curves = first[network]["curves"]
        axes.plot(curves["r"], 1e3 * np.array(curves[f"output_{name}"]), color=color, lw=1.5, label=network)
    if name == "force":
        curves = first["forces as outputs"]["curves"]
        gradient = 1e3 * np.array(curves["gradient_force"])
        style = {"color": COLORS["forces as outputs"], "ls": ":", "lw": 1.8}
        axes.plot(curves["r"], gradient, **style, label="minus the gradient of its energy")
    axes.set(xlabel="distance of the one neighbor that moves (Å)", ylabel=label)
    axes.set_title("one of five neighbors moves", fontsize=11)
    axes.legend(fontsize=8)


def _trajectories(axes, first):
    for network, color in COLORS.items():
        times, energies = (np.array(first[network]["trajectory"][key]) for key in ("times", "energies"))
        axes.plot(times, 1e3 * energies, color=color, lw=0.8, alpha=0.7)
        axes.plot([], [], color=color, label=network)
    axes.set_yscale("symlog", linthresh=1e-3)
    axes.set(xlabel="time (ps)", ylabel="change of the total energy (meV)", xlim=(0, times[-1]))
    axes.set_title("16 trajectories among five fixed atoms, 60 K", fontsize=11)
    axes.axhline(0.0, color="black", lw=0.5)
    axes.legend(fontsize=8)


def _distances(axes, curves):
    exact, predicted = (1e3 * np.array(curves[key]) for key in ("exact", "predicted"))
    limits = [min(exact.min(), predicted.min()), max(exact.max(), predicted.max())]
    axes.plot(limits, limits, color="black", lw=0.8)
    axes.plot(exact, predicted, ".", color="tab:green", ms=4)
    axes.set(xlabel="exact $E$ (meV)", ylabel="predicted $E$ (meV)", aspect="equal")
    axes.set_title("20 distances, 20-200-1: test configurations", fontsize=11)


def _cell(values):
    return "" if values.isna().any() else report.spread(values)

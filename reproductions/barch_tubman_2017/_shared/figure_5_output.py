"""The csv, the table and the figure of figure 5."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.datasets.gold_clusters import DENSITY_CUTOFF
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread, write_results

TITLES = {2: "Au2", 3: "Au3, equilateral triangle", 4: "Au4, tetrahedron"}


def write_figure(folder, rows, data, quick, seconds):
    """Writes figure_5.csv, .md and .png to `folder`, and prints the table.

    Args:
        folder: `Path`.
        rows: `pandas.DataFrame` of the curves: atoms, seed, distance_Bohr, energy_eV, extrapolations.
        data: dict of the number of atoms to a `pandas.DataFrame` of the data: distance_Bohr, energy_eV.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    lowest = {n: points["energy_eV"].min() for n, points in data.items()}
    relative = rows.assign(energy_eV=rows["energy_eV"] - rows["atoms"].map(lowest))
    data = {n: points.assign(energy_eV=points["energy_eV"] - lowest[n]) for n, points in sorted(data.items())}
    figure = _figure(relative, data, quick)
    write_results(folder, "figure_5", relative, _markdown(relative, data, quick, seconds), {"": figure})


def _markdown(rows, data, quick, seconds):
    names = ("", "data, Bohr", "minimum of the curve, Bohr", "its energy, eV", "outside there", "error, meV")
    return "\n".join(
        ["# Barch and Tubman 2017, figure 5: energy over average distance\n", *[QUICK] * quick]
        + [
            f"{rows['seed'].nunique()} seeds, mean ± deviation; energies relative to the lowest of the data (DFT, "
            f"density {DENSITY_CUTOFF:g} Ry). Outside: values of symmetry functions outside the data, at the minimum. "
            "Error: root mean square of curve minus data, for Au2, whose data lie on a curve.\n"
        ]
        + [markdown_table(names, [_summary(n, rows[rows["atoms"] == n], points) for n, points in data.items()])]
        + [footer("barch-tubman-2017/figure-5", seconds)]
    )


def _summary(n_atoms, rows, points):
    """A row of the table: where the curves have their minimum, and how far they are from the data."""
    low, high = points["distance_Bohr"].min(), points["distance_Bohr"].max()
    lowest = rows.loc[rows.groupby("seed")["energy_eV"].idxmin()]
    error = spread(1e3 * _errors(rows, points)) if n_atoms == 2 else ""
    minimum = [spread(lowest[name]) for name in ("distance_Bohr", "energy_eV", "extrapolations")]
    return TITLES[n_atoms], f"{low:.2f} to {high:.2f}", *minimum, error


def _errors(rows, points):
    """Root mean square of curve minus data, of each seed, in eV."""

    def error(group):
        found = np.interp(points["distance_Bohr"], group["distance_Bohr"], group["energy_eV"])
        return np.sqrt(np.mean((found - points["energy_eV"]) ** 2))

    return np.array([error(group) for _, group in rows.groupby("seed")])


def _figure(rows, data, quick):
    figure, axes = plt.subplots(1, len(data), figsize=(4.8 * len(data), 4.2), layout="constrained", squeeze=False)
    for axis, (n_atoms, points) in zip(axes[0], data.items(), strict=True):
        _panel(axis, rows[rows["atoms"] == n_atoms], points)
        axis.set_title(TITLES[n_atoms] + (" (quick run)" if quick else ""))
        axis.set_xlabel("average distance (Bohr)")
    axes[0, 0].set_ylabel("energy above the lowest of the data (eV)")
    axes[0, 0].legend(fontsize=8)
    return figure


def _panel(axis, rows, points):
    curves = rows.pivot(index="distance_Bohr", columns="seed", values="energy_eV")
    known = rows.groupby("distance_Bohr")["extrapolations"].max() == 0
    low, high = points["distance_Bohr"].min(), points["distance_Bohr"].max()
    axis.axvspan(low, high, color="0.92", label="average distances in the data")
    axis.plot(points["distance_Bohr"], points["energy_eV"], ".", ms=2.5, color="tab:gray", label="DFT, data")
    axis.fill_between(curves.index, curves.min(axis=1), curves.max(axis=1), color="tab:blue", alpha=0.25, lw=0)
    mean = curves.mean(axis=1)
    axis.plot(mean.index, mean, ":", color="tab:blue", label="networks, extrapolating")
    axis.plot(mean.index, mean.where(known), "-", color="tab:blue", label="networks, mean of the seeds")

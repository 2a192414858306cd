"""The csv, the table and the figure of figure 5."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.datasets.gold_clusters import DENSITY_CUTOFF
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread

PANELS = {"a": (2, "dimer"), "b": (3, "equilateral triangle"), "c": (4, "tetrahedron")}
TITLES = {2: "Au2", 3: "Au3, equilateral triangle", 4: "Au4, tetrahedron"}


def relative(rows, data):
    """Curves and data with energies relative to the lowest of the data of a size.

    Args:
        rows: `pandas.DataFrame` of the curves: atoms, seed, distance_Bohr, energy_eV, core_eV, extrapolations.
        data: dict of the number of atoms to a `pandas.DataFrame` of the data: distance_Bohr, energy_eV.
    """
    lowest = {n: points["energy_eV"].min() for n, points in data.items()}
    data = {n: points.assign(energy_eV=points["energy_eV"] - lowest[n]) for n, points in sorted(data.items())}
    return rows.assign(energy_eV=rows["energy_eV"] - rows["atoms"].map(lowest)), data


def beside_paper(rows, data):
    """The table of `beside` of curves and data, as `relative` has them."""
    distances, ours = rows["distance_Bohr"], {}
    for panel, (n_atoms, shape) in PANELS.items():
        if n_atoms in data:
            ours |= {f"panel {panel} atoms": n_atoms, f"panel {panel} shape": shape}
            of_size = rows[rows["atoms"] == n_atoms]
            ours[f"panel {panel}, curve and data"] = _compared(n_atoms, of_size, data[n_atoms])
    ours["vertical axis"] = f"energy above the lowest of the data, {rows['energy_eV'].min():.3g} eV and more"
    ours["horizontal axis"] = f"average interatomic distance, {distances.min():g} to {distances.max():g}"
    return beside("barch_tubman_2017", {"figure-5": ours})


def _compared(n_atoms, rows, points):
    """What the paper says of curve and data in words, of ours in numbers."""
    if n_atoms == 2:
        return f"root mean square of curve minus data {spread(1e3 * _errors(rows, points))} meV"
    curve = rows.groupby("distance_Bohr")["energy_eV"].mean()
    above = points["energy_eV"] > np.interp(points["distance_Bohr"], curve.index, curve)
    lowest = rows.loc[rows.groupby("seed")["energy_eV"].idxmin()]
    where = " (extrapolated)" if (lowest["extrapolations"] > 0).any() else ""
    minimum = f"minimum{where} {spread(lowest['energy_eV'])} eV above the lowest of the data"
    return f"{100 * above.mean():.0f} % of the data lie above the curve; its {minimum}"


def markdown(rows, data, quick, seconds):
    """The Markdown of curves and data, as `relative` has them."""
    names = ("", "data, Bohr", "minimum of the curve, Bohr", "its energy, eV", "outside there", "error, meV")
    names += ("all seeds repel below, Bohr", "without core")
    return "\n".join(
        ["# Barch and Tubman 2017, figure 5: energy over average distance\n", *[QUICK] * quick]
        + [
            f"{rows['seed'].nunique()} seeds, mean ± deviation; energies relative to the lowest of the data (DFT, "
            f"density {DENSITY_CUTOFF:g} Ry). Outside: values of symmetry functions outside the data, at the minimum. "
            "Error: root mean square of curve minus data, for Au2, whose data lie on a curve.\n"
        ]
        + [markdown_table(names, [_summary(n, rows[rows["atoms"] == n], points) for n, points in data.items()])]
        + [section(beside_paper(rows, data))]
        + [footer("barch-tubman-2017/figure-5", seconds)]
    )


def _summary(n_atoms, rows, points):
    """A row of the table: where the curves have their minimum, and how far they are from the data."""
    low, high = points["distance_Bohr"].min(), points["distance_Bohr"].max()
    lowest = rows.loc[rows.groupby("seed")["energy_eV"].idxmin()]
    error = spread(1e3 * _errors(rows, points)) if n_atoms == 2 else ""
    minimum = [spread(lowest[name]) for name in ("distance_Bohr", "energy_eV", "extrapolations")]
    repelling = (repels_below(rows, energies) for energies in (rows["energy_eV"], rows["energy_eV"] - rows["core_eV"]))
    return TITLES[n_atoms], f"{low:.2f} to {high:.2f}", *minimum, error, *(f"{d:.2f}" if d else "-" for d in repelling)


def repels_below(rows, energies):
    """The distance in Bohr below which the energies of all seeds grow all the way down, or None.

    Args:
        rows: `pandas.DataFrame` of curves: seed, distance_Bohr.
        energies: their energies, a `pandas.Series`.
    """
    found = []
    for _, curve in rows.assign(energy=energies).sort_values("distance_Bohr").groupby("seed"):
        attracts = np.flatnonzero(np.diff(curve["energy"]) >= 0)
        place = attracts[0] if len(attracts) else len(curve) - 1
        found.append(curve["distance_Bohr"].iloc[place] if place else None)
    return None if None in found else min(found)


def _errors(rows, points):
    """Root mean square of curve minus data, of each seed, in eV."""

    def error(group):
        found = np.interp(points["distance_Bohr"], group["distance_Bohr"], group["energy_eV"])
        return np.sqrt(np.mean((found - points["energy_eV"]) ** 2))

    return np.array([error(group) for _, group in rows.groupby("seed")])


def draw(rows, data, quick):
    """The figure of curves and data, as `relative` has them."""
    figure, axes = plt.subplots(1, len(data), figsize=(4.8 * len(data), 4.2), layout="constrained", squeeze=False)
    for axis, (n_atoms, points) in zip(axes[0], data.items(), strict=True):
        _panel(axis, rows[rows["atoms"] == n_atoms], points)
        axis.set_title(TITLES[n_atoms] + (" (quick run)" if quick else ""))
        axis.set_xlabel("average distance (Bohr)")
    axes[0, 0].set_ylabel("energy above the lowest of the data (eV)")
    axes[0, 0].legend(fontsize=8)
    return figure


def _panel(axis, rows, points):
    curves, cores = (rows.pivot(index="distance_Bohr", columns="seed", values=n) for n in ("energy_eV", "core_eV"))
    known = rows.groupby("distance_Bohr")["extrapolations"].max() == 0
    low, high = points["distance_Bohr"].min(), points["distance_Bohr"].max()
    axis.axvspan(low, high, color="0.92", label="average distances in the data")
    axis.plot(points["distance_Bohr"], points["energy_eV"], ".", ms=2.5, color="tab:gray", label="DFT, data")
    axis.fill_between(curves.index, curves.min(axis=1), curves.max(axis=1), color="tab:blue", alpha=0.25, lw=0)
    mean = curves.mean(axis=1)
    axis.plot(mean.index, mean, ":", color="tab:blue", label="networks, extrapolating")
    axis.plot(mean.index, mean.where(known), "-", color="tab:blue", label="networks, mean of the seeds")
    alone = (curves - cores).where(cores > 0)
    axis.plot(mean.index, alone.mean(axis=1), "--", color="tab:red", lw=1, label="without the repulsive core")
    low = min(curves.min(axis=None), points["energy_eV"].min())
    height = 1.3 * (curves.where(cores == 0).max(axis=None) - low)
    axis.set_ylim(low - 0.1 * height, low + height)

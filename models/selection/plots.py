"""Plots of symmetry functions and of their values in the data: Figures 7.2 and 7.3 of J.-A. Stende's MSc thesis (2017).

Each draws on `matplotlib.axes.Axes` that the caller made.
"""

import numpy as np

from atomzoo.layers import SymmetryFunctionLayer

N_POINTS = 400


def plot_radial(axes, functions, distances=None):
    """Draws radial functions of one neighbor against its distance.

    Args:
        axes: `matplotlib.axes.Axes`.
        functions: list of `SymmetryFunction`, of which G1, G2 and G3 are drawn.
        distances: distances in the data (A), see `neighbor_distances`; their distribution is drawn as a dotted line.
    """
    radial = [function for function in functions if not function.is_angular]
    r = np.linspace(0.0, max(function.cutoff for function in radial), N_POINTS)
    for function in radial:
        axes.plot(r, _of_one_neighbor(function, r), lw=1.5, label=_label(function, ("eta", "rs")))
    if distances is not None:
        _plot_distribution(axes, distances, r[1:], "distances in the data")
    axes.set(xlabel=r"$R_{ij}$ (Å)", ylabel="radial symmetry function", xlim=(0, r[-1]), ylim=(0, 1.05))


def plot_angular(axes, functions, angles=None):
    """Draws the angular parts 2^(1-zeta) (1 + lambda cos theta)^zeta of G4 and G5; equal ones once.

    Args:
        axes: `matplotlib.axes.Axes`.
        functions: list of `SymmetryFunction`, of which G4 and G5 are drawn.
        angles: angles in the data (degrees), see `neighbor_angles`; their distribution is drawn as a dotted line.
    """
    theta = np.linspace(0.0, 180.0, N_POINTS)
    parameters = sorted({(f.lambda_, f.zeta) for f in functions if f.is_angular}, key=lambda p: (-p[0], p[1]))
    for lambda_, zeta in parameters:
        values = 2.0 ** (1.0 - zeta) * (1.0 + lambda_ * np.cos(np.radians(theta))) ** zeta
        style = {"ls": "-" if lambda_ > 0 else "--", "color": f"C{[z for _, z in parameters].index(zeta)}"}
        axes.plot(theta, values, lw=1.5, label=rf"$\zeta$={zeta:g}, $\lambda$={lambda_:+g}", **style)
    if angles is not None:
        _plot_distribution(axes, angles, theta, "angles in the data")
    axes.set(xlabel=r"$\theta_{jik}$ (degrees)", ylabel="angular part", xlim=(0, 180), ylim=(0, 2.1))
    axes.set_xticks(range(0, 181, 30))


def plot_ranges(axes, values, kept=None):
    """Draws the values of each function, one below the other: bars from minimum to maximum, dark where most are.

    Args:
        axes: `matplotlib.axes.Axes`, with a logarithmic scale of values.
        values: `pandas.DataFrame` of one element, see `feature_values`.
        kept: functions that are drawn in blue, others in gray; None: all.
    """
    smallest = 1e-6  # of the axis: values of 0 would be infinitely far away
    for row, function in enumerate(values.columns):
        data = np.maximum(values[function].to_numpy(), smallest)
        density, edges = np.histogram(data, bins=np.geomspace(data.min(), max(data.max(), data.min() * 1.001), 41))
        color = "tab:blue" if kept is None or function in kept else "dimgray"
        shades = 0.15 + 0.85 * density / density.max()
        for left, right, shade in zip(edges[:-1], edges[1:], shades, strict=True):
            axes.fill_between([left, right], row - 0.4, row + 0.4, color=color, alpha=shade, lw=0)
    axes.set_xscale("log")
    labels = [f"{_short(function)}  {number}" for number, function in enumerate(values.columns, start=1)]
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.set(xlabel="value over the data", ylim=(len(values.columns) - 0.5, -0.5))


def plot_correlations(axes, matrix):
    """Draws a correlation matrix (`correlations`) in colors from -1 to 1; returns the image, for a color bar."""
    image = axes.imshow(matrix.to_numpy(), cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set_xticks(range(len(matrix)), range(1, len(matrix) + 1), fontsize=6.5)
    axes.set_yticks(range(len(matrix)), range(1, len(matrix) + 1), fontsize=6.5)
    axes.set(xlabel="function", ylabel="function")
    return image


def _of_one_neighbor(function, r):
    elements = list(function.neighbors) or ["X"]
    layer = SymmetryFunctionLayer([function], elements, dtype="float64")
    displacements = np.stack([np.zeros_like(r), np.zeros_like(r), r], axis=-1)[:, None]
    return np.asarray(layer(displacements, np.zeros((len(r), 1), dtype="int32")))[:, 0]


def _plot_distribution(axes, data, grid, label):
    """The distribution of `data` over `grid`, scaled to the height of the axes, which it does not change."""
    density, edges = np.histogram(data, bins=100, range=(grid[0], grid[-1]))
    top = 0.95 * axes.dataLim.ymax
    centers = (edges[1:] + edges[:-1]) / 2
    axes.plot(centers, top * density / density.max(), ":", color="black", lw=1.2, label=label, zorder=0)


def _label(function, names):
    symbols = {"eta": r"$\eta$", "rs": "$R_s$", "zeta": r"$\zeta$", "lambda_": r"$\lambda$"}
    return ", ".join(f"{symbols[name]}={getattr(function, name):.3g}" for name in names)


def _short(function):
    names = ("eta", "zeta", "lambda_") if function.is_angular else ("eta", "rs")
    return f"{function.kind}({'-'.join(function.neighbors)}) " + _label(function, names)

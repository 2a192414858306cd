"""Drawings of pages: matplotlib's SVG, in the colors and fonts of the page around it, light or dark."""

import io
import re
from itertools import count

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

INK = "#010203"  # stands for the color of the page's text
COLORS = ("#9aa5b1", "#2f7ec7", "#e0803a", "#4a9d6f", "#b05cc0")  # seen on white and on black
MOST_LINES = 1500  # points of a scatter that are drawn as lines; more become an image within the drawing
STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "grid.color": "#808890",
    "grid.alpha": 0.22,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "axes.prop_cycle": matplotlib.cycler(color=COLORS),
}
_numbers = count()


def drawn(draw, n_axes=1, height=3.0, width=8.6):
    """A drawing as SVG for `page.figure`.

    Args:
        draw: function of that many `matplotlib.axes.Axes`, side by side.
        n_axes: their number.
        height, width: of all in inches.

    Returns:
        str, an svg element whose names occur in no other.

    Example:
        >>> drawn(lambda axes: axes.plot([0, 1]))[:4]
        '<svg'
    """
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": f"figure {next(_numbers)}"}):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(*np.ravel(figure.subplots(1, n_axes)))
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, dpi=160, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px system-ui, sans-serif", text)


def scatter(axes, x, y, **options):
    """Points, as an image if they are many."""
    axes.plot(x, y, ".", ms=4, mew=0, alpha=0.7, rasterized=len(x) > MOST_LINES, **options)


def parity(axes, samples, quantity, unit):
    """Predictions over labels, and the line where they are equal.

    Args:
        axes: `matplotlib.axes.Axes`.
        samples: dict of (n, 2) labels and predictions by what they are called.
        quantity, unit: for the axes.
    """
    for k, (name, rows) in enumerate(samples.items()):
        scatter(axes, *rows.T, color=part_color(k, len(samples)), label=name)
    labels = np.concatenate([rows[:, 0] for rows in samples.values()])
    axes.axline((labels.min(), labels.min()), slope=1, color=INK, lw=0.6, alpha=0.6)
    axes.set(xlabel=f"{quantity} of the data, {unit}", ylabel=f"predicted, {unit}")
    if len(samples) > 1:
        axes.legend(loc="upper left", handletextpad=0.2, markerscale=2)


def part_color(k, n):
    """Gray for the first of several parts, which is what was trained on, and blue for what counts."""
    return COLORS[k if n > 1 else 1]


def learning_curve(axes, history, names, unit, factor=1.0):
    """Columns of a history over epochs, of one or more trainings.

    Args:
        axes: `matplotlib.axes.Axes`.
        history: list of dicts of lists, as `fit` returns.
        names: dict of labels by the names of columns.
        unit: of the values, times `factor`.
    """
    for k, one in enumerate(history):
        for line, (name, label) in enumerate(names.items()):
            values, color = factor * np.asarray(one[name], float), part_color(line, len(names))
            axes.plot(np.arange(1, len(values) + 1), values, lw=1.2, color=color, label=label if k == 0 else None)
    axes.set(xlabel="epoch", ylabel=unit)
    log_scale(axes)
    if len(names) > 1:
        axes.legend()


def log_scale(axes):
    """A logarithmic axis y with plain numbers, at least two of them."""
    axes.set_yscale("log")
    smallest, largest = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if largest < 100 * smallest else (1,)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def distances(axes, samples, column, label, factor):
    """Errors over the distance from the training range.

    Args:
        axes: `matplotlib.axes.Axes`.
        samples: dict of (n, 3) arrays, see `Collected.distances`.
        column: which error.
        label: of the axis.
        factor: of the unit.
    """
    for k, (name, rows) in enumerate(samples.items()):
        scatter(axes, rows[:, 0], factor * rows[:, column], color=part_color(k, len(samples)), label=name)
    axes.set_xscale("symlog", linthresh=0.01)
    axes.set(xlabel="distance outside, widths of the range", ylabel=label, xlim=(-0.002, None))
    log_scale(axes)
    if len(samples) > 1:
        axes.legend(handletextpad=0.2, markerscale=2)


def curve(axes, found, title):
    """A `Curve` of a check.

    Args:
        axes: `matplotlib.axes.Axes`.
        found: the `Curve`.
        title: what it is of.
    """
    axes.plot(found.x, found.y, found.style, lw=1.3, ms=3.5, mew=0, color=COLORS[1])
    for line, limit in ((axes.axvline, found.x_limit), (axes.axhline, found.y_limit)):
        if limit is not None:
            line(limit, color=COLORS[2], lw=0.9, ls="--")
    axes.set(xlabel=found.x_label, ylabel=found.y_label)
    axes.set_title(title, fontsize=9, loc="left")

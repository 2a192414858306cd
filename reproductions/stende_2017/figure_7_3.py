"""Silicon: angular symmetry functions, and what range and correlation analysis leave of the initial set.

Sections 7.2.1, 7.2.2 and Figure 7.3 of J.-A. Stende, Constructing high-dimensional neural network potentials for
molecular dynamics, MSc thesis, University of Oslo (2017).

figure_7_3.png shows the angular parts of the set, with zeta growing by factors and lambda +1 and -1; dotted: the angles
between bonds in the data. figure_7_3_analysis.png shows the range of each function's values over the data, as the
thesis analyzes them before it moves a cutoff, and the correlation of each pair. `select_functions` then keeps, from the
largest range to the smallest, each function whose correlation with those already kept is at most 0.98 in size.

The thesis keeps 24 functions, whose parameters were moved by hand after the same analysis; it prints no limits. Its
example of an angular set has one eta, 0.01 A^-2, and several cutoffs and zeta, found to be best by trial; ours has two
eta, those of the widest and the narrowest of the radial functions, and one cutoff. What is kept is in figure_7_3.md.
Data, set and cutoff are those of `figure_7_2`.
"""

import time

import pandas

from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed
from atomzoo.reproductions.stende_2017.figure_7_2 import BOND, chosen, silicon

LIMITS = (0.9, 0.95, 0.98, 0.99, 0.995)  # of the correlation; the third is the default of `select_functions`


def run(seeds=None, quick=False, output=None):
    """Analyzes the set, and writes figure_7_3.csv, .md, .png, _paper.csv and _analysis.png.

    Args:
        seeds: Number of seeds of the dynamics, 3 by default; the figures show the first.
        quick: Whether to show that it runs, on a fifth of the data and one seed, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.models.selection.select_functions import feature_values

    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    data = [silicon(seed, quick) for seed in range(seeds or (1 if quick else 3))]
    # One set for all seeds, that of the first, so that only the data differ.
    functions = chosen(data[0])
    values = [feature_values(structures, functions, ["Si"]) for structures in data]
    rows = pandas.concat([analyze(v).assign(seed=seed) for seed, v in enumerate(values)], ignore_index=True)
    figures = {"": _angular_figure(functions, data[0]), "_analysis": _analysis_figure(values[0])}
    text = _markdown(rows, values, functions, quick, time.time() - start)
    report.write_results(folder, "figure_7_3", rows, text, figures, beside_paper(functions))


def analyze(values):
    """A row a function: its range over the data, and with which it correlates too much, if it was left out."""
    from atomzoo.models.selection.select_functions import ranges, select_functions

    selection = select_functions(values)
    rows = ranges(values["Si"])
    numbers = {function: number for number, function in enumerate(rows.index, start=1)}
    reasons = [selection.dropped["Si"].get(function) for function in rows.index]
    rows = rows.assign(
        kept=[reason is None for reason in reasons],
        correlated_with=[numbers.get(reason.twin, "") if reason else "" for reason in reasons],
        correlation=[reason.correlation if reason else 0.0 for reason in reasons],
    )
    rows.insert(0, "number", numbers.values())
    rows.insert(1, "function", [str(function) for function in rows.index])
    return rows


def beside_paper(functions):
    """The table of `beside` of the initial set: its angular functions."""
    angular = [function for function in functions if function.is_angular]
    varied = {name: sorted({getattr(function, name) for function in angular}) for name in ("eta", "cutoff", "zeta")}
    ours = {
        "eta": ", ".join(f"{eta:.4g}" for eta in varied["eta"]),
        "lambda": ", ".join(f"{value:g}" for value in sorted({function.lambda_ for function in angular})),
        "varied in angular functions": ", ".join(name for name, values in varied.items() if len(values) > 1),
    }
    return beside("stende_2017", {"figure-7-3": ours})


def _markdown(rows, values, functions, quick, seconds):
    from atomzoo.models.selection.select_functions import select_functions

    first = rows[rows["seed"] == 0]
    final = printed("stende_2017", "stillinger-weber", "symmetry functions")
    counts = [
        (limit, " / ".join(str(len(select_functions(v, largest_correlation=limit).functions)) for v in values))
        for limit in LIMITS
    ]
    kept = rows.groupby("function", sort=False)["kept"].sum()
    lines = [
        (r.number, r.function, f"{r.minimum:.3g}", f"{r.maximum:.3g}", f"{r.range:.3g}", _verdict(r), kept[r.function])
        for r in first.itertuples()
    ]
    names = ("", "function", "minimum", "maximum", "range", "seed 0", f"kept, of {len(values)} seeds")
    return "\n".join(
        ["# Stende 2017, figure 7.3 and section 7.2.2: range and correlation of the symmetry functions\n"]
        + [report.QUICK] * quick
        + [
            f"The thesis's final set for silicon has {final:g} functions, adjusted by hand; "
            f"initial set here: {len(first)}.\n"
        ]
        + [report.markdown_table(("largest correlation", "functions kept, each seed"), counts)]
        + [f"With the default limit, {LIMITS[2]}:\n", report.markdown_table(names, lines)]
        + [
            f"{len(values)} seed{'s' * (len(values) > 1)} of the dynamics.\n",
            section(beside_paper(functions)),
            report.footer("stende-2017/figure-7-3", seconds),
        ]
    )


def _verdict(row):
    if row.kept:
        return "kept"
    return f"{row.correlation:.4f} with {row.correlated_with}" if row.correlated_with else "small range"


def _angular_figure(functions, structures):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from atomzoo.models.selection.plots import plot_angular
    from atomzoo.models.selection.select_functions import neighbor_angles

    figure, axes = plt.subplots(figsize=(7.0, 4.2), layout="constrained")
    plot_angular(axes, functions, neighbor_angles(structures, BOND))
    axes.set_title(f"Si, initial set: angular parts of 16 functions; angles within {BOND:.2f} Å", fontsize=11)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _analysis_figure(values):
    import matplotlib.pyplot as plt

    from atomzoo.models.selection.plots import plot_correlations, plot_ranges
    from atomzoo.models.selection.select_functions import correlations, select_functions

    kept = select_functions(values).functions
    figure, (left, right) = plt.subplots(1, 2, figsize=(13.0, 5.6), layout="constrained", width_ratios=(1.15, 1))
    plot_ranges(left, values["Si"], kept)
    left.set_title(f"values over the data; blue: the {len(kept)} that are kept", fontsize=11)
    image = plot_correlations(right, correlations(values["Si"]))
    right.set_title("correlation of each pair, numbered as on the left", fontsize=11)
    figure.colorbar(image, ax=right, shrink=0.85)
    return figure

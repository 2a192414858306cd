"""TiO2: the residuals of the grid's best network on the test structures, in units of their deviation.

Figure 3 of the Keras BPNN paper: standardized residuals (r - mean) / deviation, and the fraction beyond 1.5 deviations,
which of a normal distribution would be 13.4 %; the paper has 7.5 %, from 1.5 to 4 deviations. Residuals are of energies
per atom; those of all seeds are together. Mean and deviation of the paper contradict its test RMSE: see the printed
text.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.reproductions import report, tio2_data
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed
from atomzoo.reproductions.tio2_bpnn._shared import trained

OUTLIER, FARTHEST = (printed("tio2_bpnn", "figure-3", f"outliers {end}") for end in ("from", "up to"))  # deviations


def run(seeds=None, quick=False, output=None):
    """Draws the residuals of the best network, trained now if table_2 has not.

    Writes figure_3.csv, .md, .png and figure_3_paper.csv.

    Args:
        seeds, quick, output: See `table_2`.
    """
    folder = report.results_folder("tio2-bpnn", output, quick)
    start = time.time()
    _, rows, _, predictions = trained(folder, seeds, quick)
    table, _ = standardized(predictions[predictions["part"] == "test"])
    text = describe(table, int(rows["every"].iloc[0]), quick, time.time() - start)
    report.write_results(folder, "figure_3", table, text, {"": figure(table)}, beside_paper(table))


def redraw(folder):
    """Writes figure_3.md and .png anew from the recorded figure_3.csv in a folder (`Path`); needs the data."""
    table = report.recorded_rows(folder, "figure_3")
    text = describe(table, 1, False, 0.0)
    report.redraw_results(folder, "figure_3", text, {"": figure(table)}, beside_paper(table))


def beside_paper(table):
    """The table of `beside` of predictions with `standardized_residual`; residuals of whole structures in eV."""
    sizes, beyond = table["standardized_residual"].abs(), standardized(table)[1]["outliers"]
    residuals = (table["predicted"] - table["energy"]) * table["atoms"]
    ours = {
        "outliers from": OUTLIER,
        "outliers up to": f"{sizes.max():.3g}",
        "outlier fraction": f"{beyond:.3f}",
        "residual mean": f"{residuals.mean():.3g}",
        "residual deviation": f"{residuals.std(ddof=0):.3g}",
    }
    return beside("tio2_bpnn", {"figure-3": ours})


def describe(table, every, quick, seconds):
    """The Markdown text."""
    found = standardized(table)[1]
    lines = [
        ["mean, meV/atom", f"{found['mean']:.3f}"],
        ["deviation, meV/atom", f"{found['deviation']:.3f}"],
        ["beyond 1.5 deviations", f"{100 * found['outliers']:.1f} %"],
    ]
    parts = ["# Keras BPNN, figure 3: residuals\n", report.QUICK if quick else "", tio2_data.description(every)]
    parts += [report.markdown_table(["residuals", "test structures"], lines), section(beside_paper(table))]
    mean, deviation = (printed("tio2_bpnn", "figure-3", f"residual {name}") for name in ("mean", "deviation"))
    rmse = printed("tio2_bpnn", "test-error", "test RMSE")
    parts += [
        "The residuals beside the paper's are those of whole structures. With the mean and deviation that it prints "
        f"the paper's test RMSE would be {np.hypot(mean, deviation):.1f} eV; it prints {rmse:g} eV.\n"
    ]
    return "\n".join([*parts, report.footer("tio2-bpnn/figure-3", seconds)])


def standardized(predictions):
    """The table with a column `standardized_residual`, and a dict of mean and deviation (meV/atom) and outliers.

    Example:
        >>> import pandas
        >>> table = pandas.DataFrame({"energy": [0.0, 0.0, 0.0, 0.0], "predicted": [0.0, 0.0, 0.0, 0.004]})
        >>> found = standardized(table)[1]
        >>> round(found["mean"], 6), found["outliers"]
        (1.0, 0.25)
    """
    residuals = 1e3 * (predictions["predicted"] - predictions["energy"])
    mean, deviation = float(residuals.mean()), float(residuals.std(ddof=0))
    values = (residuals - mean) / deviation
    outliers = float((values.abs() > OUTLIER).mean())
    return predictions.assign(standardized_residual=values), {
        "mean": mean,
        "deviation": deviation,
        "outliers": outliers,
    }


def figure(table):
    """Standardized residuals over the energy, and their distribution beside the normal one."""
    drawing, (left, right) = plt.subplots(1, 2, figsize=(8, 4), sharey=True, width_ratios=[3, 1], layout="constrained")
    left.plot(table["energy"], table["standardized_residual"], ".", ms=3)
    for limit, style, label in ((OUTLIER, "-", "from"), (FARTHEST, ":", "up to")):
        for sign in (-1, 1):
            name = f"paper: outliers {label} {limit:g}" if sign > 0 else None
            left.axhline(sign * limit, color="0.6", lw=1, ls=style, label=name)
    left.legend(fontsize="small")
    left.set(xlabel="PBE energy, eV/atom", ylabel="standardized residual")
    bins = np.linspace(-5, 5, 51)
    right.hist(table["standardized_residual"], bins, density=True, orientation="horizontal")
    right.plot(np.exp(-0.5 * bins**2) / np.sqrt(2 * np.pi), bins, color="k", lw=1)
    right.set(xlabel="density", ylim=(-5, 5))
    return drawing

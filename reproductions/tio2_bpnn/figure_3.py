"""TiO2: the residuals of the grid's best network on the test structures, in units of their deviation.

Figure 3 of the Keras BPNN paper: standardized residuals (r - mean) / deviation, and the fraction beyond 1.5 deviations,
which of a normal distribution would be 13.4 %. Residuals are of energies per atom; those of all seeds are together.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results
from atomzoo.reproductions.tio2_bpnn._shared import trained

OUTLIER = 1.5  # deviations


def run(seeds=None, quick=False, output=None):
    """Draws the residuals of the best network, trained now if table_2 has not; writes figure_3.csv, .md and .png.

    Args:
        seeds, quick, output: See `table_2`.
    """
    folder = results_folder("tio2-bpnn", output, quick)
    start = time.time()
    _, rows, _, predictions = trained(folder, seeds, quick)
    table, found = standardized(predictions[predictions["part"] == "test"])
    lines = [
        ["mean, meV/atom", f"{found['mean']:.3f}"],
        ["deviation, meV/atom", f"{found['deviation']:.3f}"],
        ["beyond 1.5 deviations", f"{100 * found['outliers']:.1f} %"],
    ]
    parts = ["# Keras BPNN, figure 3: residuals\n", QUICK if quick else ""]
    parts += [
        tio2_data.description(int(rows["every"].iloc[0])),
        markdown_table(["residuals", "test structures"], lines),
    ]
    parts += [footer("tio2-bpnn/figure-3", time.time() - start)]
    write_results(folder, "figure_3", table, "\n".join(parts), {"": figure(table)})


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
    for sign in (-1, 1):
        left.axhline(sign * OUTLIER, color="0.6", lw=1)
    left.set(xlabel="PBE energy, eV/atom", ylabel="standardized residual")
    bins = np.linspace(-5, 5, 51)
    right.hist(table["standardized_residual"], bins, density=True, orientation="horizontal")
    right.plot(np.exp(-0.5 * bins**2) / np.sqrt(2 * np.pi), bins, color="k", lw=1)
    right.set(xlabel="density", ylim=(-5, 5))
    return drawing

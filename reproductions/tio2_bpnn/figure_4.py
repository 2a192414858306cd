"""TiO2: the energies of all 7815 structures, as they are and per atom.

Figure 4 of the Keras BPNN paper: how the energies of the whole set are distributed. The paper shows total energies,
most of which lie just below -19960 eV: so they do here, in bins of 2 eV, in cells of 24 atoms. Cohesive energies per
atom are by stoichiometry, with the filter of aenet's split.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.datasets import tio2
from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed

LARGEST_ENERGY = 1.0  # eV/atom; of aenet's split
QUICK_EVERY = 60
BIN = 2.0  # eV, of total energies


def run(seeds=None, quick=False, output=None):
    """Draws the distribution of energies, and writes figure_4.csv, .md, .png and _paper.csv.

    Args:
        seeds: Of no effect: nothing is trained.
        quick: Whether to take few structures, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("tio2-bpnn", output, quick)
    start = time.time()
    table = tio2.energy_table(tio2.read_all()[:: QUICK_EVERY if quick else 1])
    text = describe(table, quick, time.time() - start)
    report.write_results(folder, "figure_4", table, text, {"": figure(table)}, beside_paper(table))


def redraw(folder):
    """Writes figure_4.md and .png anew from the recorded figure_4.csv in a folder (`Path`)."""
    table = report.recorded_rows(folder, "figure_4").fillna({"duplicate_of": ""})
    report.redraw_results(folder, "figure_4", describe(table, False, 0.0), {"": figure(table)}, beside_paper(table))


def beside_paper(table):
    """The table of `beside` of a table of `tio2.energy_table`."""
    low, count = fullest_bin(table["total_energy_eV"])
    peak = f"{low + BIN:g} ({count} structures in the {BIN:g} eV below)"
    return beside("tio2_bpnn", {"figure-4": {"most frequent energy just below": peak, "structures": len(table)}})


def fullest_bin(energies):
    """The bin of width `BIN` with most energies: its lower end (eV) and how many.

    Example:
        >>> import pandas
        >>> fullest_bin(pandas.Series([-10.5, -9.0, -8.1, 3.0]))
        (-10.0, 2)
    """
    counts = (np.floor(energies / BIN) * BIN).value_counts()
    return float(counts.idxmax()), int(counts.max())


def describe(table, quick, seconds):
    """The Markdown text."""
    energies = tio2.ATOMIC_ENERGIES["aenet-set001"]
    parts = ["# Keras BPNN, figure 4: energies of the whole set\n", report.QUICK if quick else ""]
    parts += [f"Cohesive energies with atomic energies Ti {energies['Ti']} and O {energies['O']} eV.\n"]
    parts += [report.markdown_table(["", "structures", "smallest", "median", "largest, eV/atom"], _lines(table))]
    copies = table[table["duplicate_of"] != ""]
    parts += [
        f"{file} is an exact copy of {other}.\n"
        for file, other in zip(copies["file"], copies["duplicate_of"], strict=True)
    ]
    return "\n".join([*parts, section(beside_paper(table)), report.footer("tio2-bpnn/figure-4", seconds)])


def _groups(table):
    vacancies = table["O"] < 2 * table["Ti"]
    return {"TiO2": table[~vacancies], "with O vacancies": table[vacancies]}


def _lines(table):
    groups = {"all": table, **_groups(table)}
    groups["up to 1 eV/atom"] = table[table["cohesive_energy_eV_per_atom"] <= LARGEST_ENERGY]
    lines = []
    for name, group in groups.items():
        energy = group["cohesive_energy_eV_per_atom"]
        lines.append([name, len(group), *(f"{value:.3f}" for value in (energy.min(), energy.median(), energy.max()))])
    return lines


def figure(table):
    """Total energies as in the paper, and cohesive ones by stoichiometry, with the limit of aenet's split."""
    drawing, (left, axis) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    total, peak = table["total_energy_eV"], printed("tio2_bpnn", "figure-4", "most frequent energy just below")
    left.hist(total, np.arange(peak - 20 * BIN, peak + 60 * BIN, BIN))
    left.axvline(peak, color="k", lw=1, ls="--", label=f"paper: most just below {peak:g} eV")
    left.set(xlabel="total energy, eV (cells of 24 atoms)", ylabel=f"structures in {BIN:g} eV")
    left.locator_params(axis="x", nbins=5)
    left.legend()
    energy = table["cohesive_energy_eV_per_atom"]
    groups = _groups(table)
    values = [group["cohesive_energy_eV_per_atom"] for group in groups.values()]
    axis.hist(values, np.linspace(energy.min(), energy.max(), 80), stacked=True, label=list(groups))
    axis.axvline(LARGEST_ENERGY, color="k", lw=1, label="limit of aenet's split")
    axis.set(xlabel="cohesive energy, eV/atom", ylabel="structures")
    axis.legend()
    return drawing

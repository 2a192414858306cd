"""TiO2: the cohesive energies of all 7815 structures.

Figure 4 of the Keras BPNN paper: how the energies are distributed. The paper shows those of the 265 structures that it
uses; here it is the whole set, by stoichiometry, with the filter of aenet's split.
"""

import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from atomzoo.datasets import tio2
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

LARGEST_ENERGY = 1.0  # eV/atom; of aenet's split
QUICK_EVERY = 60


def run(seeds=None, quick=False, output=None):
    """Draws the distribution of energies, and writes figure_4.csv, .md and .png.

    Args:
        seeds: Of no effect: nothing is trained.
        quick: Whether to take few structures, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = results_folder("tio2-bpnn", output, quick)
    start = time.time()
    table = tio2.energy_table(tio2.read_all()[:: QUICK_EVERY if quick else 1])
    energies = tio2.ATOMIC_ENERGIES["aenet-set001"]
    parts = ["# Keras BPNN, figure 4: energies of the whole set\n", QUICK if quick else ""]
    parts += [f"Cohesive energies with atomic energies Ti {energies['Ti']} and O {energies['O']} eV.\n"]
    parts += [markdown_table(["", "structures", "smallest", "median", "largest, eV/atom"], _lines(table))]
    copies = table[table["duplicate_of"] != ""]
    parts += [
        f"{file} is an exact copy of {other}.\n"
        for file, other in zip(copies["file"], copies["duplicate_of"], strict=True)
    ]
    text = "\n".join([*parts, footer("tio2-bpnn/figure-4", time.time() - start)])
    write_results(folder, "figure_4", table, text, {"": figure(table)})


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
    """A histogram by stoichiometry, with the limit of aenet's split."""
    drawing, axis = plt.subplots(figsize=(6, 4), layout="constrained")
    energy = table["cohesive_energy_eV_per_atom"]
    groups = _groups(table)
    values = [group["cohesive_energy_eV_per_atom"] for group in groups.values()]
    axis.hist(values, np.linspace(energy.min(), energy.max(), 80), stacked=True, label=list(groups))
    axis.axvline(LARGEST_ENERGY, color="k", lw=1, label="limit of aenet's split")
    axis.set(xlabel="cohesive energy, eV/atom", ylabel="structures")
    axis.legend()
    return drawing

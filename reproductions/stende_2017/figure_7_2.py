"""Silicon: an initial set of radial symmetry functions, chosen from the distances in the data.

Section 7.2.1 and Figure 7.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular
dynamics, MSc thesis, University of Oslo (2017).

The thesis asks for functions that cover the distances of the data: G2 centered at the atom, the width of the one with
the largest eta being the shortest distance, and G2 of one large eta at equidistant rs; for as many radial functions as
the mean number of neighbors at least, and more angular ones. The parameters of its example are in the drawing only. Its
set for silicon has 8 G2 and 16 G5 within 6 A; so has the one that `initial_functions` makes of the data by the same
rules, no parameter set by hand. Dotted: the distances in the data; a function that does not overlap with them describes
nothing.

* Data: diamond silicon, 64 atoms, NVT with the Stillinger-Weber potential (LAMMPS) at 300, 600, 900 and 1200 K, 2 ps
  each, of which the first 0.4 ps are left out; a frame every 20 fs.
* `figure_7_3` shows the angular functions, and what range and correlation analysis leave of the set.
"""

import time

import numpy as np
import pandas
from ase.build import bulk

from atomzoo.reproductions import report
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.paper_numbers import printed

TEMPERATURES = (300, 600, 900, 1200)  # K
CUTOFF = printed("stende_2017", "figure-7-2", "cutoff")  # A
BOND = 3.77118  # A; the cutoff of the Stillinger-Weber potential
EVERY, EQUILIBRATION = 20, 400  # fs


def run(seeds=None, quick=False, output=None):
    """Makes the data, chooses the set, and writes figure_7_2.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of seeds of the dynamics, 1 by default; the figure shows the first.
        quick: Whether to show that it runs, on a fifth of the data, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    data = [silicon(seed, quick) for seed in range(seeds or 1)]
    tables = [_table(structures).assign(seed=seed) for seed, structures in enumerate(data)]
    rows = pandas.concat(tables, ignore_index=True)
    first = rows[rows["seed"] == 0]
    text, beside = _markdown(first, data[0], quick, time.time() - start), beside_paper(first, data[0])
    report.write_results(folder, "figure_7_2", rows, text, {"": _figure(data[0])}, beside)


def silicon(seed, quick=False):
    """Labelled frames of silicon at the four temperatures: list of `ase.Atoms`."""
    from atomzoo.datasets.engines.lammps import Lammps, potential_file

    engine = Lammps(["pair_style sw", f"pair_coeff * * {potential_file('Si.sw')} Si"], ["Si"])
    crystal = bulk("Si", a=5.431, cubic=True) * (2, 2, 2)
    steps, frames = 800 if quick else 2000, []
    for temperature in TEMPERATURES:
        run = engine.dynamics(crystal, steps, temperature, every=EVERY, ensemble="nvt", seed=seed)
        frames += run[EQUILIBRATION // EVERY :]
    return frames


def chosen(structures):
    """The initial set for silicon: list of `SymmetryFunction`."""
    from atomzoo.models.selection.select_functions import initial_functions

    return initial_functions(structures, ["Si"], CUTOFF)


def _table(structures):
    """The set, a row a function."""
    names = ("kind", "cutoff", "eta", "rs", "zeta", "lambda_")
    functions = chosen(structures)
    rows = [{"number": k, **{name: getattr(f, name) for name in names}} for k, f in enumerate(functions, start=1)]
    return pandas.DataFrame(rows)


def _markdown(rows, structures, quick, seconds):
    from atomzoo.models.selection.select_functions import neighbor_distances

    n_atoms = sum(map(len, structures))
    distances = neighbor_distances(structures, CUTOFF)
    counts = rows["kind"].value_counts()
    radial, angular = (
        printed("stende_2017", "stillinger-weber", f"{name} functions") for name in ("radial", "angular")
    )
    neighbors = printed("stende_2017", "section-7-1", "mean number of neighbors, Stillinger-Weber silicon")
    comparison = [
        ("radial functions, G2", f"{radial:g}", counts["G2"]),
        ("angular functions, G5", f"{angular:g}", counts["G5"]),
        ("structures", "not printed", len(structures)),
        ("shortest distance in the data (A)", "not printed", f"{distances.min():.3f}"),
        (
            f"mean number of neighbors within {BOND} A",
            f"about {neighbors:g}",
            f"{np.sum(distances < BOND) / n_atoms:.2f}",
        ),
        (f"mean number of neighbors within {CUTOFF:g} A", "not printed", f"{len(distances) / n_atoms:.1f}"),
    ]
    radial = rows.loc[rows["kind"] == "G2", ["number", "eta", "rs"]]
    return "\n".join(
        ["# Stende 2017, figure 7.2: radial symmetry functions chosen from the data\n"]
        + [report.QUICK] * quick
        + [report.markdown_table(("", "thesis", "ours"), comparison)]
        + [report.markdown_table(("G2", "eta (A^-2)", "rs (A)"), radial.itertuples(index=False))]
        + [section(beside_paper(rows, structures)), report.footer("stende-2017/figure-7-2", seconds)]
    )


def beside_paper(rows, structures):
    """The table of `beside` of the first seed's set and data; what is chosen by range and correlation: `figure_7_3`."""
    from atomzoo.models.selection.select_functions import neighbor_distances

    near = np.sum(neighbor_distances(structures, CUTOFF) < BOND) / sum(map(len, structures))
    neighbors = {"mean number of neighbors, Stillinger-Weber silicon": f"{near:.2f}"}
    least = f"{rows['kind'].value_counts()['G2']} functions, {near:.2f} neighbors within {BOND} Å"
    ours = {"figure-7-2": {"cutoff": str(CUTOFF)}, "section-7-1": neighbors}
    return beside("stende_2017", ours | {"section-7-2": {"radial functions, least": least}})


def _figure(structures):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from atomzoo.models.selection.plots import plot_radial
    from atomzoo.models.selection.select_functions import neighbor_distances

    figure, axes = plt.subplots(figsize=(7.0, 4.2), layout="constrained")
    plot_radial(axes, chosen(structures), neighbor_distances(structures, CUTOFF))
    axes.set_title("Si, initial set: 8 radial functions", fontsize=11)
    title = "$\\eta$ in Å$^{-2}$, $R_s$ in Å"
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), title=title, title_fontsize=8)
    return figure

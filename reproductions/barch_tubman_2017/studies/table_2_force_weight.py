"""Gold clusters: what forces cost the energies of table 2, and the weight of forces at which they cost little.

The training part of the random split is cut into folds as for the weight decay; 15-15 networks are trained on all but
one, on energies alone and on energies and forces at several weights, and their errors measured on the one left out. The
validation parts are not touched. All have as many iterations as the networks of table 2.

A weight is per (eV/A)^2, against the squared error of energies per atom in eV^2. Chosen is the largest at which the
held-out errors of energies are on average at most 1.1 times those without forces.

In `table_2_all` energies suffer from forces in training as they do in validation, and in large networks as in small
ones: they are not fitted too closely, nor is the network too small.
"""

import time

import pandas

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017 import table_2
from atomzoo.reproductions.barch_tubman_2017.studies.table_2_weight_decay import without_fold
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

WEIGHTS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
N_FOLDS = 2  # of the four
NETWORK = "15t-15t"
TOLERATED = 1.1
ERRORS = {"train_mse_eV2": 1e6, "held_out_mse_eV2": 1e6, "held_out_force_rmse_eV_per_A": 1e3}


def run(seeds=None, quick=False, output=None):
    """Trains at all weights, prints the table, and writes table_2_force_weight.csv and .md.

    Args:
        seeds: Number of seeds, 1 by default: the folds are the repetitions.
        quick: Whether to show that it runs: Au3, one fold, few iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "table_2_force_weight.partial.jsonl"
    jobs = [
        {"atoms": atoms, "force_weight": weight, "fold": fold, "seed": seed, "iterations": iterations}
        for iterations in [table_2.QUICK_ITERATIONS if quick else table_2.ITERATIONS[False]]
        for atoms in (table_2.SIZES[:1] if quick else table_2.SIZES)
        for weight in reversed(WEIGHTS)
        for fold in range(1 if quick else N_FOLDS)
        for seed in range(seeds or 1)
    ]
    rows = run_jobs(train_fold, jobs, partial, "Cross-validation")
    write_results(folder, "table_2_force_weight", rows, markdown(rows, quick, time.time() - start), {})
    partial.unlink()


def train_fold(atoms, force_weight, fold, seed, iterations):
    """Errors of a network on the folds it was trained on and on the one left out: dict of `ERRORS`."""
    kept, held_out = without_fold(gold_clusters.load_data(atoms, "random")[0], fold)
    potential = table_2.trained(kept, NETWORK, seed, iterations, table_2.WEIGHT_DECAY, force_weight or None)
    errors = table_2.errors(potential, kept)[0], *table_2.errors(potential, held_out)
    return dict(zip(ERRORS, errors, strict=True))


def choose(rows):
    """The weight: see the top of this file. Also the held-out errors of energies relative to those without forces."""
    errors = rows.pivot_table(index="force_weight", columns="atoms", values="held_out_mse_eV2")
    relative = (errors / errors.loc[0.0]).mean(axis=1)
    return float(relative[relative <= TOLERATED].index.max()), relative


def markdown(rows, quick, seconds):
    """The text: errors by weight, and the choice."""
    chosen, relative = choose(rows)
    means = rows.groupby(["force_weight", "atoms"])[list(ERRORS)].mean() * pandas.Series(ERRORS)
    cells = means.map("{:.3g}".format).agg(" / ".join, axis=1).unstack("atoms")
    lines = [[f"{weight:g}", *cells.loc[weight], f"{value:.2f}"] for weight, value in relative.items()]
    parts = ["# Gold clusters: energies and forces by the weight of forces\n", *[QUICK] * quick]
    parts.append(
        f"{NETWORK}, {rows['iterations'].iloc[0]} iterations. Squared errors of total energies in training / held out, "
        "1e-6 eV^2 / root mean squared error of forces held out, meV/A a component. Weight per (eV/A)^2, against the "
        "squared error of energies per atom in eV^2; 0 is energies alone.\n"
    )
    header = ["force weight", *(f"Au{size}" for size in cells.columns), "energies held out, relative to weight 0"]
    parts.append(markdown_table(header, lines))
    parts.append(f"The largest weight at which these are at most {TOLERATED} times as large: {chosen:g}.\n")
    return "\n".join([*parts, footer("barch-tubman-2017/table-2-force-weight", seconds)])

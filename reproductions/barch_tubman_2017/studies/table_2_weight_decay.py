"""Weight decay of table 2, by cross-validation inside the training parts of the gold data.

The training part of the random split of Au3, Au4 and Au5 is cut into four folds at random; the 15-15 network is trained
on three and its squared error measured on the fourth. The validation parts are not touched.

Held-out frames are neighbors in time of training frames, and share some of their egg-box noise: cross-validation alone
rewards fitting that noise. So the decay of table 2 is the one with the smallest held-out error, relative to the best of
each cluster, among those whose training error stays above half the noise of the labels.
"""

import time

import numpy as np

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017 import table_2
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

DECAYS = (1e-7, 1e-6, 1e-5, 1e-4)
N_FOLDS = 4


def run(seeds=None, quick=False, output=None):
    """Trains on all folds, prints the table, and writes table_2_weight_decay.csv and .md.

    Args:
        seeds: Number of seeds, 1 by default: the folds are the repetitions.
        quick: Whether to show that it runs: Au3, two folds, few iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder = results_folder("barch-tubman-2017", output, quick)
    start = time.time()
    partial = folder / "table_2_weight_decay.partial.jsonl"
    jobs = [
        {"atoms": atoms, "weight_decay": decay, "fold": fold, "seed": seed, "iterations": iterations}
        for iterations in [table_2.QUICK_ITERATIONS if quick else table_2.ITERATIONS[False]]
        for atoms in (table_2.SIZES[:1] if quick else table_2.SIZES)
        for decay in DECAYS
        for fold in range(2 if quick else N_FOLDS)
        for seed in range(seeds or 1)
    ]
    rows = run_jobs(train_fold, jobs, partial, "Cross-validation")
    text = _markdown(average(rows), quick, time.time() - start)
    write_results(folder, "table_2_weight_decay", rows, text, {})
    partial.unlink()


def train_fold(atoms, weight_decay, fold, seed, iterations):
    """Error on one fold of a network trained on the others: dict of `train_mse_eV2` and `held_out_mse_eV2`."""
    kept, held_out = without_fold(gold_clusters.load_data(atoms, "random")[0], fold)
    potential = table_2.trained(kept, "15t-15t", seed, iterations, weight_decay)
    mse = [table_2.errors(potential, part)[0] for part in (kept, held_out)]
    return {"train_mse_eV2": mse[0], "held_out_mse_eV2": mse[1]}


def without_fold(structures, fold):
    """Structures without one of `N_FOLDS` random parts of them, and that part: two lists."""
    folds = np.random.default_rng(0).permutation(len(structures)) % N_FOLDS
    kept, held_out = [], []
    for structure, number in zip(structures, folds, strict=True):
        (held_out if number == fold else kept).append(structure)
    return kept, held_out


def average(rows):
    """Mean errors: rows by weight decay, columns ("held_out_mse_eV2" or "train_mse_eV2", atoms)."""
    return rows.pivot_table(index="weight_decay", columns="atoms", values=["held_out_mse_eV2", "train_mse_eV2"])


def choose(means):
    """The weight decay: see the top of this file.

    Args:
        means: `pandas.DataFrame` of `average`.

    Returns:
        The decay (its index in `means`), and the held-out errors relative to the best of each cluster, averaged.
    """
    held_out, train = means["held_out_mse_eV2"], means["train_mse_eV2"]
    relative = (held_out / held_out.min()).mean(axis=1)
    allowed = (train > 0.5 * gold_clusters.NOISE_FLOOR_EV2).all(axis=1)
    return relative[allowed].idxmin() if allowed.any() else relative.index.max(), relative


def _markdown(means, quick, seconds):
    lines = ["# Weight decay by cross-validation: squared error on training / held-out folds, 1e-6 eV^2\n"]
    if quick:
        lines.append(QUICK)
    chosen, relative = choose(means)
    sizes = means["train_mse_eV2"].columns
    table = []
    for decay, row in (means * 1e6).iterrows():
        cells = [f"{row['train_mse_eV2', size]:.3g} / {row['held_out_mse_eV2', size]:.3g}" for size in sizes]
        table.append([f"{decay:g}", *cells, f"{relative[decay]:.2f}"])
    header = ["weight decay", *(f"Au{size}" for size in sizes), "held-out, relative to the best"]
    lines.append(markdown_table(header, table))
    floor = f"half the noise ({0.5e6 * gold_clusters.NOISE_FLOOR_EV2:.2g})"
    lines.append(f"The best whose training error stays above {floor}: {chosen:g}.\n")
    return "\n".join([*lines, footer("barch-tubman-2017/table-2-weight-decay", seconds)])

"""Dense hydrogen at eight densities and temperatures: errors with fixed and with trained symmetry functions.

Table 1 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks,
UCB/EECS-2017-104 (2017).

* Data: the eight sets of `atomzoo.datasets.dense_hydrogen`, made after the paper's description; its own are not public.
* Columns: 12 G2 and 24 G5, and 8 each of G1, G2 and G3, fixed and trained: the paper could train the latter.
* All of ours: the same network, 30-30, and L-BFGS with as many iterations, all structures at once
  (`hydrogen.train_at_once`); weight decay chosen inside the training part of one set (`table_1_weight_decay`).
* Below the sets: mean, mean without set 1, and median, as in the paper.
* The paper's two columns, aenet and its baseline, both with fixed G2 and G5, are beside ours, in the paper's eV^2. Its
  labels were made by a network of aenet's; only mean and median say something beside ours.

Result (results/table_1.md; one seed): trained functions are as good as fixed ones, G2 and G5 as G1, G2 and G3; the
medians are 1.17 to 1.21 eV^2 (20 meV/atom), and each comparison is won in four of eight sets. In training errors G2 and
G5 are better by 8 %, which new structures do not share. Probably the labels set that limit: energies at the Gamma point
of a small cell are no sum over neighborhoods (README of the data). The paper's, of molecular dynamics with aenet, are
energies of a network, which its baseline fits to a median of 0.0166 eV^2. So nothing of the paper's gain by training
functions is left where networks are trained to the end and regularized; `figure_4` has some of it, after 60 epochs of
Adam.
"""

import time

from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.table_1_output import beside_paper, text
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import recorded_rows, redraw_results, results_folder, write_results


def run(seeds=None, quick=False, output=None):
    """Trains all networks, prints the table, and writes table_1.csv, .md and table_1_paper.csv.

    Args:
        seeds: Number of seeds, 1 by default: the sets are the repetitions.
        quick: Whether to show that it runs: two sets, one seed, few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "table_1.partial.jsonl"
    rows = run_jobs(train, jobs(seeds, quick), partial, "Training networks")
    write_results(folder, "table_1", rows, text(rows, quick, time.time() - start), {}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes table_1.md anew from the recorded table_1.csv in a folder (`Path`)."""
    rows = recorded_rows(folder, "table_1")
    redraw_results(folder, "table_1", text(rows, False, 0.0), {}, beside_paper(rows))


def jobs(seeds, quick):
    """One job for each set, method and seed, the long ones first."""
    settings = {"weight_decay": hydrogen.WEIGHT_DECAY, "iterations": hydrogen.iterations(quick), "quick": quick}
    return [
        {"set": number, "method": method, "seed": seed, **settings}
        for method in reversed(hydrogen.METHODS)
        for number in list(dense_hydrogen.POINTS)[: 2 if quick else None]
        for seed in range(seeds or 1)
    ]


def train(set, method, seed, weight_decay, iterations, quick):
    """Errors of one network: see `hydrogen.train_at_once`."""
    options = {"seed": seed, "weight_decay": weight_decay, "iterations": iterations}
    return hydrogen.train_at_once(*hydrogen.load(set, quick), **hydrogen.METHODS[method], **options)

"""Dense hydrogen as in the paper, labelled by a network: errors with fixed and with trained functions, and of aenet.

Table 1 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks,
UCB/EECS-2017-104 (2017).

* Data: the eight sets of `atomzoo.datasets.qmc_hydrogen`: 3000 structures each, which a network of quantum Monte Carlo
  drew and labelled, as aenet's did for the paper. A tenth validates.
* Ours: the same 36 functions G2 and G5 as in `table_1`, fixed and trained, the same network, 30-30, on total energies:
  by Adam, and then the network alone by L-BFGS (`two_stages.train_parts`).
* aenet: the same structures, fixed functions and width, as recorded by `table_1_aenet`; no column where it is not.
* The densities and temperatures are ours, and those of `table_1`; the paper does not print its own.

Result (results/table_1_qmc.md; one seed): validation errors of 0.0007 to 0.021 eV^2, on average 0.0073, where the paper
has 0.024, and 0.017 of aenet; without set 1, in which the paper sees a fault of its own, 0.0076 and 0.014. Cold sets
are easier than hot ones. Training G2 and G5 helps neither way: after Adam, errors with trained functions are lower in
four of eight sets and twice as large in two; after L-BFGS of the networks lower in two, and 2 % larger on average.
"""

import time

import pandas

from atomzoo.datasets.dense_hydrogen import POINTS
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen, two_stages
from atomzoo.reproductions.barch_tubman_2017._shared.table_1_output import beside_paper, text
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import recorded, recorded_rows, redraw_results, results_folder, write_results

ITEM = "table-1-qmc"
METHODS = ("G2+G5 fixed", "G2+G5 trained")


def run(seeds=None, quick=False, output=None):
    """Trains all networks, prints the table, and writes table_1_qmc.csv, .md and table_1_qmc_paper.csv.

    Args:
        seeds: Number of seeds, 1 by default: the sets are the repetitions.
        quick: Whether to show that it runs: two sets, few structures and iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "table_1_qmc.partial.jsonl"
    rows = run_jobs(train, jobs(seeds, quick), partial, "Training networks")
    if not quick and (recorded("barch-tubman-2017") / "table_1_aenet.csv").exists():
        aenet = recorded_rows(recorded("barch-tubman-2017"), "table_1_aenet").assign(method="aenet", seed=0)
        rows = pandas.concat([rows, aenet], ignore_index=True)
    write_results(folder, "table_1_qmc", rows, text(rows, quick, time.time() - start, ITEM), {}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes table_1_qmc.md anew from the recorded table_1_qmc.csv in a folder (`Path`)."""
    rows = recorded_rows(folder, "table_1_qmc")
    redraw_results(folder, "table_1_qmc", text(rows, False, 0.0, ITEM), {}, beside_paper(rows))


def jobs(seeds, quick):
    """One job for each set, method and seed, the long ones first."""
    return [
        {"set": number, "method": method, "seed": seed, "quick": quick, **two_stages.settings("QMC", quick)}
        for method in reversed(METHODS)
        for number in list(POINTS)[: 2 if quick else None]
        for seed in range(seeds or 1)
    ]


def train(set, method, quick, **options):
    """Errors of one network: see `two_stages.train_parts`."""
    return two_stages.train("QMC", set, 1, quick, **hydrogen.METHODS[method], **options)

"""Dense hydrogen at eight densities and temperatures: errors with fixed and with trained symmetry functions.

Table 1 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks,
UCB/EECS-2017-104 (2017).

* Data: the eight sets of `atomzoo.datasets.dense_hydrogen`, made after the paper's description; its own are not public.
* Columns: 12 G2 and 24 G5, fixed; 8 each of G1, G2 and G3, trained, as the paper could; 12 G2 and 24 G5, trained, as
  it could not; aenet, measured if it is on this machine, else as recorded beside the data, if it is.
* All of ours: the same network, optimizer and number of epochs (`hydrogen.train`); errors after the last epoch, so
  that validation data choose nothing.
* Below the sets: mean, mean without set 1, and median, as in the paper.
* The paper's own numbers are not beside ours: see the last lines of the printed table.

Result (results/table_1.md; 2 seeds): the three are alike, with medians of 1.18 to 1.25 eV^2 (20 meV/atom), training
errors as large as validation errors, and no gain by training functions with G5. Probably the labels set that limit:
energies at the Gamma point of a small cell are no sum over neighborhoods (README of the data). The trained networks are
of 2026-11-21, the fixed ones were trained again on 2026-11-27, when they came to be scaled as the trained ones are; so
the seconds in the last line of the results are those of the fixed ones alone.
"""

import tempfile
import time

import pandas

from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017 import hydrogen
from atomzoo.reproductions.barch_tubman_2017.table_1_output import text
from atomzoo.reproductions.barch_tubman_2017.writing import results_folder
from atomzoo.reproductions.baselines.aenet import find_programs, run_aenet
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.writing import write_results

METHODS = {"G2+G5 fixed": ("G2+G5", False), "G1+G2+G3 trained": ("G1+G2+G3", True), "G2+G5 trained": ("G2+G5", True)}
AENET_ITERATIONS, QUICK_AENET_ITERATIONS = 1000, 5
AENET_RECORDED = dense_hydrogen.FOLDER / "aenet_baseline.csv"
AENET_PARTIAL = "table_1_aenet.partial.jsonl"


def run(seeds=None, quick=False, output=None):
    """Trains all networks, prints the table, and writes table_1.csv and .md.

    Args:
        seeds: Number of seeds, 2 by default.
        quick: Whether to show that it runs: two sets, one seed, few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder, start = results_folder(output, quick), time.time()
    runs = hydrogen.trained_networks(jobs(seeds, quick), folder)
    rows = pandas.concat([final(runs), aenet(folder, quick)], ignore_index=True)
    write_results(folder, "table_1", rows, text(rows, quick, time.time() - start), {})
    (folder / AENET_PARTIAL).unlink(missing_ok=True)


def jobs(seeds, quick):
    """One job for each set, method and seed, the long ones first."""
    return [
        {
            "set": number,
            "functions": functions,
            "trained": trained,
            "seed": seed,
            "epochs": hydrogen.QUICK_EPOCHS if quick else hydrogen.EPOCHS,
            "quick": quick,
        }
        for functions, trained in reversed(METHODS.values())
        for number in _sets(quick)
        for seed in range(seeds or (1 if quick else 2))
    ]


def final(runs):
    """One row a run, with the errors after its last epoch."""
    names = {functions_and_trained: name for name, functions_and_trained in METHODS.items()}
    methods = [names[key] for key in zip(runs["functions"], runs["trained"], strict=True)]
    columns = ["set", "seed", "epochs", "train_structures", "validation_structures", "parameters", "seconds"]
    errors = {name: [values[-1] for values in runs[name]] for name in ("train_mse_eV2", "validation_mse_eV2")}
    return runs[columns].assign(method=methods, **errors)


def aenet(folder, quick):
    """Rows of aenet, measured if it is here, else recorded, else none."""
    if find_programs():
        iterations = QUICK_AENET_ITERATIONS if quick else AENET_ITERATIONS
        jobs = [{"set": number, "iterations": iterations, "quick": quick} for number in _sets(quick)]
        return run_jobs(aenet_errors, jobs, folder / AENET_PARTIAL, "aenet").assign(method="aenet", seed=0)
    if AENET_RECORDED.exists() and not quick:
        return pandas.read_csv(AENET_RECORDED).assign(method="aenet", seed=0)
    return pandas.DataFrame()


def aenet_errors(set, iterations, quick):
    """Errors of aenet with the 36 fixed functions, trained on the same structures: see `run_aenet`."""
    parts = dense_hydrogen.load_data(set)
    train, validation = [part[: hydrogen.QUICK_STRUCTURES] for part in parts] if quick else parts
    with tempfile.TemporaryDirectory() as folder:
        options = {"hidden": hydrogen.HIDDEN, "iterations": iterations}
        return run_aenet(train, validation, hydrogen.angular_set(), folder, **options)


def _sets(quick):
    return list(dense_hydrogen.POINTS)[: 2 if quick else None]

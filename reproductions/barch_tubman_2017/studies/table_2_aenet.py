"""aenet trained on the gold clusters of table 2, one run a cell, for the columns of that table.

The same training and validation structures (random split), the same 36 functions and the same widths, by aenet's usual
method, which is the paper's, L-BFGS-B, on energies. aenet is not part of atomzoo: its programs are looked for in the
folder AENET_BIN, else on PATH.
"""

import time

from atomzoo import load_function_set
from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import NETWORKS, SIZES
from atomzoo.reproductions.baselines.aenet import check_programs, run_aenet, working_folder
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

ITERATIONS = 500
QUICK_ITERATIONS = 5


def run(seeds=None, quick=False, output=None):
    """Trains aenet on all cells, prints its errors, and writes table_2_aenet.csv and .md.

    Args:
        seeds: not used: aenet draws its first weights itself.
        quick: Whether to show that it runs: Au3, one network, few iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.

    Raises:
        FileNotFoundError: aenet is not here.
    """
    check_programs()
    folder = results_folder("barch-tubman-2017", output, quick)
    partial = folder / "table_2_aenet.partial.jsonl"
    start = time.time()
    sizes, networks = (SIZES[:1], list(NETWORKS)[:1]) if quick else (SIZES, NETWORKS)
    iterations = QUICK_ITERATIONS if quick else ITERATIONS
    jobs = [{"atoms": n, "cell": name, "iterations": iterations} for name in networks for n in sizes]
    rows = run_jobs(aenet_cell, jobs, partial, "Training aenet").drop(columns="cell")
    write_results(folder, "table_2_aenet", rows, _markdown(rows, quick, time.time() - start), {})
    partial.unlink()


def aenet_cell(atoms, cell, iterations):
    """Errors of aenet in one cell of the table: the dict of `run_aenet`."""
    functions = load_function_set("barch-tubman-2017", ["Au"])
    with working_folder() as folder:
        data = gold_clusters.load_data(atoms, "random")
        return run_aenet(*data, functions, folder, hidden=NETWORKS[cell], iterations=iterations)


def _markdown(rows, quick, seconds):
    names = {
        "atoms": "atoms",
        "network": "network",
        "train_mse_eV2": "train MSE",
        "validation_mse_eV2": "validation MSE",
        "validation_force_rmse_eV_per_A": "force RMSE (eV/A)",
        "train_cpu_seconds": "CPU s",
    }
    lines = [
        [row["atoms"], row["network"], *(f"{row[name]:.3g}" for name in list(names)[2:])] for _, row in rows.iterrows()
    ]
    program, iterations = rows[["aenet_version", "iterations"]].iloc[0]
    text = (
        f"{program}, {iterations} iterations of L-BFGS-B on energies, one run a cell. Mean squared errors of total "
        "energies in eV^2; force errors are per component.\n"
    )
    parts = ["# aenet on the gold clusters of table 2\n", *[QUICK] * quick, text, markdown_table(names.values(), lines)]
    return "\n".join([*parts, footer("barch-tubman-2017/table-2-aenet", seconds)])

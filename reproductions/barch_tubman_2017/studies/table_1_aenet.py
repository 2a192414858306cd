"""aenet trained on the sets of table 1 that a network labelled, one run a set, for the column of that table.

The same training and validation structures, the same 36 fixed functions and the same width, by aenet's usual method,
which is the paper's, L-BFGS-B, on energies. aenet is not part of atomzoo: its programs are looked for in the folder
AENET_BIN, else on PATH.
"""

import time

from atomzoo.datasets.dense_hydrogen import POINTS
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.baselines.aenet import check_programs, run_aenet, working_folder
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

ITERATIONS, QUICK_ITERATIONS = 500, 5
COLUMNS = {"train_mse_eV2": "train MSE", "validation_mse_eV2": "validation MSE", "train_cpu_seconds": "CPU s"}


def run(seeds=None, quick=False, output=None):
    """Trains aenet on all sets, prints its errors, and writes table_1_aenet.csv and .md.

    Args:
        seeds: not used: aenet draws its first weights itself.
        quick: Whether to show that it runs: one set, few structures and iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.

    Raises:
        FileNotFoundError: aenet is not here.
    """
    check_programs()
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "table_1_aenet.partial.jsonl"
    iterations = QUICK_ITERATIONS if quick else ITERATIONS
    jobs = [
        {"set": number, "iterations": iterations, "quick": quick} for number in list(POINTS)[: 1 if quick else None]
    ]
    rows = run_jobs(errors, jobs, partial, "Training aenet")
    write_results(folder, "table_1_aenet", rows, _markdown(rows, quick, time.time() - start), {})
    partial.unlink()


def errors(set, iterations, quick):
    """Errors of aenet on one set: the dict of `run_aenet`."""
    with working_folder() as folder:
        options = {"hidden": hydrogen.HIDDEN, "iterations": iterations}
        return run_aenet(*hydrogen.load_qmc(set, quick), hydrogen.angular_set(), folder, **options)


def _markdown(rows, quick, seconds):
    lines = [[row["set"], *(f"{row[name]:.3g}" for name in COLUMNS)] for _, row in rows.iterrows()]
    program, iterations = rows[["aenet_version", "iterations"]].iloc[0]
    text = (
        f"{program}, {iterations} iterations of L-BFGS-B on energies, one run a set. Mean squared errors of total "
        "energies in eV^2.\n"
    )
    parts = ["# aenet on the hydrogen of table 1\n", *[QUICK] * quick, text]
    return "\n".join(
        [*parts, markdown_table(["set", *COLUMNS.values()], lines), footer("barch-tubman-2017/table-1-aenet", seconds)]
    )

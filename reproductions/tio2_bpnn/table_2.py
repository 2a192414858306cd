"""TiO2: the grid's best network, trained at length, and its score.

Table II of the Keras BPNN paper: the best hyperparameters of its grid, and their score. Here they are those of
results/table_1.csv, and the network is trained with them until its validation RMSE has not fallen for 40 epochs, 200 at
most, at the constant learning rate of the grid; with 3 seeds. The test structures are seen for the first time here.
"""

import time

from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, spread, write_results
from atomzoo.reproductions.tio2_bpnn._shared import trained


def run(seeds=None, quick=False, output=None):
    """Trains the best network, prints settings and errors, and writes table_2.csv and .md.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: few structures and epochs, one seed, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = results_folder("tio2-bpnn", output, quick)
    start = time.time()
    settings, rows, _, _ = trained(folder, seeds, quick)
    text = describe(settings, rows, quick, time.time() - start)
    write_results(folder, "table_2", rows.drop(columns=["folder", "version"]), text, {})


def describe(settings, rows, quick, seconds):
    """The Markdown text."""
    every = int(rows["every"].iloc[0])
    parts = ["# Keras BPNN, table II: the best network\n", QUICK if quick else "", tio2_data.description(every)]
    parts += [markdown_table(["setting", "value"], [[name, f"{value:g}"] for name, value in settings.items()])]
    lines = [
        [part, *(spread(rows[f"{part}_{name}_meV_per_atom"]) for name in ("rmse", "mae"))]
        for part in ("train", "validation", "test")
    ]
    parts += [f"Mean ± deviation over {len(rows)} seeds, meV/atom:\n", markdown_table(["part", "RMSE", "MAE"], lines)]
    return "\n".join([*parts, footer("tio2-bpnn/table-2", seconds)])

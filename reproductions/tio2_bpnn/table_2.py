"""TiO2: the grid's best network, trained at length, and its score.

Table II of the Keras BPNN paper: the best hyperparameters of its grid, and their score, a validation RMSE of 594.4 eV
(of whole structures, whose energies are not counted from atoms; its figure 2 says 1000 eV). Here they are those of
results/table_1.csv, and the network is trained with them until its validation RMSE has not fallen for 40 epochs, 200 at
most, at the constant learning rate of the grid; with 3 seeds. The test structures are seen for the first time here.
"""

import time

from atomzoo.reproductions import report, tio2_data
from atomzoo.reproductions.beside_paper import beside, section
from atomzoo.reproductions.report import spread
from atomzoo.reproductions.tio2_bpnn._shared import trained

SETTINGS = ("layers", "nodes", "learning_rate", "dropout")


def run(seeds=None, quick=False, output=None):
    """Trains the best network, prints settings and errors, and writes table_2.csv, .md and table_2_paper.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: few structures and epochs, one seed, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder = report.results_folder("tio2-bpnn", output, quick)
    start = time.time()
    _, rows, _, _ = trained(folder, seeds, quick)
    text = describe(rows, quick, time.time() - start)
    rows = rows.drop(columns=["folder", "version"])
    report.write_results(folder, "table_2", rows, text, {}, beside_paper(rows))


def redraw(folder):
    """Writes table_2.md anew from the recorded table_2.csv in a folder (`Path`); needs the data."""
    rows = report.recorded_rows(folder, "table_2")
    report.redraw_results(folder, "table_2", describe(rows, False, 0.0), {}, beside_paper(rows))


def beside_paper(rows):
    """The table of `beside` of rows of `_shared.train_one`; the settings of all rows are the same."""
    ours = {name.replace("_", " "): f"{rows[name].iloc[0]:g}" for name in SETTINGS}
    ours["validation RMSE"] = f"{spread(rows['validation_rmse_meV_per_atom'] / 1000)} eV/atom"
    return beside("tio2_bpnn", {"table-2": ours})


def describe(rows, quick, seconds):
    """The Markdown text."""
    every = int(rows["every"].iloc[0])
    parts = ["# Keras BPNN, table II: the best network\n", report.QUICK if quick else "", tio2_data.description(every)]
    parts += [section(beside_paper(rows), "## The paper's settings and score, and ours")]
    lines = [
        [part, *(spread(rows[f"{part}_{name}_meV_per_atom"]) for name in ("rmse", "mae"))]
        for part in ("train", "validation", "test")
    ]
    parts += [
        f"Mean ± deviation over {len(rows)} seeds, meV/atom:\n",
        report.markdown_table(["part", "RMSE", "MAE"], lines),
    ]
    return "\n".join([*parts, report.footer("tio2-bpnn/table-2", seconds)])

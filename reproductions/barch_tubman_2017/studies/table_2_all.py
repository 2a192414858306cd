"""The networks of table 2 on both splits of the gold data, trained on energies only, and on energies and forces.

* Splits: "random" puts neighbors in time, 8 fs apart, on both sides; "block" holds out stretches of the trajectory, in
  which there are shapes that the rest never visits, for Au5 chains bound to themselves through the box.
* Forces: the same networks, trained on energies and forces, 1000 iterations. Energies are fitted less well then, forces
  better.
"""

import time

from atomzoo.datasets.gold_clusters import SPLITS
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_all_output import describe, draw
from atomzoo.reproductions.barch_tubman_2017.table_2 import in_words, jobs, train_one
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import recorded_rows, redraw_results, results_folder, write_results


def run(seeds=None, quick=False, output=None):
    """Trains all networks, prints the tables, and writes table_2_all.csv, .md and .png.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: Au3, one network, one seed, few iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder = results_folder("barch-tubman-2017", output, quick)
    partial = folder / "table_2_all.partial.jsonl"
    start = time.time()
    rows = run_jobs(train_one, jobs(seeds, quick, SPLITS, (False, True)), partial, "Training networks", in_words)
    text = describe(rows, quick, time.time() - start)
    write_results(folder, "table_2_all", rows, text, {"": draw(rows, quick)})
    partial.unlink()


def redraw(folder):
    """Writes table_2_all.md and .png anew from the recorded table_2_all.csv in a folder (`Path`)."""
    rows = recorded_rows(folder, "table_2_all")
    redraw_results(folder, "table_2_all", describe(rows, False, 0.0), {"": draw(rows, False)})

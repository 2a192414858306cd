"""Dense hydrogen: errors over epochs with fixed and with trained functions G1, G2 and G3.

Figure 4 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks,
UCB/EECS-2017-104 (2017).

* Data: set 4 of `atomzoo.datasets.dense_hydrogen`; the paper's data are not public.
* Functions: 8 each of G1, G2 and G3, as in the paper; it does not say all their parameters, those of
  `hydrogen.radial_set` are ours. Trained: eta and rs of G2, kappa of G3.
* The paper normalizes features by batches; here their scaling follows the trained parameters, epoch by epoch
  (`FollowingScaling`).
* Fixed and trained begin alike, seed by seed: same network, same batches, as many epochs.

Result (results/figure_4.md; 5 seeds): trained functions have 3 % lower errors in training and 4 % lower ones in
validation, with every seed. The paper has some 10 % in training, and more in validation, after 2000 epochs and for
errors below 0.04 eV^2: its labels are those of a network, see `table_1`. Trained networks are of 2026-11-21; fixed ones
were trained again on 2026-11-27, when they came to be scaled as the trained ones are, and the seconds in the last line
of the results are theirs alone.
"""

import time

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.figure_4_output import figure, long, runs_of, text
from atomzoo.reproductions.barch_tubman_2017._shared.figure_4_paper import beside_paper
from atomzoo.reproductions.beside_paper import section
from atomzoo.reproductions.report import recorded_rows, redraw_results, results_folder, write_results

SET = 4
TITLE = "figure 4: dense hydrogen, fixed and trained symmetry functions"


def run(seeds=None, quick=False, output=None):
    """Trains the networks, and writes figure_4.csv, .md, .png and figure_4_paper.csv.

    Args:
        seeds: Number of seeds, 5 by default.
        quick: Whether to show that it runs: two seeds, few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    runs = hydrogen.trained_networks(jobs("G1+G2+G3", seeds, quick), folder)
    parts, beside = text_and_paper(runs, quick, time.time() - start)
    write_results(folder, "figure_4", long(runs), parts, {"": figure(runs, quick)}, beside)


def redraw(folder):
    """Writes figure_4.md and .png anew from the recorded figure_4.csv in a folder (`Path`)."""
    runs = runs_of(recorded_rows(folder, "figure_4"))
    parts, beside = text_and_paper(runs, False, 0.0)
    redraw_results(folder, "figure_4", parts, {"": figure(runs, False)}, beside)


def text_and_paper(runs, quick, seconds):
    """The Markdown, and its table of the paper's numbers beside ours."""
    beside = beside_paper(runs)
    return text("barch-tubman-2017/figure-4", TITLE, runs, quick, seconds, section(beside)), beside


def jobs(functions, seeds, quick):
    """One job for fixed and trained functions, and each seed."""
    epochs = hydrogen.QUICK_EPOCHS if quick else hydrogen.EPOCHS
    return [
        {"set": SET, "functions": functions, "trained": trained, "seed": seed, "epochs": epochs, "quick": quick}
        for trained in (True, False)
        for seed in range(seeds or (2 if quick else 5))
    ]

"""Dense hydrogen: figure 4 on labels that a network can learn, fixed and trained functions, to the end of training.

As figure 4 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks, UCB/EECS-2017-104
(2017), G1 + G2 + G3 and G2 + G5, on two data sets in place of DFT at the Gamma point of 54 atoms:

* QMC: a set that a network of quantum Monte Carlo drew and labelled (`atomzoo.datasets.qmc_hydrogen`), as a network
  did for the paper.
* PBE: the published liquid of 128 atoms (`atomzoo.datasets.pbe_hydrogen`), where ATOMZOO_DATA names it.

Adam trains networks, or networks and functions, as in `figure_4`; then L-BFGS trains the networks alone, functions as
they are then (`two_stages.train_parts`). Weight decay of L-BFGS: `two_stages_weight_decay`.

Result (results/figure_4_labels.md; `--seeds 3`; the seconds in its last line are those of a call that found all runs
done, which took 52 minutes of two cores): after Adam, trained G1, G2 and G3 have errors lower by 26 % in training on
both data sets, by 33 % (QMC) and 29 % (PBE) in validation; the paper has some 10 % in training, and more in validation.
Trained G2 and G5 have lower ones by 7 % (QMC, within the interval over seeds) and 23 % (PBE). L-BFGS of the networks
alone then divides the errors with fixed functions by 2 to 6, and leaves no difference beyond its interval: 7 % in
validation of G1, G2 and G3 on QMC, at most 2 % elsewhere, where intervals reach from 0.75 to 1.28. So trained functions
make a network learn faster, and what is left of that at the end is small, if it is there. Then fixed functions with
angles are better than trained ones without, in validation by 1.3 (PBE) to 3.6 times (QMC).
"""

import time

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.two_stages import in_words, settings, table, train
from atomzoo.reproductions.barch_tubman_2017.figure_4 import SET
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, results_folder, write_results

SETS = {"QMC": SET, "PBE": None}


def run(seeds=None, quick=False, output=None):
    """Trains the networks, prints the table, and writes figure_4_labels.csv and .md.

    Args:
        seeds: Number of seeds, 5 by default.
        quick: Whether to show that it runs: QMC, two seeds, few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.

    Raises:
        FileNotFoundError: the published liquid is not here.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    if not quick:
        hydrogen.load_pbe(quick)  # before hours of training
    partial = folder / "figure_4_labels.partial.jsonl"
    rows = run_jobs(train, jobs(seeds, quick), partial, "Training networks")
    write_results(folder, "figure_4_labels", rows, _text(rows, quick, time.time() - start), {})
    partial.unlink()


def jobs(seeds, quick):
    """One job for each seed, data set, kind of functions, fixed and trained; what is done first is whole seeds."""
    return [
        {"labels": labels, "set": set, "every": 1, "quick": quick, **method, "seed": seed, **settings(labels, quick)}
        for seed in range(seeds or (2 if quick else 5))
        for labels, set in list(SETS.items())[: 1 if quick else None]
        for method in reversed(hydrogen.METHODS.values())
    ]


def _text(rows, quick, seconds):
    sizes = ", ".join(f"{n} of {labels}" for labels, n in rows.groupby("labels")["train_structures"].first().items())
    lines = [
        "# Dense hydrogen: fixed and trained functions on labels that a network can learn\n",
        *[QUICK] * quick,
        f"Structures: {sizes} (QMC: set {SET}). {in_words(rows)}",
        table(rows, ["labels", "functions"]),
        hydrogen.training_time(rows),
    ]
    return "\n".join([*lines, footer("barch-tubman-2017/figure-4-labels", seconds)])

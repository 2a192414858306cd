"""Dense hydrogen: whether training helps bad or few functions more, and what steps of their own do.

B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks, UCB/EECS-2017-104 (2017), section 4:
training helps more where the first functions are worse. Tested here, on a third of the structures of the set of
`figure_4_labels` that a network of quantum Monte Carlo labelled:

* the functions of figure 4, G1 + G2 + G3, and as many that begin badly (`hydrogen.bad_radial_set`);
* 4, 8 and 16 functions G2 alone;
* the functions of figure 4 with other steps of eta, rs and kappa: a third and three times the learning rate of the
  network (a third is near the spacing of the shifts, 0.3 A, as the unit of rs), and steps of eta in units of eta, as if
  its logarithm were trained.

Adam, then L-BFGS of the networks alone, as in `figure_4_labels`.
"""

import time

import pandas

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.two_stages import in_words, settings, table, train
from atomzoo.reproductions.barch_tubman_2017.figure_4 import SET
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, results_folder, write_results

EVERY = 3  # of the training structures
FUNCTIONS = ("G1+G2+G3", *hydrogen.STARTS)
STEPS = {"1": (1.0, False), "1/3": (1 / 3, False), "3": (3.0, False), "1, eta in units of eta": (1.0, True)}


def run(seeds=None, quick=False, output=None):
    """Trains the networks, prints the table, and writes figure_4_starts.csv and .md.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: two sets of functions, one seed, few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "figure_4_starts.partial.jsonl"
    rows = run_jobs(train, jobs(seeds, quick), partial, "Training networks")
    write_results(folder, "figure_4_starts", rows, _text(rows, quick, time.time() - start), {})
    partial.unlink()


def jobs(seeds, quick):
    """One job for each set of functions, fixed and trained, step and seed; fixed ones have no steps."""
    cases = [(functions, "1") for functions in FUNCTIONS[: 2 if quick else None]]
    cases += [] if quick else [(FUNCTIONS[0], step) for step in list(STEPS)[1:]]
    return [
        {**_shared(quick), "functions": functions, "trained": trained, "seed": seed, **_steps(step)}
        for functions, step in cases
        for trained in ((True, False) if step == "1" else (True,))
        for seed in range(seeds or (1 if quick else 3))
    ]


def _shared(quick):
    return {"labels": "QMC", "set": SET, "every": EVERY, "quick": quick, **settings("QMC", quick)}


def _steps(step):
    return dict(zip(("function_rate", "relative"), STEPS[step], strict=True))


def _text(rows, quick, seconds):
    names = {value: name for name, value in STEPS.items()}
    rows = rows.assign(steps=[names[step] for step in zip(rows["function_rate"], rows["relative"], strict=True)])
    fixed = rows[~rows["trained"] & (rows["functions"] == FUNCTIONS[0])]
    others = [step for step in rows["steps"].unique() if step != "1"]
    compared = [rows, *(fixed.assign(steps=step) for step in others)]  # the same fixed functions beside each
    lines = [
        "# Dense hydrogen: bad and few functions, and steps of their own\n",
        *[QUICK] * quick,
        f"QMC, set {SET}, {rows['train_structures'].iloc[0]} structures. Steps: of eta, rs and kappa, beside the "
        f"network's learning rate. {in_words(rows)}",
        table(pandas.concat(compared, ignore_index=True), ["functions", "steps"]),
        hydrogen.training_time(rows),
    ]
    return "\n".join([*lines, footer("barch-tubman-2017/figure-4-starts", seconds)])

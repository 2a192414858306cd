"""Dense hydrogen: the weight decay of networks that L-BFGS trains to the end, chosen inside the training parts.

A fifth of the training structures is held out, as for the learning rates (`learning_rates`), and networks with fixed
functions are trained on the others as for `table_1_qmc` and `figure_4_labels`. The validation structures, whose errors
these show, are not touched. The decay is the one with the smallest held-out errors, relative to the best of each kind
of functions, on average, of QMC and of PBE. For PBE that is the smallest that was tried.
"""

import time

from atomzoo.reproductions.barch_tubman_2017._shared import two_stages
from atomzoo.reproductions.barch_tubman_2017.studies.figure_4_labels import SETS
from atomzoo.reproductions.barch_tubman_2017.studies.learning_rates import inner_parts
from atomzoo.reproductions.barch_tubman_2017.studies.table_1_weight_decay import choose
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

DECAYS = (1e-6, 1e-5, 1e-4)
FUNCTIONS = ("G1+G2+G3", "G2+G5")


def run(seeds=None, quick=False, output=None):
    """Trains with all decays, prints the table, and writes two_stages_weight_decay.csv and .md.

    Args:
        seeds: Number of seeds, 1 by default.
        quick: Whether to show that it runs: QMC, few structures and iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "two_stages_weight_decay.partial.jsonl"
    rows = run_jobs(train_inside, jobs(seeds, quick), partial, "Training networks")
    write_results(folder, "two_stages_weight_decay", rows, _text(rows, quick, time.time() - start), {})
    partial.unlink()


def jobs(seeds, quick):
    """One job for each data set, kind of functions, decay and seed."""
    return [
        {
            "labels": labels,
            "functions": functions,
            "seed": seed,
            "quick": quick,
            **two_stages.settings(labels, quick),
            "weight_decay": decay,
        }
        for labels in list(SETS)[: 1 if quick else None]
        for functions in FUNCTIONS
        for decay in DECAYS
        for seed in range(seeds or 1)
    ]


def train_inside(labels, quick, **options):
    """Errors of total energies in eV^2: dict of `train_mse_eV2`, `held_out_mse_eV2` and what the training was."""
    parts = inner_parts(two_stages.load(labels, SETS[labels], quick)[0])
    result = two_stages.train_parts(*parts, trained=False, **options)
    errors = {"train_mse_eV2": result["train_mse_eV2"], "held_out_mse_eV2": result["validation_mse_eV2"]}
    return {**errors, "structures": len(parts[0]), "seconds": result["seconds"]}


def _text(rows, quick, seconds):
    lines = ["# Dense hydrogen: weight decay of training to the end, by structures held out\n", *[QUICK] * quick]
    epochs, iterations = rows[["epochs", "iterations"]].iloc[0]
    lines.append(
        f"{epochs} epochs of Adam, then {iterations} iterations of L-BFGS, fixed functions, seeds: "
        f"{rows['seed'].nunique()}. Mean squared errors of total energies in eV^2: training / held out.\n"
    )
    for labels, group in rows.groupby("labels", sort=False):
        decay, relative = choose(group)
        means = group.groupby(["functions", "weight_decay"])[["train_mse_eV2", "held_out_mse_eV2"]].mean()
        table = means.map("{:.3g}".format).agg(" / ".join, axis=1).unstack("functions")
        table["held out, relative to the best"] = relative.map("{:.3f}".format)
        lines += [f"## {labels}, {group['structures'].iloc[0]} structures\n"]
        lines += [markdown_table(["weight decay", *table.columns], table.reset_index().to_numpy().tolist())]
        lines += [f"Chosen: {decay:g}.\n"]
    return "\n".join([*lines, footer("barch-tubman-2017/two-stages-weight-decay", seconds)])

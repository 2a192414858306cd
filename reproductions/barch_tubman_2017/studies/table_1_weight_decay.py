"""Dense hydrogen: the weight decay of table 1, chosen inside the training part of one set.

A fifth of the training structures of the set of figure 4 is held out, as for the learning rates (`learning_rates`), and
networks with fixed functions are trained on the others as for the table. The validation structures, whose errors the
table shows, are not touched. The decay is the one with the smallest held-out errors, relative to the best of each kind
of functions, on average.
"""

import time

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.figure_4 import SET
from atomzoo.reproductions.barch_tubman_2017.studies.learning_rates import inner_parts
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

DECAYS = (1e-5, 1e-4, 1e-3, 3e-3, 1e-2)


def run(seeds=None, quick=False, output=None):
    """Trains with all decays, prints the table, and writes table_1_weight_decay.csv and .md.

    Args:
        seeds: Number of seeds, 2 by default.
        quick: Whether to show that it runs: one seed, few structures and iterations, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "table_1_weight_decay.partial.jsonl"
    rows = run_jobs(train_inside, jobs(seeds, quick), partial, "Training networks")
    write_results(folder, "table_1_weight_decay", rows, _text(rows, quick, time.time() - start), {})
    partial.unlink()


def jobs(seeds, quick):
    """One job for each kind of functions, decay and seed."""
    return [
        {**method, "weight_decay": decay, "seed": seed, "iterations": hydrogen.iterations(quick), "quick": quick}
        for method in hydrogen.METHODS.values()
        if not method["trained"]
        for decay in DECAYS
        for seed in range(seeds or (1 if quick else 2))
    ]


def train_inside(functions, trained, weight_decay, seed, iterations, quick):
    """Errors of total energies in eV^2: dict of `train_mse_eV2`, `held_out_mse_eV2` and what the training was."""
    parts = inner_parts(hydrogen.load(SET, quick)[0])
    result = hydrogen.train_at_once(*parts, functions, trained, seed, weight_decay, iterations)
    errors = {"train_mse_eV2": result["train_mse_eV2"], "held_out_mse_eV2": result["validation_mse_eV2"]}
    return {**errors, "structures": len(parts[0]), "seconds": result["seconds"]}


def choose(rows):
    """The decay: see the top of this file. Also the held-out errors relative to the best, a series by decay."""
    errors = rows.pivot_table(index="weight_decay", columns="functions", values="held_out_mse_eV2")
    relative = errors.div(errors.min()).mean(axis=1)
    return float(relative.idxmin()), relative


def _text(rows, quick, seconds):
    decay, relative = choose(rows)
    means = rows.groupby(["functions", "weight_decay"])[["train_mse_eV2", "held_out_mse_eV2"]].mean()
    table = means.map("{:.3g}".format).agg(" / ".join, axis=1).unstack("functions")
    table["held out, relative to the best"] = relative.map("{:.3f}".format)
    lines = ["# Dense hydrogen: weight decay, by structures held out inside the training part\n", *[QUICK] * quick]
    alone, together = rows["iterations"].iloc[0]
    lines.append(
        f"Set {SET}, {rows['structures'].iloc[0]} structures, {alone} + {together} iterations of L-BFGS, fixed "
        f"functions, seeds: {rows['seed'].nunique()}. Mean squared errors of total energies in eV^2: training / held "
        "out.\n"
    )
    lines.append(markdown_table(["weight decay", *table.columns], table.reset_index().to_numpy().tolist()))
    return "\n".join([*lines, f"Chosen: {decay:g}.\n", footer("barch-tubman-2017/table-1-weight-decay", seconds)])

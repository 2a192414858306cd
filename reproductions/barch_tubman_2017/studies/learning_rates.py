"""Dense hydrogen: the learning rates of both figures 4, chosen inside the training part of one set.

Of the training structures of the set of figure 4 a fifth, drawn at random, is held out; networks are trained on the
others as for the figures, with each rate of the network and each multiple of it for eta, rs and kappa. The validation
structures, whose errors the figures show, are not touched.

The learning rate is the one with which fixed functions, trained G1, G2 and G3, and trained G2 and G5 have the smallest
held-out errors, relative to the best of each, on average; so it favors none of them. The multiple is that of the best
trained functions at this rate.

The results are of when fixed functions were still scaled by all structures, once (`hydrogen.train_on`).
"""

import time

import numpy as np

from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.figure_4 import SET
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import QUICK, footer, markdown_table, results_folder, write_results

METHODS = ("G2+G5 fixed", "G1+G2+G3 trained", "G2+G5 trained")
RATES = (1e-3, 3e-3, 1e-2)
FUNCTION_RATES = (0.2, 1.0)
HELD_OUT = 5  # one of so many


def run(seeds=None, quick=False, output=None):
    """Trains with all rates, prints the table, and writes learning_rates.csv and .md.

    Args:
        seeds: Number of seeds, 1 by default.
        quick: Whether to show that it runs: few structures and epochs, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "learning_rates.partial.jsonl"
    rows = run_jobs(train_inside, jobs(seeds, quick), partial, "Training networks")
    write_results(folder, "learning_rates", rows, _text(rows, quick, time.time() - start), {})
    partial.unlink()


def jobs(seeds, quick):
    """One job for each method, pair of rates and seed, the long ones first."""
    return [
        {"method": method, "rate": rate, "function_rate": function_rate, "seed": seed, "quick": quick}
        for method in reversed(METHODS)
        for rate in RATES
        for function_rate in (FUNCTION_RATES if hydrogen.METHODS[method]["trained"] else (1.0,))
        for seed in range(seeds or 1)
    ]


def train_inside(method, rate, function_rate, seed, quick):
    """Errors of total energies after the last epoch, in eV^2: dict of `train_mse_eV2`, `held_out_mse_eV2`."""
    structures, _ = dense_hydrogen.load_data(SET)
    parts, epochs = inner_parts(structures), hydrogen.QUICK_EPOCHS if quick else hydrogen.EPOCHS
    if quick:
        parts = [part[: hydrogen.QUICK_STRUCTURES] for part in parts]
    options = {"seed": seed, "epochs": epochs, "learning_rate": rate, "function_rate": function_rate}
    result = hydrogen.train_on(*parts, **hydrogen.METHODS[method], **options)
    errors = {"train_mse_eV2": result["train_mse_eV2"][-1], "held_out_mse_eV2": result["validation_mse_eV2"][-1]}
    return {**errors, "epochs": epochs, "structures": result["train_structures"], "seconds": result["seconds"]}


def inner_parts(structures):
    """Lists of what is trained on and what is held out."""
    numbers = np.random.default_rng(1).permutation(len(structures)) % HELD_OUT
    return [[atoms for atoms, k in zip(structures, numbers, strict=True) if (k > 0) == kept] for kept in (True, False)]


def choose(rows):
    """The two rates: see the top of this file."""
    errors = rows.groupby(["method", "rate", "function_rate"])["held_out_mse_eV2"].mean()
    best = errors.groupby(["method", "rate"]).min().unstack("rate")
    rate = best.div(best.min(axis=1), axis=0).mean().idxmin()
    trained = errors.xs(rate, level="rate").unstack("function_rate").dropna()
    return float(rate), float(trained.div(trained.min(axis=1), axis=0).mean().idxmin())


def _text(rows, quick, seconds):
    lines = ["# Dense hydrogen: learning rates, by structures held out inside the training part\n"]
    if quick:
        lines.append(QUICK)
    lines.append(
        f"Set {SET}, {rows['structures'].iloc[0]} structures, {rows['epochs'].iloc[0]} epochs, seeds: "
        f"{rows['seed'].nunique()}. Mean squared errors of total energies in eV^2: training / held out.\n"
    )
    means = rows.groupby(["method", "function_rate", "rate"])[["train_mse_eV2", "held_out_mse_eV2"]].mean()
    table = means.map("{:.3g}".format).agg(" / ".join, axis=1).unstack("rate")
    header = ["method", "times this for functions", *(f"{rate:g}" for rate in table.columns)]
    lines.append(markdown_table(header, table.reset_index().to_numpy().tolist()))
    rate, function_rate = choose(rows)
    lines.append(f"Chosen: {rate:g}, and {function_rate:g} times that for eta, rs and kappa.\n")
    return "\n".join([*lines, footer("barch-tubman-2017/learning-rates", seconds)])

"""The text of table 1."""

import numpy as np

from atomzoo.datasets.dense_hydrogen import POINTS
from atomzoo.reproductions.barch_tubman_2017._shared.figure_4_output import comparison
from atomzoo.reproductions.barch_tubman_2017._shared.hydrogen import training_time
from atomzoo.reproductions.report import QUICK, footer, markdown_table, spread

SUMMARIES = {
    "mean": lambda errors: errors.mean(),
    "mean without set 1": lambda errors: errors.drop(index=1).mean(),
    "median": lambda errors: errors.median(),
}
PAIRS = (  # what is compared with what: the claims
    ("G1+G2+G3 trained", "G1+G2+G3 fixed"),
    ("G2+G5 trained", "G2+G5 fixed"),
    ("G2+G5 trained", "G1+G2+G3 trained"),
)
NO_NUMBERS = (
    "The paper's own columns are not beside these: its report (UCB/EECS-2017-104) was not at hand when this was made, "
    "and no number is printed here that was not read in it.\n"
)


def text(rows, quick, seconds):
    """The Markdown of table 1.

    Args:
        rows: `pandas.DataFrame`, one row a training: `set`, `method`, `seed`, `train_mse_eV2`, `validation_mse_eV2`.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
    """
    ours = rows[rows["method"] != "aenet"]
    lines = ["# Barch and Tubman 2017, table 1: dense hydrogen, 54 atoms\n", *([QUICK] if quick else [])]
    alone, together = ours["iterations"].iloc[0]
    lines.append(
        f"Mean squared errors of total energies in eV^2 after {alone} + {together} iterations of L-BFGS, weight decay "
        f"{ours['weight_decay'].iloc[0]:g}, seeds: {ours['seed'].nunique()}; {ours['train_structures'].min():.0f} or "
        "more training structures a set.\n"
    )
    for label in ("validation", "train"):
        lines += [f"## {label}\n", _table(rows, f"{label}_mse_eV2")]
    return "\n".join(
        [*lines, *_claims(ours), "", NO_NUMBERS, training_time(ours), footer("barch-tubman-2017/table-1", seconds)]
    )


def _table(rows, column):
    methods = list(rows["method"].unique())
    errors = rows.pivot_table(index="set", columns="method", values=column)
    lines = []
    for number, of_set in rows.groupby("set"):
        cells = [spread(of_set[of_set["method"] == method][column]) for method in methods]
        lines.append([number, *POINTS[number], *cells])
    for label, summary in SUMMARIES.items():
        cells = [f"{summary(errors[method]):.3g}" for method in methods]
        lines.append([label, "", "", *cells])
    return markdown_table(["set", "r_s", "T (K)", *methods], lines)


def _claims(rows):
    """Each pair of methods: in pairs of set and seed, and the medians over sets."""
    errors = rows.pivot(index=["set", "seed"], columns="method", values="validation_mse_eV2")
    by_set = np.exp(np.log(errors).groupby("set").mean())
    medians, lines = errors.groupby("set").mean().median(), []
    for better, other in PAIRS:
        compared, sets = comparison(errors[other], errors[better]), comparison(by_set[other], by_set[better])
        lines.append(
            f"* {better} / {other}: validation errors {compared['ratio']:.3f} on average, lower in {sets['wins']} of "
            f"{len(by_set)} sets (sign test p = {sets['sign']:.3g}); median of the sets {medians[better]:.3g} against "
            f"{medians[other]:.3g} eV^2."
        )
    return lines

"""The text of table 1."""

import re

import numpy as np

from atomzoo.datasets.dense_hydrogen import POINTS
from atomzoo.reproductions.barch_tubman_2017._shared.figure_4_output import comparison
from atomzoo.reproductions.barch_tubman_2017._shared.hydrogen import training_time
from atomzoo.reproductions.beside_paper import beside, notes
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
SUMMARIES_OF_THE_PAPER = {"mean": "average", "mean without set 1": "average without set 1", "median": "median"}
COLUMNS_OF_THE_PAPER = {"aenet": "aenet", "baseline": "G2+G5 fixed"}  # beside which method of ours
TITLES = {
    "table-1": "dense hydrogen, 54 atoms, labels of DFT",
    "table-1-qmc": "dense hydrogen, 54 atoms, labels of a network, as in the paper",
}
ABOUT = {
    "table-1": """\
The paper's columns, as printed: validation errors of aenet and of its baseline, both with 36 fixed functions G2 and G5.
Its sets are numbered alike, but their temperatures and pressures are not printed: only mean and median say something
beside ours. By its description its sets are of molecular dynamics with aenet, so that a network made the labels, which
a network can fit to 0.02 eV^2; labels of DFT at the Gamma point of so small a cell are no sum over neighborhoods.
""",
    "table-1-qmc": """\
The paper's columns, as printed: validation errors of aenet and of its baseline, both with 36 fixed functions G2 and G5,
on sets that a network of aenet drew and labelled, as another network did here. Its sets are numbered alike, but their
temperatures and pressures are not printed: only mean and median say something beside ours. A column "aenet", where it
is there, is of a run on the same structures, with the same fixed functions and width.
""",
}


def text(rows, quick, seconds, item="table-1"):
    """The Markdown of table 1.

    Args:
        rows: `pandas.DataFrame`, one row a training: `set`, `method`, `seed`, `train_mse_eV2`, `validation_mse_eV2`.
        quick: Whether this is a quick run, which is then said.
        seconds: What the run took.
        item: Which labels they are of: key of `TITLES`.
    """
    ours = rows[rows["method"] != "aenet"]
    lines = [f"# Barch and Tubman 2017, table 1: {TITLES[item]}\n", *([QUICK] if quick else [])]
    lines.append(
        f"Mean squared errors of total energies in eV^2 after {_settings(ours)}, seeds: {ours['seed'].nunique()}; "
        f"{ours['train_structures'].min():.0f} or more training structures a set.\n"
    )
    paper = beside_paper(rows)
    lines += ["## validation\n", _table(rows, "validation_mse_eV2", paper), ABOUT[item]]
    lines += [notes(paper), "## train\n", _table(rows, "train_mse_eV2")]
    return "\n".join([*lines, *_claims(ours), "", training_time(ours), footer(f"barch-tubman-2017/{item}", seconds)])


def beside_paper(rows):
    """The table of `beside` of rows as of `text`: the baseline beside G2+G5 fixed, aenet beside aenet if it was run."""
    errors = rows.pivot_table(index="set", columns="method", values="validation_mse_eV2")
    ours = {}
    for column, method in COLUMNS_OF_THE_PAPER.items():
        if method in errors:
            found = errors[method]
            values = {f"set {number}": value for number, value in found.items()}
            values |= {SUMMARIES_OF_THE_PAPER[name]: summary(found) for name, summary in SUMMARIES.items()}
            ours |= {f"{name} validation MSE, {column}": value for name, value in values.items()}
    if "aenet" in errors:
        ours["sets where the baseline is below aenet"] = int((errors["G2+G5 fixed"] < errors["aenet"]).sum())
    return beside("barch_tubman_2017", {"table-1": ours})


def _settings(rows):
    """Epochs, iterations and weight decay in words; some runs have no epochs, and earlier ones did not record decay."""
    iterations = " + ".join(re.findall(r"\d+", str(rows["iterations"].iloc[0])))
    decay = f", weight decay {rows['weight_decay'].iloc[0]:g}" if "weight_decay" in rows else ""
    epochs = f"{rows['epochs'].iloc[0]} epochs of Adam and " if "epochs" in rows else ""
    return f"{epochs}{iterations} iterations of L-BFGS{decay}"


def _table(rows, column, paper=None):
    """Errors by set and method; `paper` is the table of `beside`, for its two columns."""
    printed = {} if paper is None else paper.set_index("quantity")["paper"].to_dict()
    theirs = list(COLUMNS_OF_THE_PAPER) if printed else []
    methods = list(rows["method"].unique())
    errors = rows.pivot_table(index="set", columns="method", values=column)
    lines = []
    for number, of_set in rows.groupby("set"):
        cells = [spread(of_set[of_set["method"] == method][column]) for method in methods]
        cells += [printed[f"set {number} validation MSE, {name}"] for name in theirs]
        lines.append([number, *POINTS[number], *cells])
    for label, summary in SUMMARIES.items():
        cells = [f"{summary(errors[method]):.3g}" for method in methods]
        cells += [printed[f"{SUMMARIES_OF_THE_PAPER[label]} validation MSE, {name}"] for name in theirs]
        lines.append([label, "", "", *cells])
    return markdown_table(["set", "r_s", "T (K)", *methods, *(f"paper: {name}" for name in theirs)], lines)


def _claims(rows):
    """Each pair of methods: in pairs of set and seed, and the medians over sets."""
    errors = rows.pivot(index=["set", "seed"], columns="method", values="validation_mse_eV2")
    by_set = np.exp(np.log(errors).groupby("set").mean())
    medians, lines = errors.groupby("set").mean().median(), []
    for better, other in (pair for pair in PAIRS if set(pair) <= set(errors)):
        compared, sets = comparison(errors[other], errors[better]), comparison(by_set[other], by_set[better])
        lines.append(
            f"* {better} / {other}: validation errors {compared['ratio']:.3f} on average, lower in {sets['wins']} of "
            f"{len(by_set)} sets (sign test p = {sets['sign']:.3g}); median of the sets {medians[better]:.3g} against "
            f"{medians[other]:.3g} eV^2."
        )
    return lines

"""What the paper's figure 4 and section 4 say, beside ours."""

from collections import Counter

from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.figure_4_output import ERRORS, comparison, final
from atomzoo.reproductions.beside_paper import beside

PANELS = {"left panel": (False, "fixed symmetry functions"), "right panel": (True, "trained symmetry functions")}


def beside_paper(runs):
    """The table of `beside` of runs of `hydrogen.train`, one row a run."""
    return beside("barch_tubman_2017", {"figure-4": _figure(runs), "section-4": _section(runs)})


def _figure(runs):
    """Of the axes of the paper's panels the ranges of our curves, over all seeds."""
    kinds = Counter(function.kind for function in hydrogen.SETS[runs["functions"].iloc[0]]())
    ours = {f"functions of type {kind}": count for kind, count in kinds.items()}
    for panel, (trained, what) in PANELS.items():
        of_panel = runs[runs["trained"] == trained]
        errors = [error for column in ERRORS.values() for run in of_panel[column] for error in run]
        ours |= {panel: what, f"{panel} vertical axis, low": f"{min(errors):.3g} (smallest error)"}
        ours |= {f"{panel} vertical axis, high": f"{max(errors):.3g} (largest error)"}
        ours |= {f"{panel} horizontal axis, low": 1, f"{panel} horizontal axis, high": of_panel["epochs"].max()}
    return ours


def _section(runs):
    ratios = {label: _ratio(runs, column) for label, column in ERRORS.items()}
    structures = runs["train_structures"].iloc[0], runs["validation_structures"].iloc[0]
    return {
        "hydrogen atoms": dense_hydrogen.N_ATOMS,
        "QMC samples": "none: all labels are DFT",
        "sets": len(dense_hydrogen.POINTS),
        "samples a set": sum(structures),
        "validation share": f"{100 * structures[1] / sum(structures):.3g}",
        "functions, fixed": len(hydrogen.angular_set()),
        "functions, trained": len(hydrogen.radial_set()),
        "training MSE, trained below fixed": f"{100 * (1 - ratios['training']):.1f}",
        "validation MSE, trained below fixed": f"{100 * (1 - ratios['validation']):.1f} %",
        "trained below fixed, bad initial functions": "not tried",
        "effects of training functions": "see above, and by L-BFGS `table-1`",
        "parameters after training": "see `parameter-paths`",
        "24 trained against 36 fixed functions": "see `figure-4-angular` and `table-1`",
        "training of G4 and G5": "G5 are trained here, at linear cost: see `figure-4-angular`",
    }


def _ratio(runs, column):
    errors = final(runs, column)
    return comparison(errors[False], errors[True])["ratio"]

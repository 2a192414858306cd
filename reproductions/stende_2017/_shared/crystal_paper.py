"""The thesis's numbers of silicon after Stillinger and Weber, beside ours."""

from atomzoo.reproductions.beside_paper import beside
from atomzoo.reproductions.paper_numbers import printed
from atomzoo.reproductions.report import spread
from atomzoo.reproductions.stende_2017._shared import potentials

PAPER, ITEM = "stende_2017", "stillinger-weber"
# By the columns of the rows and of the properties; the thesis's energies are those of single atoms.
QUANTITIES = {
    "energies crystal": "energy RMSE",
    "forces crystal": "force RMSE",
    "bulk": "bulk modulus, network",
    "shear": "shear modulus, network",
    "poisson": "Poisson's ratio, network",
}


def thesis():
    """What the thesis prints of its network: dict of the names in `QUANTITIES` to numbers (meV, meV/A, GPa)."""
    return {name: printed(PAPER, ITEM, quantity) for name, quantity in QUANTITIES.items()}


def cubic(found):
    """Shear modulus and Poisson's ratio of a cubic crystal, of one row or of all."""
    return {"shear": found["c44"], "poisson": found["c12"] / (found["c11"] + found["c12"])}


def beside_paper(rows, reference):
    """The table of `beside` of rows of `train_and_measure` and `crystal_properties` of the empirical potential."""
    rows, reference = rows.assign(**cubic(rows)), reference | cubic(reference)
    ours = {
        quantity: _of_each(rows, lambda group, name=name: spread(group[name], 4))
        for name, quantity in QUANTITIES.items()
    }
    for name in ("bulk", "shear", "poisson"):
        ours[QUANTITIES[name].replace("network", "Stillinger-Weber")] = f"{reference[name]:.4g}"
    sets = {
        "symmetry functions": len,
        "radial functions": lambda chosen: sum(not function.is_angular for function in chosen),
        "angular functions": lambda chosen: sum(function.is_angular for function in chosen),
        "cutoff": lambda chosen: max(function.cutoff for function in chosen),
    }
    for quantity, value in sets.items():
        ours[quantity] = _of_each(rows, lambda group, value=value: value(_functions(group)))
    ours["hidden nodes"] = _of_each(rows, lambda group: str(group["hidden"].iloc[0]).strip("(),"))
    ours |= dict.fromkeys(("training environments", "test environments"), "whole structures, all their atoms")
    return beside(PAPER, {ITEM: ours})


def beside_paper_of_silica(rows):
    """The table of `beside` of rows of `train_and_measure` of silica: the thesis has no number of it."""
    errors = "; ".join(f"{source} {spread(rows[f'forces {source}'])}" for source in ("crystal", "liquid"))
    return beside(PAPER, {"vashishta": {"state of the potential": f"needs more work, too: forces, meV/Å: {errors}"}})


def _of_each(rows, value):
    return "; ".join(f"{value(group)} ({name})" for name, group in rows.groupby("network", sort=False))


def _functions(group):
    return potentials.functions(group["function_set"].iloc[0])

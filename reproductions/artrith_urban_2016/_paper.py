"""The numbers that came with aenet's TiO2 data, beside ours."""

from atomzoo.datasets import tio2
from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.beside_paper import beside
from atomzoo.reproductions.report import spread

PAPER = "artrith_urban_2016"
ERRORS = {
    f"{part} {name}": f"{part}_{name.lower()}_meV_per_atom" for part in ("train", "test") for name in ("MAE", "RMSE")
}


def beside_paper(rows, every):
    """The table of `beside` of rows of `_shared.train_one`; `every` as of `tio2_data.load`."""
    return beside(
        PAPER, {"set001": _set001(rows, every), "set003": {}, "data": _data(every), "functions": _functions()}
    )


def _set001(rows, every):
    parts, energies = tio2_data.load(every), tio2.ATOMIC_ENERGIES["aenet-set001"]
    return {
        "training structures": len(parts.train) + len(parts.validation),
        "test structures": len(parts.test),
        "features": len(tio2_data.functions()),
        "layers": _of_each(rows, lambda group: len(_hidden(group))),
        "nodes a layer": _of_each(rows, lambda group: _hidden(group)[0]),
        "iterations": _of_each(rows, lambda group: f"{group['epochs'].iloc[0]} epochs"),
        "training seconds": _of_each(rows, lambda group: f"{group['train_seconds'].mean():.0f}"),
        **{name: _of_each(rows, lambda group, column=column: spread(group[column])) for name, column in ERRORS.items()},
        "largest cohesive energy": f"{_largest(parts):.3f}",
        "energy of a Ti atom": str(energies["Ti"]),
        "energy of an O atom": str(energies["O"]),
    }


def _data(every):
    sizes = [len(atoms) for part in tio2_data.load(every) for atoms in part]
    same = "the same data"
    names = ("method", "plane-wave cutoff", "density cutoff", "self-consistency")
    found = {"structures": tio2.N_STRUCTURES, "smallest structure": min(sizes), "largest structure": max(sizes)}
    return {**found, **dict.fromkeys(names, same)}


def _functions():
    functions = tio2_data.functions()
    kinds = [function.kind for function in functions]
    return {
        "functions": len(functions),
        "G2": kinds.count("G2"),
        "G4": f"{kinds.count('G4')}; G5: {kinds.count('G5')}",
        "cutoff": max(function.cutoff for function in functions),
    }


def _of_each(rows, value):
    """What each network has, in words."""
    return "; ".join(f"{value(group)} ({name})" for name, group in rows.groupby("network"))


def _hidden(group):
    """Widths of the hidden layers, which a csv has as text."""
    return [int(width) for width in str(group["hidden"].iloc[0]).strip("[]()").split(",")]


def _largest(parts):
    return max(tio2.energy_table(part)["cohesive_energy_eV_per_atom"].max() for part in parts)

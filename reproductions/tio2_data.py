"""The TiO2 data set with its features, as the reproductions on it share them: aenet's split, 70 functions."""

import functools

import numpy as np
import pandas

from atomzoo.datasets import tio2
from atomzoo.layers import descriptor_from_functions
from atomzoo.models.potential.feature_cache import cached_features, cached_projections
from atomzoo.models.potential.function_sets import load_function_set
from atomzoo.models.training.force_projections import random_directions

ELEMENTS = ["O", "Ti"]
FUNCTIONS = "aenet-tio2-wide"
N_DIRECTIONS = 8  # of each structure that forces are taken along; at most
QUICK_EVERY = 60  # of the structures, for quick runs
DESCRIPTION = """\
Data: Artrith and Urban 2016, 7815 structures; those with a cohesive energy of up to 1 eV/atom, with atomic energies
Ti {Ti} and O {O} eV: 6697. aenet's split set001: 6028 to train, 669 to test. Of the 6028, {validation} (drawn with seed
0; copies together) validate: they choose the epoch and all settings, the test structures nothing. Functions: 16 G2 and
54 G5, Rc 6.5 Å (`aenet-tio2-wide`). Energy errors are per atom; force errors are per component.
"""


@functools.cache
def load(every=1):
    """aenet's split: a `Split`, each part in the order of file names; every n-th structure only, for quick runs."""
    parts = tio2.load_data("aenet-set001")
    return tio2.Split(*(sorted(part, key=lambda atoms: atoms.info["file"])[::every] for part in parts))


def functions():
    """The 70 symmetry functions."""
    return load_function_set(FUNCTIONS, ELEMENTS)


@functools.cache
def features(every=1):
    """Features (N, F) of the atoms of each part of `load`, evaluated once for all scripts."""
    structures, rows = _in_file_order(load(every))
    values = cached_features(structures, _descriptor())
    return [values[chosen] for chosen in rows]


def training_inputs(every=1, n_directions=0):
    """What `fit` takes of the training and validation parts, evaluated once: `features`, and maybe `projections`.

    Args:
        every: see `load`.
        n_directions: of each structure, of `N_DIRECTIONS`; 0 for no projections.
    """
    parts = load(every)[:2]
    inputs = {"features": np.concatenate(features(every)[:2])}
    if n_directions:
        structures, rows = _in_file_order(parts)
        directions = random_directions(structures, N_DIRECTIONS)
        rates = cached_projections(structures, _descriptor(), directions)
        chosen = np.concatenate(rows)
        inputs["projections"] = (directions[chosen, :n_directions], rates[chosen, :n_directions])
    return inputs


def predicted(potential, every=1):
    """Energies per atom, all three parts: columns `part`, `file`, `atoms`, `Ti`, `energy`, `predicted` (eV/atom).

    Energies are cohesive ones; predictions are of the features, without any neighbor list.
    """
    parts, tables = load(every), []
    for name, structures, values in zip(parts._fields, parts, features(every), strict=True):
        table = tio2.energy_table(structures)
        errors = (_energies(potential, structures, values) - table["total_energy_eV"]) / table["atoms"]
        energy = table["cohesive_energy_eV_per_atom"]
        columns = {"part": name, **table[["file", "atoms", "Ti"]], "energy": energy, "predicted": energy + errors}
        tables.append(pandas.DataFrame(columns))
    return pandas.concat(tables, ignore_index=True)


def errors(table):
    """Dict of MAE and RMSE of energies per atom, in meV, of a table of `predicted`."""
    error = 1e3 * (table["predicted"] - table["energy"])
    return {"mae_meV_per_atom": error.abs().mean(), "rmse_meV_per_atom": (error**2).mean() ** 0.5}


def description(every=1):
    """Split, filter and references in words."""
    text = DESCRIPTION.format(**tio2.ATOMIC_ENERGIES["aenet-set001"], validation=len(load(every).validation))
    return text if every == 1 else f"{text}Of these, every {every}th structure.\n"


def _descriptor():
    return descriptor_from_functions(functions(), ELEMENTS, dtype="float64")


def _energies(potential, structures, values):
    """Total energies (S,) in eV."""
    species = np.array([ELEMENTS.index(symbol) for atoms in structures for symbol in atoms.symbols])
    atomic = (
        np.asarray(potential.interaction_energies(values, species)) + np.asarray(potential.atom_sum.shifts)[species]
    )
    counts = np.array([len(atoms) for atoms in structures])
    return np.add.reduceat(atomic, np.cumsum(counts) - counts)


def _in_file_order(parts):
    """All structures by file name, however they are split, and for each part the numbers of its atoms among theirs."""
    structures = sorted((atoms for part in parts for atoms in part), key=lambda atoms: atoms.info["file"])
    starts = np.cumsum([0, *map(len, structures)])
    atoms_of = {atoms.info["file"]: np.arange(*starts[k : k + 2]) for k, atoms in enumerate(structures)}
    return structures, [np.concatenate([atoms_of[atoms.info["file"]] for atoms in part]) for part in parts]

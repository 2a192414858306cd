"""The crystals of the data, relaxed by the potential."""

import warnings
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest

import ase
import numpy as np
from ase.build import bulk
from ase.data import atomic_numbers, reference_states

from atomzoo.datasets.arrays.labels import find_label
from atomzoo.datasets.arrays.neighbors import pairs_within
from atomzoo.models.potential.extrapolation import ExtrapolationWarning
from atomzoo.models.relaxation.relax import relax
from atomzoo.models.validation.data_ranges import reduced_formula

MOST_CRYSTALS = 10
MOST_ATOMS = 200
FMAX = 1e-4  # eV/A
ALMOST, ALMOST_STRESS = 0.01, 1e-4  # eV/A and eV/A^3, of what counts as a minimum where no step goes lower
SAME_ENERGY, SAME_VOLUME = 1e-3, 5e-3  # eV/atom, and relative: of two that are one crystal
SMALL = 24  # atoms; in larger cells ...
SAME_FEATURES = 0.02  # widths of the training range
FEWEST_COPIES = 4  # ... of a crystal each atom has at least so many like it, in the mean
SIMPLE = ("fcc", "bcc", "hcp", "diamond", "sc")


@dataclass(frozen=True)
class Crystal:
    """A crystal at the potential's minimum.

    Attributes:
        name: its formula, and config_type if the data have one.
        atoms: `ase.Atoms`, relaxed with their cell if `problem` is empty.
        problem: why they are not, in words.
    """

    name: str
    atoms: ase.Atoms
    problem: str = ""


def find_crystals(potential, structures):
    """The lowest crystals of the data; without data that of an element.

    Structures with neighbors beyond their cell in three directions, of at most 200 atoms, are grouped by composition,
    number of atoms and config_type. The one of the lowest energy of each group is relaxed with its cell, the lowest
    of each composition first. What is no crystal then, at a minimum or on its way to one, because hardly two atoms are
    alike, as in a melt, is left out, and so is what was found before.

    Args:
        potential: `NeuralNetworkPotential` in float64.
        structures: list of `ase.Atoms`.

    Returns:
        List of `Crystal`, ten at most.
    """
    found = []
    for name, atoms in (
        _candidates(structures, potential.descriptor.cutoff) if structures else _elements(potential.elements)
    ):
        crystal = _relaxed_crystal(name, atoms, potential)
        if crystal is not None and (crystal.problem or not _is_known(crystal, found)):
            found.append(crystal)
        if len(found) == MOST_CRYSTALS:
            break
    return found


def relaxed_by(potential):
    """A function that relaxes the atoms of a structure in its cell, for `elastic_constants`."""

    def relaxed(atoms):
        with quiet():
            return relax(atoms, potential, fmax=FMAX).atoms

    return relaxed


@contextmanager
def quiet():
    """A block without warnings of extrapolation, which the checks count themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        yield


def _candidates(structures, cutoff):
    """Name and lowest structure of each group: of each composition the lowest group first, then its second lowest."""
    groups = defaultdict(list)
    for atoms in structures:
        if atoms.pbc.all() and len(atoms) <= MOST_ATOMS and _is_solid(atoms, cutoff):
            kind = " ".join(str(atoms.info.get("config_type", "")).split())
            groups[reduced_formula(atoms), len(atoms), kind].append(atoms)
    of_formula = defaultdict(list)
    for (formula, _, kind), group in groups.items():
        lowest = min(group, key=_height)
        name = f"{lowest.get_chemical_formula()} {kind}".strip()
        of_formula[formula].append((_height(lowest), -len(group), name, lowest))
    for members in zip_longest(*(sorted(members, key=lambda member: member[:3]) for members in of_formula.values())):
        yield from (member[2:] for member in members if member is not None)


def _is_solid(atoms, cutoff):
    """Whether atoms have neighbors in other cells in three directions: no cluster or slab in vacuum has."""
    (images,) = pairs_within(atoms, cutoff, "S", full_list=True)
    return np.linalg.matrix_rank(np.unique(images, axis=0)) == 3


def _height(atoms):
    energy = find_label(atoms, "energy_per_atom")
    return np.inf if energy is None else float(energy)


def _elements(elements):
    """The crystal of a potential's only element."""
    state = reference_states[atomic_numbers[elements[0]]]
    if len(elements) == 1 and state is not None and state["symmetry"] in SIMPLE:
        yield f"{elements[0]} {state['symmetry']}", bulk(elements[0])


def _relaxed_crystal(name, atoms, potential):
    """The `Crystal`, or None if it is none."""
    atoms = ase.Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=True)
    try:
        with quiet():
            result = relax(atoms, potential, fmax=FMAX, cell=True)
    except ValueError as error:
        return Crystal(name, atoms, " ".join(str(error).split()))
    if not _is_crystal(result.atoms, potential):
        return None
    is_near = result.max_force <= ALMOST and result.max_stress <= ALMOST_STRESS
    return Crystal(name, result.atoms, "" if is_near else f"no minimum is found: {result.message}")


def _is_crystal(atoms, potential):
    """Whether many atoms have equal surroundings, or there are few atoms."""
    if len(atoms) <= SMALL:
        return True
    features, n_kinds = potential.evaluate_atoms(atoms)["features"], 0
    for symbol in set(atoms.symbols):
        smallest, largest = potential.feature_range(symbol)
        scaled = features[atoms.symbols == symbol] / np.maximum(largest - smallest, 1e-12)
        while len(scaled):
            scaled = scaled[np.abs(scaled - scaled[0]).max(axis=1) > SAME_FEATURES]
            n_kinds += 1
    return FEWEST_COPIES * n_kinds <= len(atoms)


def _is_known(crystal, found):
    return any(
        reduced_formula(crystal.atoms) == reduced_formula(other.atoms)
        and abs(_per_atom(crystal)[0] - _per_atom(other)[0]) < SAME_ENERGY
        and abs(_per_atom(crystal)[1] / _per_atom(other)[1] - 1) < SAME_VOLUME
        for other in found
        if not other.problem
    )


def _per_atom(crystal):
    """Energy in eV/atom and volume in A^3/atom."""
    atoms = crystal.atoms
    return atoms.get_potential_energy() / len(atoms), atoms.cell.volume / len(atoms)

"""What the training data reach: shortest distances, volumes, temperature."""

from itertools import combinations_with_replacement

import numpy as np
from ase.data import atomic_numbers, covalent_radii

from atomzoo.datasets.arrays.closest import closest_distances
from atomzoo.datasets.arrays.neighbors import pairs_within

REACH = 4.0  # A; pairs that are never closer have no shortest distance
TEMPERATURES = ("temperature", "temperature_K", "T")  # keys of info, K
SMALLEST_RATIO = 0.7  # of the sum of covalent radii, below which atoms come in no crystal or molecule at rest
ROOM_TEMPERATURE = 300.0


def element_pairs(elements):
    """All pairs of elements.

    Example:
        >>> element_pairs(["Ti", "O"])
        [('Ti', 'Ti'), ('Ti', 'O'), ('O', 'O')]
    """
    return list(combinations_with_replacement(elements, 2))


def shortest_distances(structures, elements):
    """The shortest distance of each pair of elements.

    Args:
        structures: list of `ase.Atoms`.
        elements: list of symbols.

    Returns:
        Dict of float in A by pair of symbols, see `element_pairs`; of pairs that do not come within 4 A, or if there
        are no structures, 0.7 times the sum of the covalent radii.

    Example:
        >>> import ase
        >>> shortest_distances([ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]])], ["Au"])
        {('Au', 'Au'): 2.5}
    """
    found = closest_distances(structures, elements, REACH)
    radii = SMALLEST_RATIO * covalent_radii[[atomic_numbers[element] for element in elements]]
    found = np.where(np.isfinite(found), found, radii[:, None] + radii)
    return {(a, b): float(found[elements.index(a), elements.index(b)]) for a, b in element_pairs(elements)}


def closest_pairs(atoms):
    """Indices (P,), (P,) and distances (P,) of pairs within 4 A."""
    return pairs_within(atoms, REACH, "ijd")


def volumes_per_atom(structures, formula):
    """Volumes (m,) in A^3/atom of the crystals of a composition.

    Args:
        structures: list of `ase.Atoms`.
        formula: see `reduced_formula`.
    """
    return np.array([a.cell.volume / len(a) for a in structures if a.pbc.all() and reduced_formula(a) == formula])


def reduced_formula(atoms):
    """The composition, such as O2Ti of any number of TiO2."""
    return atoms.symbols.formula.reduce()[0].format("hill")


def temperature_of(structures):
    """The temperature of the data: the median of what info or velocities say; None if they say nothing.

    Example:
        >>> import ase
        >>> temperature_of([ase.Atoms("Au", info={"temperature": 500})])
        500.0
    """
    found = [value for atoms in structures if (value := _temperature(atoms)) is not None]
    return float(np.median(found)) if found else None


def _temperature(atoms):
    for key in TEMPERATURES:
        try:
            value = float(atoms.info[key])
        except (KeyError, TypeError, ValueError):
            continue
        if 0 < value < np.inf:
            return value
    return atoms.get_temperature() if len(atoms) > 1 and atoms.get_kinetic_energy() > 0 else None

"""Which structures are the same isomer, and which are none because they have collapsed or fallen apart."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

SHRUNK, STRETCHED = 0.8, 1.25


def distinct(structures, distance=0.1, energy=0.01):
    """One structure, the lowest, of each isomer.

    Two are the same isomer if their energies and their sorted interatomic distances agree, which do not depend on
    position, rotation, reflection, or the order of the atoms.

    Args:
        structures: list of `ase.Atoms` of one composition, with energies.
        distance: largest difference of a distance, in A.
        energy: largest difference of energies, in eV.

    Returns:
        List of `ase.Atoms`, the lowest energy first.

    Example:

    >>> from ase.build import molecule
    >>> from ase.calculators.emt import EMT
    >>> water, turned = molecule("H2O"), molecule("H2O")[[2, 0, 1]]
    >>> turned.rotate(40, "x")
    >>> water.calc = turned.calc = EMT()
    >>> len(distinct([water, turned]))
    1
    """
    kept = []
    for atoms in sorted(structures, key=lambda atoms: atoms.get_potential_energy()):
        height, lengths = atoms.get_potential_energy(), sorted_distances(atoms)
        if not any(abs(height - e) <= energy and np.abs(lengths - d).max() <= distance for _, e, d in kept):
            kept.append((atoms, height, lengths))
    return [atoms for atoms, _, _ in kept]


def sorted_distances(atoms):
    """Interatomic distances in A, (n (n - 1) / 2,): by the pair of elements, then by length.

    Example:

    >>> from ase.build import molecule
    >>> sorted_distances(molecule("H2O")).round(2)
    array([1.53, 0.97, 0.97])
    """
    first, second = np.triu_indices(len(atoms), 1)
    lengths, numbers = atoms.get_all_distances(mic=atoms.pbc.any())[first, second], atoms.numbers
    lower, higher = np.minimum(numbers[first], numbers[second]), np.maximum(numbers[first], numbers[second])
    return lengths[np.lexsort((lengths, higher, lower))]


@dataclass(frozen=True)
class BondRange:
    """Distances in sound structures, A.

    Attributes:
        shortest: dict, the shortest distance of each pair of atomic numbers, the lower first.
        nearest: dict, how far an atom of each atomic number is from its nearest neighbor, at most.
        longest: the longest bond that a structure is held together by, a link of the tree that connects all its atoms
            by the shortest links.
    """

    shortest: dict[tuple[int, int], float]
    nearest: dict[int, float]
    longest: float


def bond_range(structures):
    """The `BondRange` of structures of two or more atoms.

    Example:

    >>> from ase import Atoms
    >>> bond_range([Atoms("Au3", positions=[[0, 0, 0], [0, 0, 2.5], [0, 0, 5.5]])])
    BondRange(shortest={(79, 79): 2.5}, nearest={79: 3.0}, longest=3.0)
    """
    ranges = [_bonds(atoms) for atoms in structures]
    pairs = sorted({pair for each in ranges for pair in each.shortest})
    elements = sorted({number for each in ranges for number in each.nearest})
    return BondRange(
        {pair: min(each.shortest[pair] for each in ranges if pair in each.shortest) for pair in pairs},
        {number: max(each.nearest.get(number, 0.0) for each in ranges) for number in elements},
        max(each.longest for each in ranges),
    )


def is_whole(atoms, bonds):
    """Whether a structure has neither collapsed nor fallen apart, judged by the `BondRange` of sound ones.

    The shortest distance of each pair of elements must be 0.8 times theirs or longer; the distance of each atom from
    its nearest neighbor, and the longest bond that the structure is held together by, 1.25 times theirs or shorter.

    Example:

    >>> from ase import Atoms
    >>> bonds = bond_range([Atoms("Au2", positions=[[0, 0, 0], [0, 0, z]]) for z in (2.5, 3.0)])
    >>> [is_whole(Atoms("Au2", positions=[[0, 0, 0], [0, 0, z]]), bonds) for z in (1.9, 2.0, 3.7, 3.8)]
    [False, True, True, False]
    """
    found = _bonds(atoms)
    return (
        found.longest <= STRETCHED * bonds.longest
        and all(low >= SHRUNK * bonds.shortest.get(pair, 0.0) for pair, low in found.shortest.items())
        and all(high <= STRETCHED * bonds.nearest.get(number, np.inf) for number, high in found.nearest.items())
    )


def _bonds(atoms):
    """The `BondRange` of one structure."""
    distances, numbers = atoms.get_all_distances(mic=atoms.pbc.any()), atoms.numbers
    first, second = np.triu_indices(len(atoms), 1)
    lower, higher = np.sort([numbers[first], numbers[second]], axis=0)
    shortest = {}
    for pair in set(zip(lower.tolist(), higher.tolist(), strict=True)):
        of_pair = (lower == pair[0]) & (higher == pair[1])
        shortest[pair] = float(distances[first, second][of_pair].min())
    nearest = (distances + np.diag(np.full(len(atoms), np.inf))).min(axis=1)
    of_elements = {int(number): float(nearest[numbers == number].max()) for number in np.unique(numbers)}
    return BondRange(shortest, of_elements, float(minimum_spanning_tree(distances).max()))

"""Which structures are the same isomer, and which are none because they have collapsed or fallen apart."""

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


def bond_range(structures):
    """The shortest distance in structures of two or more atoms, and the longest bond that one is held together by.

    The latter is the longest link of the tree that connects all atoms of a structure by the shortest links.

    Returns:
        `(shortest, longest)` in A.

    Example:

    >>> from ase import Atoms
    >>> bond_range([Atoms("Au3", positions=[[0, 0, 0], [0, 0, 2.5], [0, 0, 5.5]])])
    (2.5, 3.0)
    """
    bonds = np.array([_bonds(atoms) for atoms in structures])
    return float(bonds[:, 0].min()), float(bonds[:, 1].max())


def is_whole(atoms, bonds):
    """Whether a structure has neither collapsed nor fallen apart, judged by the `bond_range` of sound ones.

    Its shortest distance must be 0.8 times theirs or longer, and the longest bond it is held together by 1.25 times
    theirs or shorter.

    Example:

    >>> from ase import Atoms
    >>> [is_whole(Atoms("Au2", positions=[[0, 0, 0], [0, 0, z]]), bonds=(2.5, 3.0)) for z in (1.9, 2.0, 3.7, 3.8)]
    [False, True, True, False]
    """
    low, high = _bonds(atoms)
    return bool(low >= SHRUNK * bonds[0] and high <= STRETCHED * bonds[1])


def _bonds(atoms):
    distances = atoms.get_all_distances(mic=atoms.pbc.any())
    return sorted_distances(atoms).min(), minimum_spanning_tree(distances).max()

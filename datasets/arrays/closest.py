"""The shortest distance of each pair of elements."""

import numpy as np
from ase.data import atomic_numbers

from atomzoo.datasets.arrays.neighbors import pairs_within


def closest_distances(structures, elements, reach):
    """The shortest distance of each pair of elements in structures, periodic images too.

    Args:
        structures: list of `ase.Atoms` of these elements.
        elements: list of symbols.
        reach: radius in A within which is searched.

    Returns:
        Symmetric array (n, n), float64, A; infinite of pairs that do not come as close, or where there are no
        structures.

    Example:

    >>> import ase
    >>> from atomzoo.datasets.arrays.closest import closest_distances
    >>> closest_distances([ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]])], ["Au"], reach=4.0).tolist()
    [[2.5]]
    """
    places = np.zeros(max(atomic_numbers.values()) + 1, int)
    places[[atomic_numbers[element] for element in elements]] = range(len(elements))
    found = np.full((len(elements), len(elements)), np.inf)
    for atoms in structures:
        first, second, distances = pairs_within(atoms, reach, "ijd")
        np.minimum.at(found, (places[atoms.numbers[first]], places[atoms.numbers[second]]), distances)
    return np.minimum(found, found.T)

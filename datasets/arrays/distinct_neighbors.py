"""Neighbors without images: what derivatives with respect to positions need."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class DistinctNeighbors:
    """The other atoms of its structure that each atom has for neighbors, each once, however many images are near.

    Attributes:
        n_neighbors: (N,), number of each atom's.
        second: (Q,), their numbers in the structure, atom after atom, ascending.
        of_pairs: (P,), for each pair of the table the number of its entry among the Q, -1 for an atom's own image.

    Example:

    >>> from ase.build import bulk
    >>> from atomzoo.datasets.arrays.batch import StructureTable
    >>> table = StructureTable([bulk("Si")], ["Si"], cutoff=4.0)  # two atoms; 4 neighbors at 2.4 A, 12 at 3.8 A
    >>> found = DistinctNeighbors.of(table)
    >>> table.n_neighbors.tolist(), found.n_neighbors.tolist(), found.second.tolist()
    ([16, 16], [1, 1], [1, 0])
    """

    n_neighbors: np.ndarray
    second: np.ndarray
    of_pairs: np.ndarray

    @classmethod
    def of(cls, table):
        """Those of a `StructureTable`."""
        n_atoms, largest = len(table.species), int(table.counts.max())
        first = np.repeat(np.arange(n_atoms), table.n_neighbors)
        own = np.arange(n_atoms) - np.repeat(np.cumsum(table.counts) - table.counts, table.counts)
        is_other = table.second != own[first]
        numbers = first[is_other] * largest + table.second[is_other]
        distinct, places = np.unique(numbers, return_inverse=True)
        of_pairs = np.full(len(first), -1)
        of_pairs[is_other] = places
        return cls(np.bincount(distinct // largest, minlength=n_atoms), distinct % largest, of_pairs)

    @property
    def width(self):
        """The largest number of neighbors of an atom, at least 1."""
        return max(int(self.n_neighbors.max()), 1)

    def part(self, atoms, pairs):
        """Those of a part of the structures.

        Args:
            atoms, pairs: slices of their atoms and pairs.
        """
        ends = np.concatenate([[0], np.cumsum(self.n_neighbors)])
        entries, of_pairs = slice(ends[atoms.start], ends[atoms.stop]), self.of_pairs[pairs]
        of_pairs = np.where(of_pairs >= 0, of_pairs - entries.start, -1)
        return DistinctNeighbors(self.n_neighbors[atoms], self.second[entries], of_pairs)

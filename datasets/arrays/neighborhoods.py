"""Atoms of many structures with their neighbors, in groups of atoms that have about as many."""

from dataclasses import dataclass

import numpy as np

from atomzoo.datasets.arrays.batch import filled, find_species, pad, ranges
from atomzoo.datasets.arrays.neighbors import neighbor_list, triplet_list

CHUNK = 512  # atoms; what they need stays in the processor's cache, and memory does not grow with the structure
MEMORY = 1.5e9  # bytes that the evaluation of a chunk may take; atoms with many neighbors go in smaller chunks
NUMBERS = 24  # float64 that an evaluation holds for each place for a neighbor or triplet, beside one for each feature


@dataclass
class Pairs:
    """All neighbors of N atoms of S structures, each pair in both directions, ordered by the first atom.

    Attributes:
        species: (N,) int32.
        n_atoms: (S,) int.
        first, second: (P,), numbers of atoms, counted over all structures.
        displacements: (P, 3) in A, R_second + shift - R_first.
    """

    species: np.ndarray
    n_atoms: np.ndarray
    first: np.ndarray
    second: np.ndarray
    displacements: np.ndarray

    @classmethod
    def of(cls, structures, elements, cutoff):
        """The pairs of a list of `ase.Atoms`; raises as `to_arrays` does."""
        species = find_species(structures, elements)
        first, second, displacements, start = [], [], [], 0
        for atoms in structures:
            i, j, shifts = neighbor_list(atoms, cutoff)
            first.append(i + start)
            second.append(j + start)
            displacements.append(atoms.positions[j] + shifts - atoms.positions[i])
            start += len(atoms)
        joined = (np.concatenate(parts) for parts in (first, second, displacements))
        return cls(species, np.array([len(atoms) for atoms in structures]), *joined)

    @classmethod
    def of_table(cls, table):
        """The pairs of a `StructureTable`, within its cutoff."""
        first = np.repeat(np.arange(len(table.species)), table.n_neighbors)
        first_atom = np.repeat(np.cumsum(table.counts) - table.counts, table.counts)  # of each atom's structure
        second = table.second + first_atom[first]
        displacements = table.positions[second] + table.shifts - table.positions[first]
        return cls(table.species, table.counts, first, second, displacements)

    def parts(self, n_atoms):
        """Cuts the structures into parts of some `n_atoms` atoms, or of one larger structure.

        Yields:
            `(atoms, pairs, part)`: slices of the atoms and of the pairs, and their own `Pairs`.
        """
        stops = np.cumsum(self.n_atoms)
        structure = start = 0
        while structure < len(stops):
            last = max(int(np.searchsorted(stops, start + n_atoms, "right")), structure + 1)
            atoms = slice(start, int(stops[last - 1]))
            pairs = slice(*np.searchsorted(self.first, (atoms.start, atoms.stop)))
            of_atoms = self.species[atoms], self.n_atoms[structure:last]
            of_pairs = self.first[pairs] - start, self.second[pairs] - start, self.displacements[pairs]
            yield atoms, pairs, Pairs(*of_atoms, *of_pairs)
            structure, start = last, atoms.stop


@dataclass
class Chunk:
    """Up to `CHUNK` atoms with M places for neighbors, of which the first places of each atom are taken.

    Attributes:
        atoms: (n,) numbers of the atoms.
        pairs: numbers of the pairs that stand in the places that are taken, in their order.
        taken: (size, M) bool, the places that are taken; size >= n, the last rows are empty.
        displacements: (size, M, 3) float64 in A, 0 in empty places.
        species, neighbor_species: (size,), (size, M) int32, -1 where empty.
        triplets: (size, T, 2) int32, -1 where empty, or None.
    """

    atoms: np.ndarray
    pairs: np.ndarray
    taken: np.ndarray
    displacements: np.ndarray
    species: np.ndarray
    neighbor_species: np.ndarray
    triplets: np.ndarray | None


def chunks(pairs, cutoff, triplets=False, n_features=0, all_pairs=False):
    """Cuts the atoms of `Pairs` into chunks of few shapes, for each of which a program is compiled.

    The places for neighbors are 8, 12, 16, 24, 32, 48 ...: atoms that need as many go together, but for a chunk's worth
    of atoms or fewer, which all take the largest number. Rows are a power of two, up to `CHUNK` and to what `MEMORY`
    holds.

    Args:
        pairs: `Pairs`.
        cutoff: in A, of triplets.
        triplets: whether to list triplets, see `to_arrays`.
        n_features: number of features that will be evaluated, on which memory depends.
        all_pairs: whether memory depends on the number of pairs of neighbors, which triplets imply.

    Yields:
        `Chunk`.
    """
    counts = np.bincount(pairs.first, minlength=len(pairs.species))
    starts = np.cumsum(counts) - counts
    if len(counts) <= CHUNK:
        widths = np.full(len(counts), rounded(counts.max(initial=0)))
    else:
        widths = np.array([rounded(count) for count in range(counts.max() + 1)])[counts]
    for width in np.unique(widths):
        of_width = np.flatnonzero(widths == width)
        most_rows = _most_rows(width, triplets or all_pairs, n_features)
        size = min(CHUNK, 1 << max(len(of_width) - 1, 0).bit_length(), most_rows)
        for start in range(0, len(of_width), size):
            atoms = of_width[start : start + size]
            taken = np.arange(width) < filled(counts[atoms], size, 0)[:, None]
            chunk = _chunk(pairs, atoms, ranges(starts[atoms], counts[atoms]), taken)
            if triplets:
                chunk.triplets = _triplets(chunk, cutoff)
            yield chunk


def _most_rows(width, in_pairs, n_features):
    """The largest power of two of atoms with so many neighbors that fit into `MEMORY`, at least one."""
    places = int(width) * (int(width) - 1) // 2 if in_pairs else int(width)
    rows = int(MEMORY / (8 * (NUMBERS + n_features) * places))
    return 1 << max(rows.bit_length() - 1, 0)


def _chunk(pairs, atoms, numbers, taken):
    neighbor_species = np.full(taken.shape, -1, np.int32)
    neighbor_species[taken] = pairs.species[pairs.second[numbers]]
    displacements = np.zeros((*taken.shape, 3))
    displacements[taken] = pairs.displacements[numbers]
    species = filled(pairs.species[atoms], len(taken), -1)
    return Chunk(atoms, numbers, taken, displacements, species, neighbor_species, None)


def _triplets(chunk, cutoff):
    found, places = triplet_list(np.where(chunk.taken[..., None], chunk.displacements, np.nan), cutoff)
    return pad(places, found, rounded(found.max(initial=0)), -1)


def rounded(count):
    """A number of places: a power of two, or one and a half, at least 8.

    Example:

    >>> [rounded(count) for count in (0, 9, 13, 42)]
    [8, 12, 16, 48]
    """
    power = 1 << max(int(count) - 1, 0).bit_length()
    return max(8, 3 * power // 4 if count <= 3 * power // 4 else power)

"""Atoms of many structures in rows, with others that have about as many neighbors."""

import numpy as np

from atomzoo.datasets.arrays.neighbors import neighbor_list, triplet_list
from atomzoo.datasets.arrays.padded import find_species, pad, round_size
from atomzoo.models.potential.evaluation import CHUNK, AtomRow


def atom_rows(structures, potential, directions=None):
    """Rows for `AtomwiseEvaluator`, in which padding is small.

    Neighbor lists are padded to 8, 12, 16, 24, 32, 48 ...: for each of these sizes a program is compiled.

    Args:
        structures: list of `ase.Atoms`.
        potential: `NeuralNetworkPotential`.
        directions: array (N, K, 3), K vectors for each atom, in A, along which all atoms move together.

    Yields:
        Numbers (n,) of the atoms, counted over all structures; their `AtomRow`; and a list of K arrays (n, M, 3): how
        the displacements of the row change along the directions.
    """
    species = find_species(structures, potential.elements)
    first, second, displacements = _pairs(structures, potential.cutoff)
    counts = np.bincount(first, minlength=len(species))
    widths = np.array([_width(count) for count in range(counts.max() + 1)])[counts]
    for width in np.unique(widths):
        atoms = np.flatnonzero(widths == width)
        chosen = widths[first] == width
        i, j = first[chosen], second[chosen]
        vectors = pad(displacements[chosen], counts[atoms], width, np.nan)
        neighbor_species = pad(species[j], counts[atoms], width, -1)
        moves = [] if directions is None else [d[j] - d[i] for d in directions.swapaxes(0, 1)]
        moves = [pad(move, counts[atoms], width, 0.0) for move in moves]
        for start in range(0, len(atoms), CHUNK):
            part = slice(start, start + CHUNK)
            triplets = _triplets(vectors[part], potential.cutoff) if potential.needs_triplets else None
            row = AtomRow(np.nan_to_num(vectors[part]), species[atoms[part]], neighbor_species[part], triplets)
            yield atoms[part], row, [move[part] for move in moves]


def _width(count):
    """A power of two, or one and a half."""
    power = 1 << max(int(count) - 1, 0).bit_length()
    return max(8, 3 * power // 4 if count <= 3 * power // 4 else power)


def _pairs(structures, cutoff):
    """Atom numbers i (P,) and j (P,) of all neighbors in all structures, and D_ij (P, 3) in A, ordered by i."""
    first, second, displacements, n_atoms = [], [], [], 0
    for atoms in structures:
        i, j, shifts = neighbor_list(atoms, cutoff)
        first.append(i + n_atoms)
        second.append(j + n_atoms)
        displacements.append(atoms.positions[j] + shifts - atoms.positions[i])
        n_atoms += len(atoms)
    return np.concatenate(first), np.concatenate(second), np.concatenate(displacements)


def _triplets(vectors, cutoff):
    counts, slots = triplet_list(vectors, cutoff)
    return pad(slots, counts, round_size(max(8, counts.max())), -1)

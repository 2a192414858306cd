"""Neighbor lists and triplets of neighbors, without padding."""

import ase
import numpy as np
from vesin import NeighborList

# Pairs of neighbors whose distances are computed at once, so that they stay in the processor's cache; but those of some
# tens of atoms, so that rows are long enough to be copied fast (with 200 neighbors that makes 5 MB).
PAIRS_AT_ONCE = 100_000
ATOMS_AT_ONCE = 32


def neighbor_list(atoms: ase.Atoms, cutoff: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All neighbors of all atoms of one structure, each pair in both directions.

    Neighbors are the atoms and periodic images with `|D_ij| < cutoff`, where

        D_ij = R_j + shift - R_i

    In a cell smaller than the cutoff the same atom occurs several times, with different shifts, and an atom's own
    images are among its neighbors. Cell vectors along directions that are not periodic play no role: they may be zero.

    Args:
        atoms: the structure, with any combination of periodic directions.
        cutoff: radius in A.

    Returns:
        `(first, second, shifts)` for P pairs: the indices i (P,) and j (P,), int32, and the Cartesian shifts (P, 3) of
        atom j in A. They are ordered by i, then j, then image, so that equal structures give equal lists.

    Example:

    >>> wire = ase.Atoms("Au", cell=[2.5, 0, 0], pbc=[True, False, False])
    >>> neighbor_list(wire, 3.0)[2].tolist()
    [[-2.5, 0.0, 0.0], [2.5, 0.0, 0.0]]
    """
    cell = atoms.cell.array * atoms.pbc[:, None]
    # More threads gain nothing, and wait for each other on a busy machine.
    found = NeighborList(cutoff=cutoff, full_list=True, n_threads=1)
    first, second, images = found.compute(atoms.positions, cell, atoms.pbc, "ijS", copy=False)
    order = np.lexsort((images[:, 2], images[:, 1], images[:, 0], second, first))
    return first[order].astype(np.int32), second[order].astype(np.int32), images[order] @ cell


def triplet_list(displacements: np.ndarray, cutoff: float) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of neighbors of an atom that are themselves closer than the cutoff.

    Only these triplets contribute to the symmetry function G4, whose last factor is fc(r_jk): of 1128 pairs among 48
    neighbors about 510 remain.

    Args:
        displacements: (N, M, 3), D_ij of the M neighbor slots of N atoms in A, NaN for slots that are empty.
        cutoff: largest distance r_jk in A.

    Returns:
        `(counts, slots)`: the number of triplets of each atom (N,) and the slots j < k (sum of counts, 2) int32,
        the triplets of one atom after those of the one before.

    Example:

    >>> counts, slots = triplet_list(np.array([[[0, 0, 2.0], [0, 2.0, 0], [0, 0, -2.0]]]), cutoff=3.0)
    >>> slots.tolist()
    [[0, 1], [1, 2]]
    """
    n_atoms, n_neighbors, _ = displacements.shape
    first, second = np.triu_indices(n_neighbors, k=1)
    pairs = np.stack([first, second], axis=-1).astype(np.int32)
    step = max(ATOMS_AT_ONCE, PAIRS_AT_ONCE // max(1, len(pairs)))
    counts, slots = [np.zeros(0, int)], [pairs[:0]]
    for start in range(0, n_atoms, step):
        close = _squared_distances(displacements[start : start + step], first, second) < cutoff**2  # False for NaN
        counts.append(close.sum(axis=0))
        slots.append(pairs[np.flatnonzero(np.ascontiguousarray(close.T)) % len(pairs)])
    return np.concatenate(counts), np.concatenate(slots)


def _squared_distances(displacements, first, second):
    components = np.ascontiguousarray(displacements.transpose(2, 1, 0))  # atoms last, so that whole rows are taken
    return sum((component[first] - component[second]) ** 2 for component in components)

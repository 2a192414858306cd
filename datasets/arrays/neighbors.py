"""Neighbor lists and triplets of neighbors, without padding."""

import ase
import numpy as np
from vesin import NeighborList

# Pairs of neighbors whose distances are computed at once, so that they stay in the processor's cache; but those of some
# tens of atoms, so that rows are long enough to be copied fast (with 200 neighbors that makes 5 MB).
PAIRS_AT_ONCE = 100_000
ATOMS_AT_ONCE = 32

# Of vesin; where there would be more, it divides each direction into fewer, which must not be none.
MOST_BOXES = 1e5


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
    first, second, images = pairs_within(atoms, cutoff, "ijS", full_list=True)
    order = np.lexsort((images[:, 2], images[:, 1], images[:, 0], second, first))
    cell = atoms.cell.array * atoms.pbc[:, None]
    return first[order].astype(np.int32), second[order].astype(np.int32), images[order] @ cell


def pairs_within(atoms: ase.Atoms, cutoff: float, quantities: str, full_list: bool = False) -> list[np.ndarray]:
    """What vesin calculates of pairs of atoms, periodic images counted, that are closer than the cutoff.

    Args:
        atoms: the structure; `find_problem` has found nothing wrong with it.
        cutoff: radius in A.
        quantities: letters of vesin: "i", "j" and "d" for the indices and distances of pairs, "S" for images.
        full_list: whether each pair is there in both directions.

    Example:

    >>> pairs_within(ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]]), 3.0, "ijd")[2].tolist()
    [2.5]
    """
    reach = _reach(atoms, cutoff)
    # More threads gain nothing, and wait for each other on a busy machine.
    vesin = NeighborList(cutoff=reach, full_list=full_list, n_threads=1)
    cell = atoms.cell.array * atoms.pbc[:, None]
    if reach == cutoff:
        return vesin.compute(atoms.positions, cell, atoms.pbc, quantities)
    *found, distances = vesin.compute(atoms.positions, cell, atoms.pbc, f"{quantities}d")
    return [values[distances < cutoff] for values in found]


def _reach(atoms, cutoff):
    """The cutoff, or a larger one for vesin: it ends the process where its boxes are many and a direction has none."""
    spread = np.linalg.norm(np.ptp(atoms.positions, axis=0))
    longest = np.where(atoms.pbc, np.linalg.norm(atoms.cell.array, axis=1), spread)
    if np.maximum(longest / cutoff, 1.0).prod() <= MOST_BOXES:
        return cutoff
    inverse = np.linalg.inv(ase.cell.Cell(atoms.cell.array * atoms.pbc[:, None]).complete().array)
    parts = np.where(atoms.pbc, 1.0, np.ptp(atoms.positions @ inverse, axis=0))
    heights = np.nan_to_num(parts / np.linalg.norm(inverse, axis=0))
    while True:
        boxes = np.maximum(np.trunc(heights / cutoff), 1.0)
        if boxes.prod() <= MOST_BOXES or boxes.min() * np.cbrt(MOST_BOXES / boxes.prod()) >= 2.0:
            return cutoff
        cutoff *= 2.0


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

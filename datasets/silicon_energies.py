"""Atomic energies of the potential of Stillinger and Weber that depend on an atom's own neighbors alone."""

import numpy as np

from atomzoo.datasets.arrays.batch import find_displacements, to_arrays

# Si.sw of LAMMPS
EPSILON, SIGMA = 2.1683, 2.0951  # eV, A
CUTOFF = 1.80 * SIGMA
A, B, LAMBDA, GAMMA = 7.049556277, 0.6022245584, 21.0, 1.20


def silicon_energies(atoms):
    """Atomic energies of silicon: half of each bond, and the three-body energies that the atom is the apex of.

    LAMMPS gives a third of a three-body energy to each of its atoms, by which an atom's energy depends on neighbors of
    its neighbors. These do not, so that a network can learn them; their sum is the same.

    Args:
        atoms: `ase.Atoms` of n silicon atoms.

    Returns:
        Array (n,) in eV.

    Example:
        >>> from ase.build import bulk
        >>> silicon_energies(bulk("Si", a=5.431)).round(4).tolist()
        [-4.3366, -4.3366]

    References:
        Stillinger and Weber, Phys. Rev. B 31, 5262 (1985), equations 2.3 to 2.6.
    """
    vectors = find_displacements(to_arrays([atoms], ["Si"], CUTOFF))
    distances = np.linalg.norm(vectors, axis=-1)
    inside = distances < CUTOFF  # not of padding, which is NaN
    r = np.where(inside, distances, 1.0)
    decay = np.exp(np.where(inside, SIGMA / np.where(inside, distances - CUTOFF, -1.0), -np.inf))
    bonds = A * (B * (SIGMA / r) ** 4 - 1) * decay
    weights, directions = decay**GAMMA, np.nan_to_num(vectors) / r[..., None]
    cosines = directions @ directions.transpose(0, 2, 1)
    # of all pairs of neighbors; less those of a neighbor with itself, whose cosine is 1
    pairs = np.einsum("ij,ik,ijk->i", weights, weights, (cosines + 1 / 3) ** 2)
    triples = 0.5 * (pairs - (weights**2).sum(axis=1) * (4 / 3) ** 2)
    return EPSILON * (0.5 * bonds.sum(axis=1) + LAMBDA * triples)

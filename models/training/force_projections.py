"""Random directions in which the atoms of a structure move together, and the forces along them."""

import numpy as np

from atomzoo.datasets.arrays.labels import labels


def random_directions(structures, count, seed=0):
    """Directions of unit length, uniform on the sphere of all 3 n coordinates of each structure.

    Along such a direction the mean square of a force (or of its error) is the mean square of the force components: a
    few directions a structure stand for all components, as a sample that is the same for every atom.

    Args:
        structures: list of `ase.Atoms`.
        count: K, number of directions for each structure.
        seed: of the draw.

    Returns:
        Array (N, K, 3): a row for each atom, structure after structure. The squares of the numbers of a structure sum
        to 1 in each direction.

    Example:
        >>> from ase.build import molecule
        >>> directions = random_directions([molecule("H2O"), molecule("H2")], 4)
        >>> directions.shape, float((directions[3:, 0] ** 2).sum().round(6))
        ((5, 4, 3), 1.0)
    """
    counts = np.array([len(atoms) for atoms in structures])
    vectors = np.random.default_rng(seed).normal(size=(counts.sum(), count, 3))
    lengths = np.sqrt(_sums(np.sum(vectors**2, axis=-1), counts))
    return vectors / np.repeat(lengths, counts, axis=0)[..., None]


def projected_forces(structures, directions):
    """The force of each structure along each direction: (S, K) in eV/A, 0 for structures that have no forces.

    Args:
        structures: list of `ase.Atoms`.
        directions: array (N, K, 3), see `random_directions`.
    """
    counts = np.array([len(atoms) for atoms in structures])
    forces = labels(structures, ("forces",), optional=("forces",))["forces"]
    return _sums(np.einsum("nd,nkd->nk", forces, directions), counts)


def _sums(values, counts):
    """Sums over the atoms of each structure."""
    return np.add.reduceat(values, np.cumsum(counts) - counts)

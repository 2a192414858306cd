"""Symmetry operations of a small crystal, subgroups of them, and displacements that keep a subgroup."""

import itertools
from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-4  # of fractional coordinates, and of the metric relative to its largest element


@dataclass(frozen=True)
class Operation:
    """A symmetry operation of a structure.

    Args:
        rotation: (3, 3) integers; it takes the fractional coordinates x to `rotation @ x + translation`.
        translation: (3,), between 0 and 1.
        permutation: (n_atoms,) integers; atom i goes to where atom `permutation[i]` is.
    """

    rotation: np.ndarray
    translation: np.ndarray
    permutation: np.ndarray

    @property
    def key(self):
        """The operation as something that compares and hashes; translations by lattice vectors are the same."""
        return tuple(self.rotation.ravel()), tuple(self.permutation)

    def __matmul__(self, other):
        translation = self.rotation @ other.translation + self.translation
        return Operation(self.rotation @ other.rotation, translation % 1, self.permutation[other.permutation])


def find_operations(atoms):
    """Find all symmetry operations of a crystal of one element whose cell is reduced.

    Args:
        atoms: Atoms, periodic, of one element. The cell vectors must be short (as Minkowski's are): elements of
            rotations other than -1, 0 and 1 are not looked for.

    Returns:
        list of `Operation`, the identity among them.

    Example:
        >>> from ase.build import bulk
        >>> len(find_operations(bulk("Si", a=5.43)))
        48
    """
    metric = atoms.cell.array @ atoms.cell.array.T
    candidates = np.array(list(itertools.product((-1, 0, 1), repeat=9))).reshape(-1, 3, 3)
    changes = np.abs(candidates.transpose(0, 2, 1) @ metric @ candidates - metric).max(axis=(1, 2))
    positions = atoms.get_scaled_positions()
    operations = []
    for rotation in candidates[changes < TOLERANCE * metric.max()]:
        rotated = positions @ rotation.T
        for translation in positions - rotated[0]:
            permutation = _permutation(rotated + translation, positions)
            if permutation is not None:
                operations.append(Operation(rotation, translation % 1, permutation))
    return operations


def random_subgroup(operations, rng, n_laue, attempts=200):
    """Draw a subgroup at random that reduces k-points, and that no translation alone belongs to.

    Args:
        operations: list of `Operation` that form a group.
        rng: NumPy Generator.
        n_laue: number of the subgroup's rotations, a rotation and its inverse image (minus it) counted as one: energy
            bands are symmetric under inversion, so that k-points become this many times fewer.
        attempts: pairs of operations to try.

    Returns:
        list of `Operation`, or None if no attempt led to such a subgroup.
    """
    for _ in range(attempts):
        chosen = rng.integers(len(operations), size=2 if n_laue > 2 else 1)
        group = _closure([operations[k] for k in chosen], limit=2 * n_laue)
        if group is None:
            continue
        rotations = {operation.key[0] for operation in group}
        classes = {min(key, tuple(-x for x in key)) for key in rotations}
        if len(rotations) == len(group) and len(classes) == n_laue:
            return group
    return None


def symmetrized(atoms, displacements, group):
    """Average displacements over a group, and scale them such that the expected square of each component stays.

    Args:
        atoms: the undisplaced structure.
        displacements: (n_atoms, 3), independent and of mean zero, Å.
        group: list of `Operation` of `atoms`.

    Returns:
        (n_atoms, 3), Å; components that the symmetry forbids are zero.
    """
    fractional = displacements @ np.linalg.inv(atoms.cell.array)
    total = np.zeros_like(fractional)
    for operation in group:
        total[operation.permutation] += fractional @ operation.rotation.T
    n_equivalent = [len(set(images)) for images in np.transpose([operation.permutation for operation in group])]
    return total @ atoms.cell.array / len(group) * np.sqrt(n_equivalent)[:, None]


def symmetrized_strain(atoms, strain, group):
    """Average a symmetric strain (3, 3) over the rotations of a group."""
    inverse = np.linalg.inv(atoms.cell.array.T)
    rotations = [atoms.cell.array.T @ operation.rotation @ inverse for operation in group]
    return np.mean([rotation @ strain @ rotation.T for rotation in rotations], axis=0)


def _permutation(moved, positions):
    differences = moved[:, None] - positions[None]
    close = np.abs(differences - np.rint(differences)).max(axis=2) < TOLERANCE
    return close.argmax(axis=1) if np.all(close.sum(axis=1) == 1) else None


def _closure(generators, limit):
    """All products of operations, or None if there are more than a limit."""
    group = {operation.key: operation for operation in generators}
    fresh = list(generators)
    while fresh:
        products = [a @ b for a in fresh for b in generators]
        fresh = list({p.key: p for p in products if p.key not in group}.values())
        group |= {operation.key: operation for operation in fresh}
        if len(group) > limit:
            return None
    return list(group.values())

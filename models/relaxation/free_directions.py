"""The directions in which constraints let each atom move."""

import numpy as np
from ase.constraints import FixAtoms, FixCartesian, FixedLine, FixedPlane, FixScaled

# Constraints that leave each atom a linear space of displacements, whatever the others do.
LINEAR = (FixAtoms, FixCartesian, FixedPlane, FixedLine, FixScaled)


def are_linear(constraints):
    """Whether all constraints are of kinds that `free_directions` knows."""
    return all(isinstance(constraint, LINEAR) for constraint in constraints)


def free_directions(atoms):
    """An orthonormal basis of the displacements that linear constraints allow.

    Each constraint is asked by ASE's own `adjust_positions` what becomes of displacements along x, y and z, so that
    indices, masks and directions mean what they mean to ASE. Where an atom has several constraints it keeps to all.

    Args:
        atoms: `ase.Atoms` with n atoms, all of whose constraints are `LINEAR`.

    Returns:
        `(directions, free)`: (n, 3, 3), three orthonormal rows for each atom, and (n, 3) bool, which of them it may
        move along.

    Raises:
        ValueError: a constraint names an atom that is not there.

    Example:

    >>> from ase import Atoms
    >>> atoms = Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]], constraint=FixAtoms([-1]))
    >>> free_directions(atoms)[1].tolist()
    [[True, True, True], [False, False, False]]
    """
    forbidden = np.zeros((len(atoms), 3, 3))
    for constraint in atoms.constraints:
        lost = np.eye(3) - _allowed(atoms, constraint)  # 0 along the directions that are left
        forbidden += lost @ lost.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(forbidden)
    return vectors.transpose(0, 2, 1), values < 1e-9


def _allowed(atoms, constraint):
    """What a constraint makes of displacements (1 A) along x, y, z: row k of (n, 3, 3) for the k-th."""
    rows = []
    for axis in np.eye(3):
        moved = atoms.positions + axis
        try:
            constraint.adjust_positions(atoms, moved)
        except IndexError:
            raise ValueError(f"A constraint is of an atom that is not there. Received: {constraint}") from None
        rows.append(moved - atoms.positions)
    return np.stack(rows, axis=1)

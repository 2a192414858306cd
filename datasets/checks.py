"""What makes a structure unusable, in words."""

import ase
import numpy as np

# The cell vectors along periodic directions must span more than this (A, A^2 or A^3).
SMALLEST_CELL = 1e-6


def find_problem(atoms: ase.Atoms) -> str | None:
    """Says why neighbor lists of a structure cannot be made.

    Args:
        atoms: the structure; it is not modified.

    Returns:
        A short description for an error message, or `None` if nothing is wrong.

    Example:

    >>> find_problem(ase.Atoms("Au", positions=[[0, 0, float("nan")]]))
    'the position of atom 0 is not finite, [0.0, 0.0, nan]'
    """
    if len(atoms) == 0:
        return "it has no atoms"
    finite = np.isfinite(atoms.positions).all(axis=1)
    if not finite.all():
        atom = int(np.argmin(finite))
        return f"the position of atom {atom} is not finite, {atoms.positions[atom].tolist()}"
    cell = atoms.cell.array
    if not np.isfinite(cell).all():
        return f"the cell is not finite, {cell.tolist()}"
    periodic = cell[atoms.pbc]
    if len(periodic) and np.linalg.det(periodic @ periodic.T) < SMALLEST_CELL**2:
        return f"it is periodic, but its cell spans no volume, {cell.tolist()}"
    return None

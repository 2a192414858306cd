"""What makes a structure unusable, in words."""

import ase
import numpy as np

# Smallest singular value (A) of the cell vectors along periodic directions: about the thinnest the cell may be.
THINNEST_CELL = 1e-3

# Vesin divides the cell, or all space between the atoms, into boxes (A); 1e6 A end the process.
LARGEST_EXTENT = 1e4

# From the origin (A): there float64 rounds positions to 1e-10 A; at 1e12 A neighbors would be missed.
FARTHEST = 1e6


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
    if not atoms.numbers.all():
        return f"atom {int(np.argmin(atoms.numbers))} is no chemical element, but X"
    if (farthest := np.abs(atoms.positions).max()) > FARTHEST:
        return f"an atom is {farthest:.3g} A from the origin"
    extent = np.ptp(atoms.positions, axis=0).max()
    if not atoms.pbc.all() and extent > LARGEST_EXTENT:
        return f"its atoms are spread over {extent:.3g} A"
    cell = atoms.cell.array
    if not np.isfinite(cell).all():
        return f"the cell is not finite, {cell.tolist()}"
    periodic = cell[atoms.pbc]
    if len(periodic) and np.linalg.norm(periodic, ord=-2) < THINNEST_CELL:
        return f"it is periodic, but its cell spans no volume, {cell.tolist()}"
    if len(periodic) and (longest := np.linalg.norm(periodic, axis=1).max()) > LARGEST_EXTENT:
        return f"its cell is {longest:.3g} A long"
    return None

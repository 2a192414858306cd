"""Along which directions a structure repeats, and what its stress is divided by."""

import ase
import numpy as np


def has_stress(atoms: ase.Atoms) -> bool:
    """Whether a structure has a stress: it is periodic in a direction, and its cell has a volume.

    Example:

    >>> has_stress(ase.Atoms("Au", cell=[3, 3, 10], pbc=(True, True, False)))
    True
    >>> has_stress(ase.Atoms("Au", cell=[3, 3, 0], pbc=(True, True, False)))
    False
    """
    return bool(atoms.pbc.any() and atoms.cell.array.any(axis=1).all())


def stress_volume(atoms: ase.Atoms) -> float:
    """What a virial is divided by for the stress: the volume of the whole cell in A^3, vacuum included, as in ASE.

    Infinite for a structure without stress, so that the quotient is 0.
    """
    return float(atoms.cell.volume) if has_stress(atoms) else np.inf


def periodic_basis(atoms: ase.Atoms) -> np.ndarray:
    """Orthonormal vectors, the rows of an array (m, 3), that span the m periodic directions of a structure.

    Example:

    >>> periodic_basis(ase.Atoms("Au", cell=[0, 0, 3], pbc=(False, False, True))).tolist()
    [[0.0, 0.0, 1.0]]
    """
    if atoms.pbc.all():
        return np.eye(3)
    upper = np.linalg.qr(atoms.cell.array[atoms.pbc].T)[0].T
    return upper * np.where(upper.sum(axis=1, keepdims=True) < 0, -1.0, 1.0) + 0.0


def in_plane(tensor: np.ndarray, atoms: ase.Atoms) -> np.ndarray:
    """The part of a tensor (3, 3) within the periodic directions; 0 along all that is not periodic.

    Example:

    >>> in_plane(np.ones((3, 3)), ase.Atoms("Au", cell=[0, 0, 3], pbc=(False, False, True))).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if atoms.pbc.all():
        return tensor
    projector = periodic_projector(atoms)
    return projector @ tensor @ projector


class Stress:
    """From virials to stresses of structures of one cell and periodicity.

    Example:

    >>> stress = Stress(ase.Atoms("Au", cell=[2, 2, 3], pbc=(False, False, True)))
    >>> stress.of(np.ones((3, 3))).round(3).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.083]]
    """

    def __init__(self, atoms: ase.Atoms):
        self._volume = stress_volume(atoms)
        self._projector = None if atoms.pbc.all() else periodic_projector(atoms)

    def of(self, virial: np.ndarray) -> np.ndarray:
        """The stress (3, 3) in eV/A^3 within the periodic directions.

        Args:
            virial: (3, 3) in eV, the sum of D outer dE/dD.
        """
        symmetric = 0.5 * (virial + virial.T)
        if self._projector is not None:
            symmetric = self._projector @ symmetric @ self._projector
        return symmetric / self._volume


def periodic_projector(atoms: ase.Atoms) -> np.ndarray:
    """The matrix (3, 3) that projects vectors on the periodic directions."""
    basis = periodic_basis(atoms)
    return basis.T @ basis

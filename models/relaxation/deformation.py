"""The variables of a relaxation: displacements of atoms in the undeformed frame, and a symmetric strain."""

import numpy as np

from atomzoo.models.relaxation.free_directions import free_directions

LARGEST_DISPLACEMENT = 50.0  # A
# Strains this small keep the deformation positive definite: 1 - 0.4 > 2 * 0.2.
LARGEST_STRAIN, LARGEST_SHEAR = 0.4, 0.2

# An orthonormal basis of the symmetric matrices: xx, yy, zz, yz, xz, xy.
_BASIS = np.zeros((6, 3, 3))
for _k, (_i, _j) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
    _BASIS[_k, _i, _j] = _BASIS[_k, _j, _i] = 1.0 if _i == _j else np.sqrt(0.5)


class Deformation:
    """Deforms a structure: R = (R_0 + u) F and cell = cell_0 F, with F = 1 + strain.

    The vector of variables holds the displacements u (A) along the directions that constraints leave free, atom after
    atom, and, with `cell`, the six independent components of the strain in an orthonormal basis, times the length
    sqrt(n) (volume / n)^(1/3): strains then have about the curvature of bonds, with which minimizers converge fast.

    Args:
        atoms: `ase.Atoms` with n atoms; not modified.
        cell: whether the strain is among the variables.

    Attributes:
        directions, free: see `free_directions`.
        start: the variables of `atoms` itself, all 0.
        limits: largest magnitude of each variable.

    Example:

    >>> from ase.build import bulk
    >>> deformation = Deformation(bulk("Au", a=4.0), cell=True)
    >>> variables = deformation.start.copy()
    >>> variables[3:6] = 0.01 * deformation.strain_length
    >>> round(float(deformation.deformed(variables).cell.volume), 6)  # 16 A^3 times 1.01^3
    16.484816
    """

    def __init__(self, atoms, cell):
        self.atoms = atoms
        self.directions, self.free = free_directions(atoms)
        self._n_moves = int(self.free.sum())
        self.strain_length = np.sqrt(len(atoms)) * (atoms.cell.volume / len(atoms)) ** (1 / 3) if cell else None
        limits = [np.full(self._n_moves, LARGEST_DISPLACEMENT)]
        if cell:
            shear = np.sqrt(2.0) * LARGEST_SHEAR
            limits.append(self.strain_length * np.repeat([LARGEST_STRAIN, shear], 3))
        self.limits = np.concatenate(limits)
        self.start = np.zeros_like(self.limits)

    def deformed(self, variables):
        """The structure for given variables, a new `Atoms` without calculator."""
        atoms = self.atoms.copy()
        positions, matrix = self.atoms.positions.copy(), self._matrix(variables)
        along = np.zeros(self.free.shape)
        along[self.free] = variables[: self._n_moves]
        positions += np.einsum("nk,nki->ni", along, self.directions)
        atoms.set_cell(self.atoms.cell.array @ matrix)
        atoms.set_positions(positions @ matrix, apply_constraint=False)
        return atoms

    def gradient(self, variables, forces, stress):
        """dE/dvariables from the deformed structure's forces (n, 3) and stress (3, 3), eV/A."""
        matrix = self._matrix(variables)
        slope = -np.einsum("nki,ni->nk", self._moves(matrix), forces)[self.free]
        if not self.strain_length:
            return slope
        volume = self.atoms.cell.volume * np.linalg.det(matrix)
        virial = np.linalg.solve(matrix, volume * stress)  # dE/dF, as D = D_0 F
        return np.concatenate([slope, np.einsum("kij,ij->k", _BASIS, virial) / self.strain_length])

    def free_forces(self, variables, forces):
        """The parts of forces (n, 3) along the directions in which atoms of the deformed structure may move."""
        held = ~self.free.all(axis=1)
        moves = self._moves(self._matrix(variables))[held] * self.free[held, :, None]
        result = forces.copy()
        result[held] = np.einsum("nki,nkj,nj->ni", np.linalg.pinv(moves).transpose(0, 2, 1), moves, forces[held])
        return result

    def _moves(self, matrix):
        """Displacements (n, 3, 3) in the deformed structure along each of the directions."""
        return self.directions @ matrix

    def _matrix(self, variables):
        strain = variables[self._n_moves :]
        if len(strain) == 0:
            return np.eye(3)
        return np.eye(3) + np.einsum("k,kij->ij", strain, _BASIS) / self.strain_length

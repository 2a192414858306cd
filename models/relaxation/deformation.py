"""The variables of a relaxation: displacements of atoms in the undeformed frame, and a symmetric strain."""

import numpy as np
from ase.data import covalent_radii

from atomzoo.datasets.arrays.periodicity import periodic_basis
from atomzoo.models.relaxation.free_directions import free_directions

LARGEST_DISPLACEMENT = 50.0  # A
# Strains this small keep the deformation positive definite: 1 - 0.4 > 2 * 0.2.
LARGEST_STRAIN, LARGEST_SHEAR = 0.4, 0.2


class Deformation:
    """Deforms a structure: R = (R_0 + u) F and cell = cell_0 F, with F = 1 + strain.

    The vector of variables holds the displacements u (A) along the directions that constraints leave free, atom after
    atom, and, with `cell`, the independent components of the strain in an orthonormal basis, times the length of an
    atom and sqrt(n): strains then have about the curvature of bonds, with which minimizers converge fast. Of a slab
    only the plane is strained, three components; of a wire only its length, one.

    Args:
        atoms: `ase.Atoms` with n atoms; not modified.
        cell: whether the strain is among the variables; `atoms` then have a stress (see `has_stress`).

    Attributes:
        directions, free: see `free_directions`.
        atom_length: (volume / n)^(1/3) in A; of slabs and wires, whose volume is arbitrary, the mean covalent diameter.
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
        self.strains = _strains(periodic_basis(atoms)) if cell else np.zeros((0, 3, 3))
        self.atom_length = _atom_length(atoms)
        self.strain_length = np.sqrt(len(atoms)) * self.atom_length
        limits = [np.full(self._n_moves, LARGEST_DISPLACEMENT)]
        if cell:
            n_shears = len(self.strains) // 2
            largest = [LARGEST_STRAIN] * (len(self.strains) - n_shears) + [np.sqrt(2.0) * LARGEST_SHEAR] * n_shears
            limits.append(self.strain_length * np.array(largest))
        self.limits = np.concatenate(limits)
        self.start = np.zeros_like(self.limits)

    def deformed(self, variables):
        """The structure for given variables, a new `Atoms` without calculator."""
        atoms = self.atoms.copy()
        along = np.zeros(self.free.shape)
        along[self.free] = variables[: self._n_moves]
        atoms.positions += np.einsum("nk,nki->ni", along, self.directions)
        if len(self.strains):
            atoms.set_cell(self.atoms.cell.array @ self._matrix(variables))
            atoms.positions = atoms.positions @ self._matrix(variables)
        return atoms

    def gradient(self, variables, forces, stress):
        """dE/dvariables from the deformed structure's forces (n, 3) and stress (3, 3), eV/A."""
        matrix = self._matrix(variables)
        slope = -np.einsum("nki,ni->nk", self._moves(matrix), forces)[self.free]
        if not len(self.strains):
            return slope
        volume = self.atoms.cell.volume * np.linalg.det(matrix)
        virial = np.linalg.solve(matrix, volume * stress)  # dE/dF, as D = D_0 F
        return np.concatenate([slope, np.einsum("kij,ij->k", self.strains, virial) / self.strain_length])

    def free_forces(self, variables, forces):
        """The parts of forces (n, 3) along the directions in which atoms of the deformed structure may move."""
        held = ~self.free.all(axis=1)
        if not held.any():
            return forces
        moves = self._moves(self._matrix(variables))[held] * self.free[held, :, None]
        result = forces.copy()
        result[held] = np.einsum("nki,nkj,nj->ni", np.linalg.pinv(moves).transpose(0, 2, 1), moves, forces[held])
        return result

    def _moves(self, matrix):
        """Displacements (n, 3, 3) in the deformed structure along each of the directions."""
        return self.directions @ matrix

    def _matrix(self, variables):
        return np.eye(3) + np.einsum("k,kij->ij", variables[self._n_moves :], self.strains) / self.strain_length


def _strains(basis):
    """An orthonormal basis of the symmetric matrices over m orthonormal vectors (m, 3): m along them, then shears."""
    first, second = np.triu_indices(len(basis), 1)
    shears = np.einsum("ki,kj->kij", basis[first], basis[second])[::-1]
    return np.concatenate([np.einsum("ki,kj->kij", basis, basis), np.sqrt(0.5) * (shears + shears.transpose(0, 2, 1))])


def _atom_length(atoms):
    if atoms.pbc.all():
        return (atoms.cell.volume / len(atoms)) ** (1 / 3)
    return 2.0 * covalent_radii[atoms.numbers].mean()

"""Gold clusters as free ones for the network, though DFT computes them in a periodic box.

DFT sees a cluster's periodic images, 10 A away: turning a rigid triangle changes its energy by up to 6 meV, a rhombus
by up to 61 (`atomzoo.datasets.generate gold-noise`). A network of the free cluster knows nothing of that. So DFT always
gets a cluster in the same orientation, which makes its energy a function of the shape alone, and its forces are made
the derivatives of that function.
"""

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

BOX = 10.0  # A, of the data
APART = 4.0  # A, 1.5 times a bond
# Of the box, for the directions of least to largest extent: long clusters along a face diagonal, where their images are
# far. All three are twofold axes of the cube, so that mirrored clusters have the same energy, and a cluster with a
# mirror plane has symmetric forces.
DIRECTIONS = ((1, -1, 0), (0, 0, 1), (1, 1, 0))
FRAME = np.array([np.array(direction) / np.linalg.norm(direction) for direction in DIRECTIONS])
SMALLEST_GAP = 1.0  # A^2; extents more alike than that do not tell directions well enough to differentiate them


class FreeClusters:
    """Labels free clusters by an engine that takes periodic ones.

    Args:
        engine: an object with `label(structures)`, such as `Espresso`.

    Example:

    >>> from atomzoo.datasets.gold_clusters import reference_engine
    >>> FreeClusters(reference_engine()).label([ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]])])  # doctest: +SKIP
    [Atoms(symbols='Au2', pbc=False, calculator=SinglePointCalculator(...))]
    """

    def __init__(self, engine):
        self.engine = engine

    def label(self, structures):
        """Copies of free clusters, a list of `ase.Atoms`, with energies (eV) and forces (eV/A)."""
        return [self._labelled(atoms) for atoms in structures]

    def _labelled(self, atoms):
        extents, axes = principal_axes(atoms)
        principal = (atoms.positions - atoms.positions.mean(axis=0)) @ axes
        boxed = ase.Atoms(atoms.symbols, principal @ FRAME + BOX / 2, cell=[BOX] * 3, pbc=True)
        (labelled,) = self.engine.label([boxed])
        forces = shape_forces(principal, extents, labelled.get_forces() @ FRAME.T) @ axes.T
        copy = atoms.copy()
        copy.calc = SinglePointCalculator(copy, energy=labelled.get_potential_energy(), forces=forces)
        return copy

    def __repr__(self):
        return f"FreeClusters({self.engine!r}, box={BOX}, directions={DIRECTIONS})"


def principal_axes(atoms):
    """Extents (3) in A^2, from small to large, and directions (3, 3; columns) of a cluster.

    They are eigenvalues and eigenvectors of the sum of the squares of positions about their middle.
    """
    centered = atoms.positions - atoms.positions.mean(axis=0)
    return np.linalg.eigh(centered.T @ centered)


def shape_forces(positions, extents, forces):
    """What the energy loses as the shape changes, the cluster being turned back into the frame meanwhile.

    Forces in a box have a torque, but the energy of a shape has none. By first-order perturbation theory of the axes,

        F' = F + X S,    S_ij = (T_ij - T_ji) / (e_j - e_i),    T = X^T F.

    Where two extents e are alike, the axes are not defined, and the torque in their plane is left in.

    Args:
        positions: X, (n, 3) in A, along the principal axes, from their middle.
        extents: e, (3), see `principal_axes`.
        forces: F, (n, 3) in eV/A, along the principal axes.

    Returns:
        F', (n, 3) in eV/A, along the principal axes.

    Example:

    >>> positions = np.array([[0.0, 0.0, -1.3], [0.0, 0.0, 1.3]])
    >>> forces = np.array([[0.0, 0.2, 0.1], [0.0, -0.2, -0.1]])
    >>> changed = shape_forces(positions, (positions**2).sum(axis=0), forces)  # what turned the dimer is gone
    >>> np.allclose(changed, [[0.0, 0.0, 0.1], [0.0, 0.0, -0.1]])
    True
    """
    turning = positions.T @ forces
    gaps = extents - extents[:, None]
    distinct = np.abs(gaps) > SMALLEST_GAP
    return forces + positions @ np.where(distinct, (turning - turning.T) / np.where(distinct, gaps, 1.0), 0.0)


def is_free(atoms):
    """Whether the atoms of a cluster in a periodic box are `APART` from periodic images."""
    return not neighbor_list("S", atoms, APART).any()


def freed(atoms):
    """A labelled cluster without its box."""
    copy = ase.Atoms(atoms.symbols, atoms.positions, info=dict(atoms.info))
    copy.calc = SinglePointCalculator(copy, energy=atoms.get_potential_energy(), forces=atoms.get_forces())
    return copy

"""Gold clusters as free ones for the network, though DFT computes them in a periodic box.

DFT sees a cluster's periodic images, 10 A away: turning a rigid triangle changes its energy by up to 6 meV, a rhombus
by up to 61 (`atomzoo.datasets.generate gold-noise`). A network of the free cluster knows nothing of that. So DFT always
gets a cluster in the same orientation, which makes its energy a function of the shape alone.
"""

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

BOX = 10.0  # A, of the data
APART = 4.0  # A, 1.5 times a bond
# Unit vectors for the directions of least to largest extent: long clusters along the box's diagonal, where their images
# are farthest, and flat ones in a mirror plane of the box.
FRAME = np.array([[1, -1, 0] / np.sqrt(2), [1, 1, -2] / np.sqrt(6), [1, 1, 1] / np.sqrt(3)])


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
        rotation = to_frame(atoms)
        centered = atoms.positions - atoms.positions.mean(axis=0)
        boxed = ase.Atoms(atoms.symbols, centered @ rotation + BOX / 2, cell=[BOX] * 3, pbc=True)
        (labelled,) = self.engine.label([boxed])
        copy, forces = atoms.copy(), labelled.get_forces() @ rotation.T
        copy.calc = SinglePointCalculator(copy, energy=labelled.get_potential_energy(), forces=forces)
        return copy

    def __repr__(self):
        return f"FreeClusters({self.engine!r})"


def to_frame(atoms):
    """The matrix (3, 3) that turns (and mirrors) a cluster's positions about their middle into the `FRAME`.

    It is the same for all copies of a shape that are turned or mirrored, but for shapes whose extents in two directions
    are equal.
    """
    centered = atoms.positions - atoms.positions.mean(axis=0)
    _, axes = np.linalg.eigh(centered.T @ centered)
    signs = np.where(((centered @ axes) ** 3).sum(axis=0) < 0, -1.0, 1.0)
    return (axes * signs) @ FRAME


def is_free(atoms):
    """Whether the atoms of a cluster in a periodic box are `APART` from periodic images."""
    return not neighbor_list("S", atoms, APART).any()


def freed(atoms):
    """A labelled cluster without its box."""
    copy = ase.Atoms(atoms.symbols, atoms.positions, info=dict(atoms.info))
    copy.calc = SinglePointCalculator(copy, energy=atoms.get_potential_energy(), forces=atoms.get_forces())
    return copy

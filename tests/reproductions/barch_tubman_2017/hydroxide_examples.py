"""H3O2- whose atoms are held together by springs."""

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.generate.water_hydroxide import START


def by_springs(atoms, stiffness=20.0):
    """A copy with energy and forces of springs between all pairs of atoms, at rest in `START`."""
    labelled = atoms.copy()
    vectors = atoms.positions[:, None] - atoms.positions
    distances, rest = np.linalg.norm(vectors, axis=-1), START.get_all_distances()
    stretched = stiffness * (distances - rest) / np.where(distances > 0, distances, 1)
    energy = 0.25 * stiffness * np.sum((distances - rest) ** 2)
    forces = -np.sum(stretched[..., None] * vectors, axis=1)
    labelled.calc = SinglePointCalculator(labelled, energy=energy, forces=forces)
    return labelled


def springs(rng, stiffness=20.0):
    """A structure near the start, labelled."""
    atoms = START.copy()
    atoms.positions += rng.normal(scale=0.05, size=(5, 3))
    return by_springs(atoms, stiffness)

import ase
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.models.training.force_projections import projected_forces, random_directions


def structure(n_atoms, seed=0):
    rng = np.random.default_rng(seed)
    atoms = ase.Atoms(f"O{n_atoms}", positions=rng.uniform(size=(n_atoms, 3)))
    atoms.calc = SinglePointCalculator(atoms, energy=0.0, forces=rng.normal(size=(n_atoms, 3)))
    return atoms


def test_directions_have_unit_length_in_each_structure():
    directions = random_directions([structure(2), structure(5)], 3, seed=1)
    for rows in (directions[:2], directions[2:]):
        np.testing.assert_allclose(np.sum(rows**2, axis=(0, 2)), 1.0)
    again, other = (random_directions([structure(2), structure(5)], 3, seed=seed) for seed in (1, 2))
    np.testing.assert_array_equal(again, directions)
    assert not np.allclose(other, directions)


def test_forces_along_the_directions():
    first, second = structure(2), structure(3, seed=1)
    directions = np.zeros((5, 2, 3))
    directions[1, 0, 2] = 1.0  # the second atom of the first structure, along z
    directions[2:, 1, 0] = 3**-0.5  # all atoms of the second one, along x
    found = projected_forces([first, second], directions)
    expected = [[first.get_forces()[1, 2], 0.0], [0.0, second.get_forces()[:, 0].sum() / 3**0.5]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_their_mean_square_is_that_of_the_force_components():
    atoms = structure(7)
    along = projected_forces([atoms], random_directions([atoms], 20000))
    assert np.mean(along**2) == pytest.approx(np.mean(atoms.get_forces() ** 2), rel=0.05)


def test_a_structure_without_forces_has_none_along_any_direction():
    """It is left out of the loss: see `structure_weights`."""
    np.testing.assert_array_equal(projected_forces([ase.Atoms("O")], np.ones((1, 1, 3))), [[0.0]])

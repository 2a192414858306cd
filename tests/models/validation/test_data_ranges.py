import ase
import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.data import atomic_numbers, covalent_radii

from atomzoo.models.validation.data_ranges import shortest_distances, temperature_of, volumes_per_atom


def test_shortest_distances_of_each_pair():
    """Elements in an order that is not that of their numbers; periodic images count."""
    water, copper = molecule("H2O"), bulk("Cu", a=3.6)
    found = shortest_distances([water, copper], ["O", "Cu", "H"])
    assert found["Cu", "Cu"] == pytest.approx(3.6 / np.sqrt(2))
    assert found["O", "H"] == pytest.approx(water.get_distance(0, 1))
    assert found["H", "H"] == pytest.approx(water.get_distance(1, 2))
    radii = covalent_radii[[atomic_numbers["O"], atomic_numbers["Cu"]]]
    assert found["O", "O"] == pytest.approx(1.4 * radii[0]) and found["O", "Cu"] == pytest.approx(0.7 * radii.sum())


def test_volumes_are_of_crystals_of_the_composition():
    structures = [bulk("Cu", a=3.6), bulk("Cu", a=3.8, cubic=True), bulk("Au"), molecule("H2O")]
    np.testing.assert_allclose(volumes_per_atom(structures, "Cu"), [3.6**3 / 4, 3.8**3 / 4])


def test_temperature_of_info_and_velocities():
    moving = bulk("Cu", cubic=True)
    moving.set_velocities(np.random.default_rng(0).normal(size=(4, 3)) * 0.01)
    assert temperature_of([moving]) == pytest.approx(moving.get_temperature())
    named = [ase.Atoms("Au", info={"T": value}) for value in (300, "400", 900, "warm", -1)]
    assert temperature_of(named) == 400.0
    assert temperature_of([ase.Atoms("Au"), bulk("Cu", cubic=True)]) is None

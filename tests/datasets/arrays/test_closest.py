import ase
import numpy as np
import pytest
from ase.build import bulk, molecule

from atomzoo.datasets.arrays.closest import closest_distances


def test_each_pair_of_elements():
    """Elements in an order that is not that of their numbers; periodic images count, the shortest of all structures."""
    water, copper, denser = molecule("H2O"), bulk("Cu", a=3.8), bulk("Cu", a=3.6)
    found = closest_distances([water, copper, denser], ["O", "Cu", "H"], 4.0)
    none = np.inf
    oxygen, hydrogen = water.get_distance(0, 1), water.get_distance(1, 2)
    expected = [[none, none, oxygen], [none, 3.6 / np.sqrt(2), none], [oxygen, none, hydrogen]]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("structures", [[], [ase.Atoms("Au")], [ase.Atoms("Au2", [[0, 0, 0], [0, 0, 4.1]])]])
def test_no_pair_within_reach(structures):
    assert closest_distances(structures, ["Au"], 4.0).tolist() == [[np.inf]]


def test_atoms_at_one_point():
    assert closest_distances([ase.Atoms("Au2", [[0, 0, 0]] * 2)], ["Au"], 4.0).tolist() == [[0.0]]

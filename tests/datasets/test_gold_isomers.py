"""Shapes of the gold isomers, by their sorted distances."""

import numpy as np
import pytest

from atomzoo.datasets.gold_isomers import BOND, gold_isomers


@pytest.mark.parametrize(
    "n_atoms, name, bonds",
    [
        (3, "triangle", 3),
        (3, "linear", 2),
        (4, "rhombus", 5),
        (4, "y", 4),
        (4, "tetrahedron", 6),
        (4, "zigzag", 3),
        (5, "w", 7),
        (5, "bow-tie", 6),
        (5, "bipyramid", 9),
        (5, "pyramid", 8),
    ],
)
def test_number_of_bonds(n_atoms, name, bonds):
    distances = gold_isomers(n_atoms)[name].get_all_distances()[np.triu_indices(n_atoms, 1)]
    assert distances.min() == pytest.approx(BOND)
    assert np.sum(distances < 1.01 * BOND) == bonds


@pytest.mark.parametrize("n_atoms", [2, 3, 4, 5])
def test_middle_of_a_periodic_box_far_from_the_images(n_atoms):
    for atoms in gold_isomers(n_atoms).values():
        assert atoms.pbc.all() and len(atoms) == n_atoms
        np.testing.assert_allclose((atoms.positions.min(axis=0) + atoms.positions.max(axis=0)) / 2, 5)
        images = atoms.repeat((2, 2, 1)).get_all_distances()[:n_atoms, n_atoms:]
        assert images.min() > 4.9


def test_other_sizes():
    with pytest.raises(ValueError, match="2 to 5 atoms here. Received: 6"):
        gold_isomers(6)

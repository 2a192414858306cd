"""The embedded hydrogen of quantum Monte Carlo: the cells of the eight points, and labels that belong to each other."""

import numpy as np
import pytest

from atomzoo.datasets import dense_hydrogen, qmc_hydrogen


@pytest.mark.parametrize("set", dense_hydrogen.POINTS)
def test_cells_and_sizes(set):
    train, validation = qmc_hydrogen.load_data(set)
    assert (len(train), len(validation)) == (2700, 300)
    for atoms in (train[0], validation[-1]):
        np.testing.assert_allclose(atoms.cell.array, np.eye(3) * dense_hydrogen.cell_length(set), rtol=1e-12)
        assert np.abs(atoms.get_forces().sum(axis=0)).max() < 54 * 0.01  # of rounding
        assert -15.6 < atoms.get_potential_energy() / 54 < -13.5


def test_no_such_set():
    with pytest.raises(ValueError, match="Received: set=9"):
        qmc_hydrogen.load_data(9)

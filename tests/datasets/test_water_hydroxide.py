import numpy as np
import pytest

from atomzoo.datasets import water_hydroxide
from atomzoo.datasets.water_hydroxide import load_data


def test_both_methods_are_of_the_same_structures():
    for split in water_hydroxide.SPLITS:
        by_functional, by_clusters = (load_data(method, split) for method in water_hydroxide.METHODS)
        assert len(by_functional) == len(by_clusters) > 5
        for first, second in zip(by_functional, by_clusters, strict=True):
            assert np.array_equal(first.positions, second.positions) and str(first.symbols).count("O") == 2
            assert set(second.calc.results) == {"energy"} and not first.info
            # the two differ by the energy of the free atoms more than by that of the bonds
            assert 4.0 < second.get_potential_energy() - first.get_potential_energy() < 5.5


def test_forces_are_those_of_an_isolated_ion():
    """No net force, and no net torque."""
    for atoms in load_data("pbe0"):
        forces = atoms.get_forces()
        np.testing.assert_allclose(forces.sum(axis=0), 0, atol=2e-3)
        np.testing.assert_allclose(
            np.cross(atoms.positions - atoms.positions.mean(axis=0), forces).sum(axis=0), 0, atol=5e-3
        )


def test_the_splits_share_nothing():
    train, test = (load_data(split=split) for split in water_hydroxide.SPLITS)
    places = {atoms.positions.tobytes() for atoms in train}
    assert not any(atoms.positions.tobytes() in places for atoms in test)
    assert 0.03 < len(test) / (len(train) + len(test)) < 0.2


@pytest.mark.parametrize("options, message", [({"method": "mp2"}, "`method` must"), ({"split": "all"}, "`split` must")])
def test_unknown_names(options, message):
    with pytest.raises(ValueError, match=message):
        load_data(**options)

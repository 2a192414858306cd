import numpy as np
import pytest

from atomzoo.datasets import water_hydroxide
from atomzoo.datasets.water_hydroxide import load_data, load_stationary


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


@pytest.mark.parametrize("method", water_hydroxide.METHODS)
def test_stationary_structures(method):
    """The minimum is below all labels of the method, and the saddle above it, symmetric."""
    minimum, saddle = load_stationary(method)
    assert np.abs([minimum.get_forces(), saddle.get_forces()]).max() <= 1e-3
    labels = [atoms.get_potential_energy() for split in water_hydroxide.SPLITS for atoms in load_data(method, split)]
    assert minimum.get_potential_energy() < min(labels)
    assert 0 < saddle.get_potential_energy() - minimum.get_potential_energy() < 0.1
    assert saddle.get_distance(0, 1) == pytest.approx(saddle.get_distance(1, 2), abs=1e-3)
    assert minimum.get_distance(0, 1) != pytest.approx(minimum.get_distance(1, 2), abs=0.05)

import numpy as np

from atomzoo.layers import AtomSum
from atomzoo.models.potential.gradients import value_and_gradient

ENERGIES = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, np.nan]])
SPECIES = np.array([[0, 1, 1], [1, 0, -1]])


def test_is_a_sum_as_built():
    layer = AtomSum(2)
    assert np.asarray(layer(ENERGIES, SPECIES)).tolist() == [7.0, 24.0]
    assert [np.asarray(w.value).tolist() for w in layer.weights] == [[0.0, 0.0], 1.0]
    assert layer.trainable_variables == []


def test_scale_and_shifts():
    layer = AtomSum(2)
    layer.build()
    layer.scale.assign(0.5)
    layer.shifts.assign([-1000.0, -100.0])
    assert np.asarray(layer(ENERGIES, SPECIES)).tolist() == [3.5 - 1200.0, 12.0 - 1100.0]
    assert np.asarray(layer.reference_energy(SPECIES)).tolist() == [-1200.0, -1100.0]


def test_gradient_is_the_scale_and_zero_for_padding():
    layer = AtomSum(2)
    layer.build()
    layer.scale.assign(0.5)
    _, gradient = value_and_gradient(lambda energies: layer(energies, SPECIES), ENERGIES)
    assert np.asarray(gradient).tolist() == [[0.5, 0.5, 0.5], [0.5, 0.5, 0.0]]


def test_sums_in_float64_whatever_comes_in():
    """float32 has steps of 0.00024 at -2689."""
    layer = AtomSum(1, dtype="float32")
    layer.build()
    layer.shifts.assign([-2689.0])
    energy = layer(np.array([[1e-6]], dtype="float32"), np.array([[0]]))
    assert "float64" in str(energy.dtype)
    np.testing.assert_allclose(float(energy[0]) + 2689.0, 1e-6, rtol=1e-6)


def test_atoms_in_a_row():
    """The same energies as padded, whatever stands in empty rows; a structure without atoms has none."""
    layer = AtomSum(2)
    layer.build()
    layer.scale.assign(0.5)
    layer.shifts.assign([-1000.0, -100.0])
    energies = np.array([1.0, 8.0, 2.0, 4.0, 16.0, np.nan, 7.0])
    species, structure = np.array([0, 1, 1, 1, 0, -1, -1]), np.array([0, 1, 0, 0, 1, 3, 3])
    assert np.asarray(layer(energies, species, structure, n_structures=3)).tolist() == [
        3.5 - 1200.0,
        12.0 - 1100.0,
        0.0,
    ]
    assert np.asarray(layer.interaction_energy(energies, species, structure, 3)).tolist() == [3.5, 12.0, 0.0]
    assert np.asarray(layer.reference_energy(species, structure, 3)).tolist() == [-1200.0, -1100.0, 0.0]
    _, gradient = value_and_gradient(lambda x: layer(x, species, structure, n_structures=3), energies)
    assert np.asarray(gradient).tolist() == [0.5] * 5 + [0.0, 0.0]


def test_config_round_trip():
    layer = AtomSum(3, name="sum")
    assert AtomSum.from_config(layer.get_config()).get_config() == layer.get_config()

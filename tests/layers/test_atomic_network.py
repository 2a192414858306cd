import numpy as np
import pytest

from atomzoo.layers import AtomicNetwork
from atomzoo.models.potential.gradients import value_and_gradient
from tests.physics import assert_close, assert_gradient

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(2, 4, 3))
SPECIES = np.array([[0, 1, 1, 0], [1, 0, -1, -1]])


def network(elements=("Ti", "O"), hidden=(6, 5), **kwargs):
    return AtomicNetwork(elements, 3, hidden, **{"dtype": "float64", **kwargs})


def by_numpy(layer, features, species, activation=np.tanh):
    """Each atom through the layers of its element, one at a time."""
    energies = np.zeros(species.shape)
    for index in np.argwhere(species >= 0):
        values, stack = features[tuple(index)], layer.stacks[species[tuple(index)]]
        for dense in stack:
            kernel, bias = (np.asarray(weight) for weight in (dense.kernel, dense.bias))
            values = values @ kernel[0] + bias
            values = values if dense is stack[-1] else activation(values)
        energies[tuple(index)] = values[0]
    return energies


def test_values_are_those_of_plain_matrix_products():
    layer = network()
    layer.build()
    for weight in layer.weights:  # biases are zero at first
        weight.assign(RNG.normal(size=weight.shape))
    energies = np.asarray(layer(FEATURES, SPECIES))
    np.testing.assert_allclose(energies, by_numpy(layer, FEATURES, SPECIES), rtol=1e-13)
    assert (energies[SPECIES < 0] == 0).all() and (energies[SPECIES >= 0] != 0).all()


def test_activation():
    layer = network(activation="softplus")
    energies = np.asarray(layer(FEATURES, SPECIES))
    expected = by_numpy(layer, FEATURES, SPECIES, lambda x: np.log1p(np.exp(x)))
    np.testing.assert_allclose(energies, expected, rtol=1e-13)


def test_activation_of_each_layer():
    """The last one's too; and others for another element."""
    layer = network(activation={"Ti": ["harmonic", "cosine", "tanh"], "O": "gaussian"})
    assert layer.activation == {"Ti": ["harmonic", "cosine", "tanh"], "O": ["gaussian", "gaussian", "linear"]}
    energies = np.asarray(layer(FEATURES, SPECIES))
    functions = [[np.square, np.cos, np.tanh], [lambda x: np.exp(-x * x / 2)] * 2 + [lambda x: x]]
    for index in np.argwhere(SPECIES >= 0):
        element = SPECIES[tuple(index)]
        values = FEATURES[tuple(index)]
        for dense, function in zip(layer.stacks[element], functions[element], strict=True):
            values = function(values @ np.asarray(dense.kernel)[0] + np.asarray(dense.bias))
        np.testing.assert_allclose(energies[tuple(index)], values[0], rtol=1e-13)


def test_columns_of_each_element():
    """The same as a network of all features whose other weights are 0."""
    layer, whole = network(feature_columns={"Ti": [2, 0], "O": [1]}), network()
    layer.build()
    whole.build()
    assert [tuple(stack[0].kernel.shape) for stack in layer.stacks] == [(1, 2, 6), (1, 1, 6)]
    for stack, all_stack, columns in zip(layer.stacks, whole.stacks, ([2, 0], [1]), strict=True):
        kernel = np.zeros((1, 3, 6))
        kernel[0, columns] = np.asarray(stack[0].kernel)[0]
        all_stack[0].kernel.assign(kernel)
        for dense, other in zip(stack[1:], all_stack[1:], strict=True):
            other.kernel.assign(dense.kernel)
    assert_close(layer(FEATURES, SPECIES), whole(FEATURES, SPECIES), 1e-14)


def test_an_unbounded_activation_of_other_elements_and_padding():
    """exp(-x) of features that belong to no atom of the element may overflow: its slope must not become NaN."""
    layer, features = network(activation={"Ti": "decay", "O": "tanh"}), FEATURES.copy()
    features[SPECIES != 0] = np.where(np.arange(3) % 2, 1e6, -1e6)
    values, gradient = value_and_gradient(lambda x: layer(x, SPECIES), features)
    assert np.isfinite(np.asarray(values)).all() and np.isfinite(np.asarray(gradient)).all()


# The same atoms in a row, with two empty rows, and the rows of each element, with two empty slots.
ROW_FEATURES = np.concatenate([FEATURES.reshape(8, 3), np.full((2, 3), np.nan)])
ROW_SPECIES = np.concatenate([SPECIES.ravel(), [-1, -1]])
ROWS = [np.array([0, 3, 5, 10, 10], "int32"), np.array([10, 1, 2, 4], "int32")]


@pytest.mark.parametrize("columns", [None, {"Ti": [2, 0], "O": [1]}])
def test_rows(columns):
    layer = network(feature_columns=columns)
    expected = np.concatenate([np.asarray(layer(FEATURES, SPECIES)).ravel(), [0.0, 0.0]])
    assert_close(layer(ROW_FEATURES, ROW_SPECIES, ROWS), expected, 1e-14)
    assert_close(layer(ROW_FEATURES, ROW_SPECIES), expected, 1e-14)


def test_rows_of_an_element_without_atoms():
    energies = network()(np.ones((2, 3)), np.zeros(2, int), [np.array([0, 1]), np.array([2, 2])])
    assert_close(energies, network()(np.ones((1, 2, 3)), np.zeros((1, 2), int))[0], 1e-14)


def test_empty_slots_have_no_slope():
    """In first and second derivatives, of an activation that overflows too, and if the last row is not a number."""
    layer = network(activation={"Ti": "decay", "O": "tanh"})
    features = np.where(np.isnan(ROW_FEATURES), [[np.nan, np.inf, -1e6]], ROW_FEATURES)

    def slopes(x):
        return value_and_gradient(lambda x: layer(x, ROW_SPECIES, ROWS), x)[1] ** 2

    slope, second = value_and_gradient(slopes, features)
    batch = ROW_FEATURES[:8][ROW_SPECIES[:8] >= 0]
    expected = value_and_gradient(lambda x: layer(x[None], SPECIES[SPECIES >= 0][None]), batch)[1]
    assert_close(np.asarray(slope)[ROW_SPECIES >= 0], np.asarray(expected) ** 2, 1e-13)
    assert not np.asarray(slope)[ROW_SPECIES < 0].any() and not np.asarray(second)[ROW_SPECIES < 0].any()
    assert np.isfinite(np.asarray(second)).all() and np.asarray(second)[ROW_SPECIES >= 0].any()


def test_dropout():
    """In training only: a half of the hidden outputs is dropped, and the rest doubled, so that the mean stays."""
    layer = network(hidden=(400,), activation="linear", dropout=0.5)
    features, species = np.ones((1, 1000, 3)), np.zeros((1, 1000), int)
    expected = float(np.asarray(layer(features, species))[0, 0])
    dropped = np.asarray(layer(features, species, training=True))[0]
    assert len(set(dropped)) > 900
    assert abs(dropped.mean() - expected) < 4 * dropped.std() / np.sqrt(1000)
    again = network(hidden=(400,), activation="linear", dropout=0.5)
    np.testing.assert_array_equal(np.asarray(again(features, species, training=True))[0], dropped)
    assert [weight.shape for weight in again.trainable_weights] == [(1, 3, 400), (400,), (1, 400, 1), (1,)] * 2
    plain = network(hidden=(400,), activation="linear")
    np.testing.assert_array_equal(np.asarray(plain(features, species, training=True)), plain(features, species))


def test_dropout_is_of_the_last_hidden_layer():
    """A layer of one node that is dropped would leave half of the atoms one energy."""
    layer = network(hidden=(1, 400), activation="linear", dropout=0.5)
    features = np.random.default_rng(0).normal(size=(1, 1000, 3))
    dropped = np.asarray(layer(features, np.zeros((1, 1000), int), training=True))[0]
    assert len(set(dropped)) > 900


def test_weights():
    """(3 + 1) 6 + (6 + 1) 5 + (5 + 1) 1 = 65 for each element."""
    layer = network()
    layer.build()
    assert layer.count_params() == 2 * 65
    assert [tuple(weight.shape) for weight in layer.stacks[1][0].weights] == [(1, 3, 6), (6,)]


def test_widths_of_each_element():
    layer = network(hidden={"Ti": (4,), "O": ()})
    assert [[dense.filters for dense in stack] for stack in layer.stacks] == [[4, 1], [1]]
    assert layer(FEATURES, SPECIES).shape == (2, 4)


def test_permutation_of_atoms():
    layer, order = network(), [2, 0, 3, 1]
    assert_close(layer(FEATURES[:, order], SPECIES[:, order]), np.asarray(layer(FEATURES, SPECIES))[:, order], 1e-14)


def test_gradient():
    layer = network()
    _, gradient = value_and_gradient(lambda x: layer(x, SPECIES), FEATURES)
    assert not np.asarray(gradient)[SPECIES < 0].any()
    assert_gradient(lambda batch: [np.sum(np.asarray(layer(x, SPECIES))) for x in batch], gradient, FEATURES, 1e-8)


def test_seeds():
    first, same, other = (np.asarray(network(seed=seed)(FEATURES, SPECIES)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other)[SPECIES >= 0].all()


def test_either_dtype_starts_with_the_same_weights():
    single, double = (_built(network(dtype=dtype, seed=4)) for dtype in ("float32", "float64"))
    for weight, expected in zip(double.weights, single.weights, strict=True):
        assert weight.dtype == "float64" and expected.dtype == "float32"
        np.testing.assert_array_equal(np.asarray(weight), np.asarray(expected))


def test_elements_start_with_different_weights():
    kernels = [np.asarray(stack[0].kernel) for stack in _built(network()).stacks]
    assert (kernels[0] != kernels[1]).all()


def _built(layer):
    layer.build()
    return layer


def test_float32():
    layer = network(dtype="float32")
    energies = layer(FEATURES.astype("float32"), SPECIES)
    assert "float32" in str(energies.dtype)
    assert_close(energies, by_numpy(layer, FEATURES, SPECIES), 1e-6)


def test_config_round_trip():
    layer = network(hidden={"Ti": (4,), "O": (2, 2)}, activation="sigmoid", seed=3, dropout=0.1)
    again = AtomicNetwork.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert_close(again(FEATURES, SPECIES), layer(FEATURES, SPECIES), 0)


def test_config_round_trip_of_columns():
    activation = {"Ti": "tanh", "O": ["twist", "mtanh", "relu"]}
    layer = network(activation=activation, feature_columns={"Ti": (0,), "O": (1, 2)})
    again = AtomicNetwork.from_config(layer.get_config())
    assert again.feature_columns == {"Ti": [0], "O": [1, 2]}
    assert_close(again(FEATURES, SPECIES), layer(FEATURES, SPECIES), 0)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"dropout": 1.0}, r"`dropout` must lie in \[0, 1\). Received: dropout=1.0"),
        ({"activation": ["tanh"]}, r"`activation` of Ti must be a name, or one for .* Received: \['tanh'\]"),
        ({"activation": "thanh"}, "Received: 'thanh'"),
        ({"feature_columns": {"Ti": [0], "O": []}}, r"`feature_columns` of O must be one or more .* Received: \[\]"),
        ({"feature_columns": {"Ti": [3], "O": [1]}}, r"of Ti must be .* the columns 0 to 2. Received: \[3\]"),
    ],
)
def test_bad_options(option, message):
    with pytest.raises(ValueError, match=message):
        network(**option)


def test_bad_width():
    with pytest.raises(ValueError, match=r"`hidden` must be widths of at least 1. Received: hidden=\(4, 0\)"):
        network(hidden=(4, 0))

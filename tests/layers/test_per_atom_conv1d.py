"""`PerAtomConv1D` beside a plain `keras.layers.Conv1D`, and under the rules of Keras' layers."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from atomzoo.layers import PerAtomConv1D
from atomzoo.layers.activations import get_activation
from atomzoo.models.potential.gradients import value_and_gradient

INPUTS = np.random.default_rng(0).normal(size=(3, 50, 24))


def pair(filters, **kwargs):
    """A `PerAtomConv1D` and a `keras.layers.Conv1D` of width 1, of the same weights."""
    kwargs = {"activation": get_activation("tanh"), "dtype": "float64", **kwargs}
    layers = PerAtomConv1D(filters, **kwargs), keras.layers.Conv1D(filters, 1, **kwargs)
    rng = np.random.default_rng(1)
    for layer in layers:
        layer.build(INPUTS.shape)
    layers[0].set_weights([rng.normal(size=weight.shape) for weight in layers[0].weights])
    layers[1].set_weights(layers[0].get_weights())
    return layers


def derivatives(layer):
    """Values, first and second derivatives with respect to the inputs."""

    def squared_slopes(x):
        return value_and_gradient(layer, x)[1] ** 2

    slopes, second = value_and_gradient(squared_slopes, INPUTS)
    return [np.asarray(x) for x in (layer(INPUTS), slopes, second)]


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("filters", [5, 30, 64])
def test_values_are_those_of_conv1d_to_the_last_bit(filters, use_bias):
    values, expected = (np.asarray(layer(INPUTS)) for layer in pair(filters, use_bias=use_bias))
    # JAX takes the sums of a convolution in another order.
    tolerance = 0 if keras.backend.backend() == "tensorflow" else 3e-15
    np.testing.assert_allclose(values, expected, rtol=0, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize("filters", [1, 30])
def test_derivatives_are_those_of_conv1d_to_rounding(filters):
    """So are the values of a layer of width 1, whose sums a matrix-vector product takes in another order."""
    for values, expected in zip(*map(derivatives, pair(filters)), strict=True):
        np.testing.assert_allclose(values, expected, rtol=0, atol=3e-15 * np.abs(expected).max())


def test_atoms_in_a_row():
    layer, _ = pair(30)
    in_a_row = np.asarray(layer(INPUTS.reshape(150, 24)))
    np.testing.assert_allclose(in_a_row.reshape(3, 50, 30), np.asarray(layer(INPUTS)), rtol=0, atol=1e-15)
    assert layer.compute_output_shape((150, 24)) == (150, 30) and layer.compute_output_shape((3, 50, 24)) == (3, 50, 30)


def test_in_a_functional_model():
    inputs = keras.Input((None, 24), dtype="float64")
    layer, plain = pair(30)
    model = keras.Model(inputs, ops.sum(layer(inputs), axis=1))
    np.testing.assert_allclose(np.asarray(model(INPUTS)), np.asarray(plain(INPUTS)).sum(axis=1), rtol=1e-13)
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 24"):
        layer(INPUTS[..., :23])


def test_config_round_trip():
    layer = PerAtomConv1D(7, activation="tanh", use_bias=False, kernel_initializer="ones", dtype="float64")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(np.asarray(again(INPUTS)), np.asarray(layer(INPUTS)))


@pytest.mark.parametrize("option", [{"strides": 2}, {"groups": 2}, {"data_format": "channels_first"}])
def test_a_window_is_refused(option):
    with pytest.raises(ValueError, match=f"takes each atom for itself. Received: .*{next(iter(option))}"):
        PerAtomConv1D(4, **option)

import math

import keras
import numpy as np
import pytest

from atomzoo.layers import activations
from atomzoo.layers.activations import ACTIVATIONS, get_activation
from atomzoo.models.potential.gradients import value_and_gradient
from tests.physics import assert_gradient

X = np.array([-2.0, -0.3, 0.0, 0.7, 1.5])
BY_HAND = {
    "tanh": math.tanh,
    "mtanh": lambda x: 1.7159 * math.tanh(2 * x / 3),
    "twist": lambda x: 1.7159 * math.tanh(2 * x / 3) + 0.1 * x,
    "gaussian": lambda x: math.exp(-(x**2) / 2),
    "cosine": math.cos,
    "reverse_sigmoid": lambda x: 1 - 1 / (1 + math.exp(-x)),
    "decay": lambda x: math.exp(-x),
    "harmonic": lambda x: x**2,
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0),
    "linear": lambda x: x,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values(name):
    values = get_activation(name)(keras.ops.convert_to_tensor(X))
    np.testing.assert_allclose(np.asarray(values), [BY_HAND[name](x) for x in X], rtol=1e-14, atol=1e-16)


def test_all_are_tested():
    assert set(ACTIVATIONS) <= set(BY_HAND)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes(name):
    slopes = np.asarray(value_and_gradient(get_activation(name), X)[1])
    assert_gradient(get_activation(name), np.diag(slopes), X, tolerance=1e-9)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"tanh"}))
def test_registered(name):
    """So that a Keras layer with one of them can be saved."""
    function = getattr(activations, name)
    assert keras.saving.get_registered_name(function) == f"atomzoo>{name}"
    assert keras.activations.deserialize(keras.activations.serialize(function)) is function


@pytest.mark.parametrize("name", ["thanh", 3])
def test_unknown(name):
    message = f"`activation` must be one that Keras knows, or of tanh, .* Received: {name!r}"
    with pytest.raises(ValueError, match=message):
        get_activation(name)

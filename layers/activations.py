"""Activation functions of atomic networks: those that Keras has, and those of aenet and n2p2 that it has not.

Here tanh and cosine keep float64 under every backend (`trigonometry`).
"""

import keras
from keras import ops

from atomzoo.layers import trigonometry


@keras.saving.register_keras_serializable(package="atomzoo")
def mtanh(x):
    """1.7159 tanh(2 x / 3): aenet's "mtanh"; f(1) = 1 and f(-1) = -1 (LeCun, Bottou, Orr and Mueller 1998)."""
    return 1.7159 * trigonometry.tanh(x * (2.0 / 3.0))


@keras.saving.register_keras_serializable(package="atomzoo")
def twist(x):
    """1.7159 tanh(2 x / 3) + 0.1 x: aenet's "twist", whose slope does not vanish far out."""
    return mtanh(x) + 0.1 * x


@keras.saving.register_keras_serializable(package="atomzoo")
def gaussian(x):
    """exp(-x^2 / 2): n2p2's "g"."""
    return ops.exp(-0.5 * x * x)


@keras.saving.register_keras_serializable(package="atomzoo")
def cosine(x):
    """cos(x): n2p2's "c"."""
    return trigonometry.cos(x)


@keras.saving.register_keras_serializable(package="atomzoo")
def reverse_sigmoid(x):
    """1 - 1 / (1 + exp(-x)): n2p2's "S"."""
    return ops.sigmoid(-x)


@keras.saving.register_keras_serializable(package="atomzoo")
def decay(x):
    """exp(-x): n2p2's "e"."""
    return ops.exp(-x)


@keras.saving.register_keras_serializable(package="atomzoo")
def harmonic(x):
    """x^2: n2p2's "h"."""
    return x * x


ACTIVATIONS = {
    "tanh": trigonometry.tanh,
    **{function.__name__: function for function in (mtanh, twist, gaussian, cosine, reverse_sigmoid, decay, harmonic)},
}


def get_activation(name):
    """The activation function of a name: one of `ACTIVATIONS`, or any that Keras knows ("softplus", "sigmoid", "relu").

    Raises:
        ValueError: if the name is unknown.

    Example:

    >>> from atomzoo.layers.activations import get_activation
    >>> float(get_activation("harmonic")(3.0))
    9.0
    """
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]
    try:
        return keras.activations.get(name)
    except (ValueError, TypeError):
        known = ", ".join(ACTIVATIONS)
        raise ValueError(f"`activation` must be one that Keras knows, or of {known}. Received: {name!r}") from None

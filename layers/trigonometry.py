"""Cosine and hyperbolic tangent in the precision of their argument, whatever the backend.

Under JAX `keras.ops.cos` and `keras.ops.tanh` round float64 to float32 (Keras 3.15); what stands here does not.
"""

import keras
from keras import ops


def tanh(x):
    """tanh(x) of a float tensor, in its dtype."""
    if keras.backend.backend() == "tensorflow":
        return ops.tanh(x)
    return 2.0 * ops.sigmoid(2.0 * ops.convert_to_tensor(x)) - 1.0


def cos(x):
    """cos(x) of a float tensor, in its dtype.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers.trigonometry import cos
    >>> round(float(cos(np.array([np.pi / 3]))[0]), 15)
    0.5
    """
    if keras.backend.backend() == "tensorflow":
        return ops.cos(x)
    x = ops.convert_to_tensor(x)
    double = keras.backend.standardize_dtype(x.dtype) == "float64"
    return ops.real(ops.exp(1j * ops.cast(x, "complex128" if double else "complex64")))

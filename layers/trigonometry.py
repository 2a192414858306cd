"""Cosine, hyperbolic tangent and arc cosine in the precision of their argument, whatever the backend.

Under JAX `keras.ops.cos`, `tanh` and `arccos` round float64 to float32 (Keras 3.15); what stands here does not.
"""

import math

import keras
import numpy as np
from keras import ops

# Of the series of sin(pi t), |t| <= 1/2: the first that is left out is below 7e-10 and 2e-18.
N_TERMS = {"float32": 7, "float64": 11}


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


def cos_pi(x):
    """cos(pi x) of a float tensor between 0 and 1, in its dtype: the series of sin(pi (1/2 - x)).

    It is made of multiplications, which cost little where XLA repeats them: it fuses a cutoff function with what that
    multiplies, and evaluates a cosine there as often as there are symmetry functions.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers.trigonometry import cos_pi
    >>> [round(float(value), 15) for value in cos_pi(np.array([0.0, 1 / 3, 1.0]))]
    [1.0, 0.5, -1.0]
    """
    t = 0.5 - ops.convert_to_tensor(x)
    n_terms = N_TERMS.get(keras.backend.standardize_dtype(t.dtype), min(N_TERMS.values()))
    square, total = t * t, ops.zeros_like(t)
    for k in reversed(range(n_terms)):
        total = total * square + (-1) ** k * math.pi ** (2 * k + 1) / math.factorial(2 * k + 1)
    return total * t


def arccos(x):
    """arccos(x) of a float tensor between -1 and 1, in its dtype.

    Where x is closer to 1 or -1 than a few units in the last place, or beyond them by rounding, value and slope are
    those at that distance: finite, as the slope of what depends on the cosine of an angle must be.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers.trigonometry import arccos
    >>> [round(float(value), 6) for value in arccos(np.array([-1.0, 0.5]))]
    [3.141593, 1.047198]
    """
    x = ops.convert_to_tensor(x)
    dtype = keras.backend.standardize_dtype(x.dtype)
    largest = 1.0 - 4.0 * float(np.finfo(dtype).eps)
    x = x + ops.stop_gradient(ops.clip(x, -largest, largest) - x)
    if keras.backend.backend() == "tensorflow":
        return ops.arccos(x)
    sine = ops.sqrt((1.0 - x) * (1.0 + x))
    return ops.imag(ops.log(x + 1j * ops.cast(sine, "complex128" if dtype == "float64" else "complex64")))

"""The functions with compact support that compact symmetry functions are made of."""

import math

import numpy as np
from keras import ops

from atomzoo.layers.descriptors.cutoffs import POLYNOMIALS

# exp(1 - 1 / y) is 0 in float64 below; the division sees nothing smaller, so that no derivative overflows.
SMALLEST = 1e-3


def compact_profiles(t, ranges):
    """Functions that are 1 in the center of a range and 0 beyond it, see `CompactFunction`.

    Args:
        t: Float tensor (..., M), distances or angles.
        ranges: List of (low, high, subtype), the ends in the unit of t.

    Returns:
        Tensor (..., len(ranges), M).

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers.descriptors.compact_profiles import compact_profiles
    >>> values = compact_profiles(np.array([0.0, 1.0, 2.0]), [(-2.0, 2.0, "p1"), (0.0, 4.0, "p1")])
    >>> [[float(value) for value in row] for row in values]
    [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]
    """
    t = ops.convert_to_tensor(t)[..., None, :]
    low, high = (ops.convert_to_tensor(_column([r[k] for r in ranges]), dtype=t.dtype) for k in (0, 1))
    x = (2.0 * t - low - high) / (high - low)
    x = ops.minimum(ops.where(x > 0, x, -x), 1.0)  # the slope of abs(x), and so the curvature, would be 0 in the center
    asymmetric = _column([subtype.endswith("a") for *_, subtype in ranges])
    if asymmetric.any():
        x = ops.where(asymmetric, x * (2.0 - x), x)
    shapes = [subtype.removesuffix("a") for *_, subtype in ranges]
    values = None
    for shape in dict.fromkeys(shapes):
        value = _exponential(x) if shape == "e" else _polynomial(x, int(shape[1]))
        values = value if values is None else ops.where(_column([s == shape for s in shapes]), value, values)
    return values


def radial_range(function):
    """The range of distances of a function in A, for `compact_profiles`."""
    return function.rlow, function.cutoff, function.subtype


def angular_range(function):
    """The range of angles of a function in radians, for `compact_profiles`; it is never asymmetric."""
    return math.radians(function.thetalow), math.radians(function.thetahigh), function.subtype.removesuffix("a")


def _column(values):
    return np.array(values)[:, None]


def _polynomial(x, order):
    value = ops.zeros_like(x)
    for coefficient in POLYNOMIALS[order]:
        value = value * x + coefficient
    return value


def _exponential(x):
    y = 1.0 - x * x
    inside = y > SMALLEST
    value = ops.exp(1.0 - 1.0 / ops.where(inside, y, ops.ones_like(y)))
    return ops.where(inside, value, ops.zeros_like(value))

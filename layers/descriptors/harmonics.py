"""Real spherical harmonics in Cartesian form, and the Legendre series of (1 + lambda x)^zeta.

Together they turn a sum over pairs of neighbors into a square of sums over neighbors, by the addition theorem
P_l(u.v) = sum_m C_lm(u) C_lm(v).
"""

import math

import numpy as np
from keras import ops
from numpy.polynomial import legendre, polynomial


def real_harmonics(x, y, z, max_degree):
    """Racah-normalized real spherical harmonics C_lm of unit vectors, l = 0 ... `max_degree`.

    By recursion on polynomials of x, y, z: no angle, no square root, and nothing singular at the poles.

    Args:
        x, y, z: Tensors of equal shape, the components of unit vectors.
        max_degree: Int, the largest l.

    Returns:
        List of (max_degree + 1)^2 tensors of that shape, in the order (l, m) = (0, 0), (1, -1), (1, 0), (1, 1), ...

    Example:

    >>> from atomzoo.layers.descriptors.harmonics import real_harmonics
    >>> [float(c) for c in real_harmonics(0.0, 0.0, 1.0, 1)]
    [1.0, 0.0, 1.0, 0.0]

    References:
        Edmonds, Angular Momentum in Quantum Mechanics (1957), eqs. 2.5.31 and 4.6.6.
    """
    harmonics = {}
    cosine, sine = ops.ones_like(x), ops.zeros_like(x)  # Re and Im of (x + i y)^m
    for m in range(max_degree + 1):
        if m > 0:
            cosine, sine = x * cosine - y * sine, x * sine + y * cosine
        for degree, factor in _legendre_factors(z, m, max_degree):
            harmonics[degree, m] = factor * cosine
            if m > 0:
                harmonics[degree, -m] = factor * sine
    return [harmonics[degree, m] for degree in range(max_degree + 1) for m in range(-degree, degree + 1)]


def _legendre_factors(z, m, max_degree):
    """Yields (l, C_lm / Re (x + iy)^m) for l = m ... max_degree, by the three-term recursion in l."""
    start = math.prod(math.sqrt((2 * k - 1) / (2 * k)) for k in range(1, m + 1)) * (math.sqrt(2) if m > 0 else 1.0)
    previous, current = ops.zeros_like(z), start * ops.ones_like(z)
    yield m, current
    for degree in range(m + 1, max_degree + 1):
        norm = math.sqrt(degree**2 - m**2)
        a, b = (2 * degree - 1) / norm, math.sqrt((degree - 1) ** 2 - m**2) / norm
        previous, current = current, a * z * current - b * previous
        yield degree, current


def legendre_coefficients(zeta, lambda_, max_degree):
    """Coefficients c_l, l = 0 ... `max_degree`, of (1 + lambda x)^zeta = sum_l c_l P_l(x), for integer zeta.

    Returns:
        float64 array of shape (max_degree + 1,).

    Example:

    >>> from atomzoo.layers.descriptors.harmonics import legendre_coefficients
    >>> legendre_coefficients(1, -1, 2).tolist()
    [1.0, -1.0, 0.0]
    """
    coefficients = legendre.poly2leg(polynomial.polypow([1.0, lambda_], int(zeta)))
    return np.pad(coefficients, (0, max_degree + 1 - len(coefficients)))

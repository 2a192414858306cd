import numpy as np
import pytest
from numpy.polynomial import legendre

from atomzoo.layers.descriptors.harmonics import legendre_coefficients, real_harmonics
from atomzoo.models.potential.gradients import value_and_gradient


def unit_vectors(n, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(n, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def harmonics(vectors, max_degree):
    return np.stack([np.asarray(c) for c in real_harmonics(*vectors.T, max_degree)], axis=-1)


def test_up_to_degree_2_by_formula():
    vectors = unit_vectors(5)
    x, y, z = vectors.T
    root = np.sqrt(3)
    expected = [np.ones(5), y, z, x]
    expected += [root * x * y, root * y * z, (3 * z**2 - 1) / 2, root * z * x, root / 2 * (x**2 - y**2)]
    np.testing.assert_allclose(harmonics(vectors, 2), np.stack(expected, axis=-1), atol=1e-15)


def test_addition_theorem():
    u, v = unit_vectors(20, 1), unit_vectors(20, 2)
    products = harmonics(u, 16) * harmonics(v, 16)
    assert products.shape == (20, 289)
    cosines = np.sum(u * v, axis=1)
    for degree in range(17):
        sums = products[:, degree**2 : (degree + 1) ** 2].sum(axis=1)
        np.testing.assert_allclose(sums, legendre.legval(cosines, np.eye(17)[degree]), atol=1e-13)


def test_poles_have_finite_slopes():
    poles = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    values = harmonics(poles, 4)
    nonzero = [degree * (degree + 1) for degree in range(5)]  # m = 0
    np.testing.assert_array_equal(values[:, nonzero], [[1, 1, 1, 1, 1], [1, -1, 1, -1, 1]])
    assert np.count_nonzero(values) == 10
    x, y, z = poles.T
    _, slope = value_and_gradient(lambda x: sum(real_harmonics(x, y, z, 8)), x)
    assert np.isfinite(np.asarray(slope)).all()


@pytest.mark.parametrize("lambda_", [1, -1])
@pytest.mark.parametrize("zeta", [1, 2, 3, 8, 16])
def test_legendre_series(zeta, lambda_):
    x = np.linspace(-1, 1, 9)
    coefficients = legendre_coefficients(zeta, lambda_, 17)
    assert coefficients.shape == (18,) and coefficients[zeta] != 0 and not coefficients[zeta + 1 :].any()
    np.testing.assert_allclose(legendre.legval(x, coefficients), (1 + lambda_ * x) ** zeta, atol=1e-13 * 2**zeta)

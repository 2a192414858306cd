import numpy as np
import pytest

from atomzoo.layers import trigonometry
from atomzoo.models.potential.gradients import value_and_gradient

X = np.linspace(-7, 7, 15)


@pytest.mark.parametrize(("dtype", "precision"), [("float64", 1e-15), ("float32", 1e-6)])
def test_precision_and_slopes(dtype, precision):
    slopes = {"cos": -np.sin(X), "tanh": 1 / np.cosh(X) ** 2}
    for name, expected in slopes.items():
        value, slope = value_and_gradient(getattr(trigonometry, name), X.astype(dtype))
        assert dtype in str(value.dtype) and dtype in str(slope.dtype)
        np.testing.assert_allclose(np.asarray(value), getattr(np, name)(X), rtol=0, atol=precision)
        np.testing.assert_allclose(np.asarray(slope), expected, rtol=0, atol=precision)


@pytest.mark.parametrize(("dtype", "precision"), [("float64", 5e-16), ("float32", 3e-7)])
def test_cosine_by_its_series(dtype, precision):
    x = np.linspace(0, 1, 1001)
    value, slope = value_and_gradient(trigonometry.cos_pi, x.astype(dtype))
    assert dtype in str(value.dtype)
    np.testing.assert_allclose(np.asarray(value), np.cos(np.pi * x), rtol=0, atol=precision)
    np.testing.assert_allclose(np.asarray(slope), -np.pi * np.sin(np.pi * x), rtol=0, atol=10 * precision)


@pytest.mark.parametrize(("dtype", "precision"), [("float64", 1e-7), ("float32", 2e-3)])
def test_arc_cosine(dtype, precision):
    """Near its ends too, where the slope grows; at and beyond them it is finite."""
    x = np.linspace(-1, 1, 1001)
    eps = np.finfo(dtype).eps
    value, slope = value_and_gradient(trigonometry.arccos, x.astype(dtype))
    assert dtype in str(value.dtype) and dtype in str(slope.dtype)
    np.testing.assert_allclose(np.asarray(value), np.arccos(x), rtol=0, atol=precision)
    np.testing.assert_allclose(np.asarray(value)[1:-1], np.arccos(x)[1:-1], rtol=0, atol=40 * eps)
    np.testing.assert_allclose(np.asarray(slope)[1:-1], -1 / np.sqrt(1 - x[1:-1] ** 2), rtol=2000 * eps)
    beyond, slope = value_and_gradient(trigonometry.arccos, np.array([1 + eps, -1 - eps], dtype))
    np.testing.assert_allclose(np.asarray(beyond), [0, np.pi], rtol=0, atol=precision)
    assert np.isfinite(np.asarray(slope)).all() and (np.asarray(slope) < -100).all()

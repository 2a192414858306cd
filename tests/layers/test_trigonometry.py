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

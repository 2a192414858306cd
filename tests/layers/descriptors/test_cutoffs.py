import math

import numpy as np
import pytest

from atomzoo.layers import CosineCutoff, PolynomialCutoff, TanhCutoff
from atomzoo.layers.descriptors.cutoffs import get_cutoff_function
from atomzoo.models.potential.gradients import value_and_gradient
from tests.physics import assert_gradient

LAYERS = {
    "cosine": CosineCutoff(6.0, dtype="float64"),
    "tanh": TanhCutoff(6.0, dtype="float64"),
    "normalized tanh": TanhCutoff(6.0, normalized=True, dtype="float64"),
    **{f"polynomial {order}": PolynomialCutoff(6.0, order=order, dtype="float64") for order in (1, 2, 3, 4)},
    "inner": CosineCutoff(6.0, inner_fraction=0.25, dtype="float64"),
}
# fc at r = 0, 1.5, 3 and 4.5 A for Rc = 6 A, by pocket calculator
VALUES = {
    "cosine": [1.0, 0.5 + 0.25 * math.sqrt(2), 0.5, 0.5 - 0.25 * math.sqrt(2)],
    "tanh": [math.tanh(x) ** 3 for x in (1.0, 0.75, 0.5, 0.25)],
    "normalized tanh": [(math.tanh(x) / math.tanh(1.0)) ** 3 for x in (1.0, 0.75, 0.5, 0.25)],
    "polynomial 1": [1.0, 0.84375, 0.5, 0.15625],
    "polynomial 2": [1.0, 0.896484375, 0.5, 0.103515625],
    "polynomial 3": [1.0, 0.92944336, 0.5, 0.07055664],
    "polynomial 4": [1.0, 0.95107269, 0.5, 0.04892731],
    "inner": [1.0, 1.0, 0.75, 0.25],
}


@pytest.mark.parametrize("name", LAYERS)
def test_values(name):
    values = np.asarray(LAYERS[name](np.array([0.0, 1.5, 3.0, 4.5])))
    np.testing.assert_allclose(values, VALUES[name], atol=1e-8)


@pytest.mark.parametrize("name", LAYERS)
def test_zero_from_the_cutoff_on(name):
    values, slopes = value_and_gradient(LAYERS[name], np.array([6.0, 6.0 + 1e-9, 7.0, 100.0]))
    assert not np.asarray(values).any() and not np.asarray(slopes).any()


@pytest.mark.parametrize("name", LAYERS)
def test_slope(name):
    r = np.array([0.3, 1.6, 2.9, 4.4, 5.9])
    slopes = np.asarray(value_and_gradient(LAYERS[name], r)[1])
    assert_gradient(LAYERS[name], np.diag(slopes), r, tolerance=1e-8)
    assert (slopes <= 0).all() and (slopes[2:] < 0).all()


@pytest.mark.parametrize("name", LAYERS)
def test_value_and_slope_are_continuous_at_the_cutoff(name):
    value, slope = value_and_gradient(LAYERS[name], np.array([6.0 - 1e-6]))
    assert 0 <= float(value[0]) < 1e-12 and abs(float(slope[0])) < 1e-5


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_a_polynomial_is_flat_at_both_ends(order):
    """The first `order` derivatives vanish, so that 1 - fc grows as the next power of r, and fc as that of Rc - r."""
    layer = PolynomialCutoff(1.0, order=order, dtype="float64")
    ends = np.asarray(layer(np.array([1e-2, 2e-2, 1 - 1e-2, 1 - 2e-2])))
    powers = np.log2([(1 - ends[1]) / (1 - ends[0]), ends[3] / ends[2]])
    np.testing.assert_allclose(powers, order + 1, atol=0.1)


def test_the_inner_region_is_flat():
    value, slope = value_and_gradient(LAYERS["inner"], np.array([0.0, 0.7, 1.49]))
    assert np.asarray(value).tolist() == [1, 1, 1] and not np.asarray(slope).any()


def test_float32():
    value = CosineCutoff(6.0, dtype="float32")(np.array([[3.0, 7.0]]))
    assert "float32" in str(value.dtype) and value.shape == (1, 2)


@pytest.mark.parametrize("name", LAYERS)
def test_config_round_trip_and_other_radius(name):
    layer = LAYERS[name]
    r = np.linspace(0, 8, 9)
    again = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(np.asarray(again(r)), np.asarray(layer(r)))
    half = layer.with_cutoff(3.0, "float64")
    assert half.cutoff == 3.0 and half.name != layer.name
    np.testing.assert_allclose(np.asarray(half(r / 2)), np.asarray(layer(r)), atol=1e-15)


def test_identifiers():
    assert [type(get_cutoff_function(name)) for name in ("cosine", "tanh", "polynomial")] == [
        CosineCutoff,
        TanhCutoff,
        PolynomialCutoff,
    ]
    layer = PolynomialCutoff(order=3)
    assert get_cutoff_function(layer) is layer


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CosineCutoff(-1), "`cutoff` must be a positive radius in A. Received: cutoff=-1"),
        (lambda: TanhCutoff(math.inf), "Received: cutoff=inf"),
        (lambda: CosineCutoff(math.nan), "Received: cutoff=nan"),
        (lambda: CosineCutoff(6.0, inner_fraction=1), "`inner_fraction` must lie in .* Received: inner_fraction=1"),
        (lambda: PolynomialCutoff(6.0, order=5), "`order` must be 1, 2, 3 or 4. Received: order=5"),
        (lambda: get_cutoff_function("cos"), "must be one of cosine, tanh, polynomial, or a layer. Received: 'cos'"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()

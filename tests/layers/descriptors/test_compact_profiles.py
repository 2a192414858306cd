"""Functions with compact support: values by hand, and how smoothly they end."""

import math

import numpy as np
import pytest
from keras import ops

from atomzoo.layers import CompactFunction
from atomzoo.layers.descriptors.compact_functions import SUBTYPES
from atomzoo.layers.descriptors.compact_profiles import angular_range, compact_profiles
from atomzoo.models.potential.gradients import value_and_gradient


def profile(t, low, high, subtype):
    return np.asarray(compact_profiles(np.asarray(t, "float64"), [(low, high, subtype)]))[..., 0, :]


# At a quarter, a half and three quarters of the way from the center to an end.
VALUES = {
    "p1": [27 / 32, 1 / 2, 5 / 32],  # 1 - 3 x^2 + 2 x^3
    "p2": [459 / 512, 1 / 2, 53 / 512],  # 1 - 10 x^3 + 15 x^4 - 6 x^5
    "p3": [1 - 289 / 4096, 1 / 2, 289 / 4096],  # 1 - 35 x^4 + 84 x^5 - 70 x^6 + 20 x^7
    "p4": [1 - 6413 / 131072, 1 / 2, 6413 / 131072],  # 1 - 126 x^5 + 420 x^6 - 540 x^7 + 315 x^8 - 70 x^9
    "p1a": [1215 / 2048, 5 / 32, 23 / 2048],  # those of x (2 - x): 7/16, 3/4, 15/16
    "p2a": [322947 / 524288, 53 / 512, 1163 / 524288],
    "e": [math.exp(1 - 16 / 15), math.exp(-1 / 3), math.exp(-9 / 7)],
}


@pytest.mark.parametrize("subtype", VALUES)
def test_by_hand(subtype):
    x = np.array([0.25, 0.5, 0.75])
    for side in (1, -1):
        np.testing.assert_allclose(profile(2.0 + 3.0 * side * x, -1.0, 5.0, subtype), VALUES[subtype], atol=1e-15)
    np.testing.assert_array_equal(profile([2.0, -1.0, 5.0, -7.0, 1e9], -1.0, 5.0, subtype), [1, 0, 0, 0, 0])


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_how_smoothly_it_ends(subtype):
    """f begins and ends with the power n + 1 of the distance; a steeper one ends with that of its square."""
    h, is_steeper = np.array([1e-2, 5e-3]), subtype.endswith("a")
    at_end = profile(1.0 - (np.sqrt(h) if is_steeper else h), -1.0, 1.0, subtype)
    at_center = 1.0 - profile(h, -1.0, 1.0, subtype)
    if subtype == "e":
        assert at_end.max() < 1e-20 and math.log2(at_center[0] / at_center[1]) == pytest.approx(2, abs=1e-3)
        return
    order = int(subtype[1])
    assert math.log2(at_end[0] / at_end[1]) == pytest.approx(order + 1, abs=0.1)
    assert math.log2(at_center[0] / at_center[1]) == pytest.approx(order + 1, abs=0.15)


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_slopes(subtype):
    """Slopes and curvatures are those of differences, and finite and 0 at the ends and beyond, in float32 too."""
    t, step = np.array([-0.7, 0.1, 1.9, 2.0, 2.3, 3.9, 4.6]), 1e-5

    def slope(t):
        return value_and_gradient(lambda t: ops.sum(compact_profiles(t, [(-1.0, 5.0, subtype)])), t)[1]

    def curvature(t):
        return value_and_gradient(lambda t: ops.sum(slope(t)), t)[1]

    values = [profile(t + k * step, -1.0, 5.0, subtype) for k in (-1, 1)]
    slopes = [np.asarray(slope(t + k * step)) for k in (-1, 1)]
    np.testing.assert_allclose(np.asarray(slope(t)), (values[1] - values[0]) / (2 * step), atol=1e-9)
    np.testing.assert_allclose(np.asarray(curvature(t)), (slopes[1] - slopes[0]) / (2 * step), atol=1e-4)
    assert np.abs(slopes).max() > 0.1
    outside = np.array([-1.0, np.nextafter(-1, -2), -9.0, 5.0, np.nextafter(5.0, 6), 1e30])
    almost = np.array([np.nextafter(-1, 0), np.nextafter(5.0, 4), 2.0])
    for dtype in ("float64", "float32"):
        assert not np.asarray(slope(outside.astype(dtype))).any()
        for t in (outside, almost):
            t = t.astype(dtype)
            assert np.isfinite([np.asarray(slope(t)), np.asarray(curvature(t))]).all()


def test_several_at_once():
    ranges = [(-1.0, 5.0, subtype) for subtype in SUBTYPES] + [(0.0, 2.0, "p2a"), (1.0, 4.0, "e")]
    t = np.linspace(-2, 6, 24).reshape(4, 6)
    values = np.asarray(compact_profiles(t, ranges))
    assert values.shape == (4, len(ranges), 6)
    for column, one in enumerate(ranges):
        np.testing.assert_allclose(values[:, column], profile(t, *one), rtol=1e-14, atol=1e-15)


def test_angles_are_symmetric_ranges_in_radians():
    function = CompactFunction("C5", 4.0, thetalow=60, thetahigh=300, subtype="p3a")
    np.testing.assert_allclose(angular_range(function)[:2], [math.pi / 3, 5 * math.pi / 3])
    assert angular_range(function)[2] == "p3"

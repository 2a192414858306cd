import numpy as np
import pytest

from atomzoo.layers import FeatureScaling
from tests.physics import assert_close

# Atoms of element 0 have features (1, 10), (3, 10) and (5, 10); those of element 1 (0, -4) and (1, 4); one is padding.
FEATURES = np.array([[[1.0, 10.0], [0.0, -4.0], [3.0, 10.0]], [[5.0, 10.0], [1.0, 4.0], [99.0, 99.0]]])
SPECIES = np.array([[0, 1, 0], [0, 1, -1]])
DEVIATION = np.sqrt(8 / 3)


def adapted(method, **kwargs):
    layer = FeatureScaling(2, 2, method, dtype="float64", **kwargs)
    layer.adapt(FEATURES, SPECIES)
    return layer


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("min-max", [[-1, 0], [-1, -1], [0, 0], [1, 0], [1, 1]]),
        ("centered", [[-2, 0], [-0.5, -4], [0, 0], [2, 0], [0.5, 4]]),
        ("min-max-centered", [[-0.5, 0], [-0.5, -0.5], [0, 0], [0.5, 0], [0.5, 0.5]]),
        ("z-score", [[-2 / DEVIATION, 0], [-1, -1], [0, 0], [2 / DEVIATION, 0], [1, 1]]),
        ("none", [[1, 10], [0, -4], [3, 10], [5, 10], [1, 4]]),
    ],
)
def test_methods(method, expected):
    scaled = np.asarray(adapted(method)(FEATURES, SPECIES))
    assert scaled.shape == FEATURES.shape
    np.testing.assert_allclose(scaled[SPECIES >= 0], expected, atol=1e-15)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("min-max", [[-1, 0], [-1, -1], [1.5, 0], [4, 0], [4, 4]]),
        ("min-max-centered", [[-3.5, 0], [-3.5, -3.5], [-1, 0], [1.5, 0], [1.5, 1.5]]),
        ("z-score", [[-1 - 10 / DEVIATION, 0], [-6, -6], [-1, 0], [-1 + 10 / DEVIATION, 0], [4, 4]]),
    ],
)
def test_output_range(method, expected):
    """From -1 to 4; what is constant stays 0."""
    scaled = np.asarray(adapted(method, output_range=(-1, 4))(FEATURES, SPECIES))
    np.testing.assert_allclose(scaled[SPECIES >= 0], expected, atol=1e-14)


def test_without_tolerance_nothing_is_constant():
    layer = FeatureScaling(1, 1, "min-max-centered", tolerance=None, dtype="float64")
    layer.set_statistics(0, [0.0], [1e-12], [5e-13], [3e-13])
    assert not np.asarray(layer.is_constant()).any()
    assert np.asarray(layer(np.array([[1e-12]]), np.array([0])))[0, 0] == pytest.approx(0.5)
    assert np.asarray(adapted("min-max").is_constant()).tolist() == [[False, True], [False, False]]
    assert not np.asarray(adapted("none").is_constant()).any()


@pytest.mark.parametrize("method", ["min-max", "min-max-centered", "z-score"])
@pytest.mark.parametrize(("dtype", "constant"), [("float32", [True, False]), ("float64", [False, False])])
def test_rounding_of_the_dtype_is_no_variation(method, dtype, constant):
    """Two units in the last place of float32 are noise there, and a signal in float64."""
    features = 3.0 + np.array([[-1.0, -100.0], [0.0, 0.0], [1.0, 100.0]]) * np.finfo("float32").eps
    layer = FeatureScaling(1, 2, method, dtype=dtype)
    layer.adapt(features, np.zeros(3, dtype=int))
    assert np.asarray(layer.is_constant()).tolist() == [constant]
    assert (np.asarray(layer(features.astype(dtype), np.zeros(3, dtype=int)))[:, 0] == 0).all() == constant[0]
    untouched = FeatureScaling(1, 2, method, tolerance=None, dtype=dtype)
    untouched.adapt(features, np.zeros(3, dtype=int))
    assert not np.asarray(untouched.is_constant()).any()


def test_set_statistics():
    layer = adapted("z-score")
    layer.set_statistics(1, [5.0], [9.0], [6.0], [2.0], count=7, columns=[1])
    assert np.asarray(layer.minimum).tolist() == [[1, 10], [0, 5]]
    assert np.asarray(layer.maximum).tolist() == [[5, 10], [1, 9]]
    assert np.asarray(layer.count).tolist() == [3, 7]
    assert_close(np.asarray(layer(np.array([[0.5, 10.0]]), np.array([1]))), [[0.0, 2.0]])


def test_statistics_leave_out_padding():
    layer = adapted("z-score")
    assert np.asarray(layer.minimum).tolist() == [[1, 10], [0, -4]]
    assert np.asarray(layer.maximum).tolist() == [[5, 10], [1, 4]]
    assert_close(np.asarray(layer.mean), [[3, 10], [0.5, 0]])
    assert_close(np.asarray(layer.deviation), [[DEVIATION, 0], [0.5, 4]])


def test_an_element_that_does_not_occur_keeps_its_statistics():
    layer = adapted("min-max")
    layer.adapt(FEATURES[:1, :1] + 1, SPECIES[:1, :1])
    assert np.asarray(layer.minimum).tolist() == [[2, 11], [0, -4]]


@pytest.mark.parametrize("method", ["min-max", "min-max-centered", "z-score"])
def test_a_constant_feature_becomes_zero_even_away_from_its_value(method):
    """As in aenet: what never varied in the data must not blow up later."""
    scaled = np.asarray(adapted(method)(np.array([[1.0, 10.5]]), np.array([0])))
    assert scaled[0, 1] == 0 and np.isfinite(scaled).all()


def test_is_linear_outside_the_range():
    assert np.asarray(adapted("min-max")(np.array([[7.0, 10.0]]), np.array([0])))[0, 0] == 2


def test_one_element():
    layer = FeatureScaling(1, 1, dtype="float64")
    layer.adapt(np.array([[1.0], [3.0]]), np.array([0, 0]))
    assert np.asarray(layer(np.array([[[2.0], [3.0]]]), np.array([[0, -1]]))).ravel().tolist() == [0, 1]


def test_before_adapt_the_range_is_zero_to_one():
    scaled = FeatureScaling(2, 1, dtype="float64")(np.array([[0.0], [1.0]]), np.array([0, 1]))
    assert np.asarray(scaled).ravel().tolist() == [-1, 1]


def test_nothing_is_trained():
    layer = adapted("z-score")
    assert layer.trainable_variables == [] and len(layer.weights) == 5


def test_float32_keeps_its_statistics_in_float64():
    layer = FeatureScaling(2, 2, dtype="float32")
    layer.adapt(FEATURES + 1 / 3, SPECIES)
    assert_close(np.asarray(layer.minimum), np.array([[1, 10], [0, -4]]) + 1 / 3, 0)
    scaled = layer((FEATURES + 1 / 3).astype("float32"), SPECIES)
    assert "float32" in str(scaled.dtype)
    assert_close(np.asarray(scaled)[SPECIES >= 0], [[-1, 0], [-1, -1], [0, 0], [1, 0], [1, 1]], 1e-6)


def test_config_round_trip():
    config = adapted("centered", name="scaling").get_config()
    assert (config["n_elements"], config["n_features"], config["method"]) == (2, 2, "centered")
    assert FeatureScaling.from_config(config).get_config() == config


def test_config_keeps_range_and_tolerance():
    layer = FeatureScaling(1, 1, "z-score", output_range=[0, 2], tolerance=None)
    again = FeatureScaling.from_config(layer.get_config())
    assert (again.output_range, again.tolerance) == ((0.0, 2.0), None)


@pytest.mark.parametrize(
    ("method", "output_range", "message"),
    [
        ("centered", (0, 1), r"the method 'centered' has no output range. Received: output_range=\(0, 1\)"),
        ("min-max", (1, 1), r"must be two numbers, the lower first. Received: output_range=\(1, 1\)"),
        ("z-score", (0, np.inf), r"must be two numbers, the lower first. Received: output_range=\(0, inf\)"),
    ],
)
def test_bad_output_range(method, output_range, message):
    with pytest.raises(ValueError, match=message):
        FeatureScaling(1, 1, method, output_range=output_range)


def test_unknown_method():
    with pytest.raises(ValueError, match="`method` must be one of min-max, .* Received: method='minmax'"):
        FeatureScaling(1, 1, method="minmax")

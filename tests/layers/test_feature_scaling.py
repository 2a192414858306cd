import keras
import numpy as np
import pytest

from atomzoo.layers import FeatureScaling
from atomzoo.layers.feature_scaling import METHODS
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


RNG = np.random.default_rng(0)
# Correlated features of widely different size, one of them constant, of the atoms of two elements; some are padding.
MANY_SPECIES = RNG.integers(-1, 2, (40, 6))
MIXING = RNG.normal(size=(2, 4, 4)) * [1e-3, 1.0, 30.0, 0.0]
MANY = RNG.normal(size=(40, 6, 4)) @ MIXING[0] + [0.2, -5.0, 100.0, 3.0]
MANY[MANY_SPECIES == 1] = MANY[MANY_SPECIES == 1] * [1, 1, 1, 0] @ MIXING[1] + [0.1, 7.0, 2.0, -1.0]


def scaling_of_many(method, dtype="float64", **kwargs):
    layer = FeatureScaling(2, 4, method, dtype=dtype, **kwargs)
    layer.adapt(np.where(MANY_SPECIES[..., None] < 0, np.nan, MANY), MANY_SPECIES)
    return layer


def test_principal_components_are_uncorrelated_and_of_variance_one():
    """Of zero mean; but for the damping, and for the constant feature's component, which is zero."""
    scaled = np.asarray(scaling_of_many("principal-components")(MANY, MANY_SPECIES))
    for element in (0, 1):
        values = scaled[MANY_SPECIES == element]
        z = np.asarray(scaling_of_many("z-score")(MANY, MANY_SPECIES))[MANY_SPECIES == element]
        variances = np.linalg.eigvalsh(np.cov(z.T, bias=True))
        np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(np.cov(values.T, bias=True), np.diag(variances / (variances + 1e-3)), atol=1e-12)


def test_principal_components_of_one_element():
    layer = FeatureScaling(1, 4, "principal-components", dtype="float64")
    layer.adapt(MANY, np.minimum(MANY_SPECIES, 0))
    species = np.where(MANY_SPECIES == 0, 0, -1)
    two = FeatureScaling(2, 4, "principal-components", dtype="float64")
    two.adapt(MANY, np.minimum(MANY_SPECIES, 0))
    assert_close(np.asarray(layer(MANY, species))[species == 0], np.asarray(two(MANY, species))[species == 0], 1e-14)


@pytest.fixture
def trained_normalization():
    """Batch normalization whose weights are not those of the beginning."""
    layer = scaling_of_many("batch-normalization", momentum=0.9)
    move_weights(layer)
    return layer


def test_batch_normalization_is_that_of_keras():
    """One element, no padding, both modes; the layer of Keras sees z-scores, and these are features before `adapt`."""
    # Keras' own layer rounds float64 to float32 under JAX.
    tolerance = 1e-12 if keras.backend.backend() == "tensorflow" else 1e-6
    ours = FeatureScaling(1, 4, "batch-normalization", dtype="float64")
    theirs = keras.layers.BatchNormalization(dtype="float64")
    theirs.build(MANY.shape)
    ours.build()
    species = np.zeros(MANY.shape[:2], int)
    small = MANY * [10.0, 1.0, 0.03, 1.0]
    weights = [RNG.uniform(0.5, 1.5, 4) for _ in range(4)]
    theirs.set_weights(weights)
    for weight, value in zip(ours.second_step.weights, weights, strict=True):
        weight.assign(value[None])
    for batch in np.split(small, 4):
        assert_close(ours(batch, species[:10], training=True), theirs(batch, training=True), tolerance)
        assert_close(ours(batch, species[:10]), theirs(batch), tolerance)
    for weight, expected in zip(ours.second_step.weights, theirs.get_weights(), strict=True):
        assert_close(np.asarray(weight)[0], expected, tolerance)
    ours.adapt(MANY, species)
    theirs.set_weights([np.asarray(weight)[0] for weight in ours.second_step.weights])
    z = np.where(MANY.std((0, 1)) > 1e-10, (MANY - MANY.mean((0, 1))) / np.maximum(MANY.std((0, 1)), 1e-10), 0)
    assert_close(ours(MANY, species), theirs(z), tolerance)
    assert_close(ours(MANY, species, training=True), theirs(z, training=True), tolerance)


def test_batch_normalization_leaves_out_padding_and_other_elements(trained_normalization):
    """In each mode an element's atoms get what a layer of theirs alone makes of them, whatever padding holds."""
    layer, expected = trained_normalization, {}
    for element in (0, 1):
        alone = FeatureScaling(1, 4, "batch-normalization", momentum=0.9, dtype="float64")
        alone.build()
        for weight, other in zip(alone.weights, layer.weights, strict=True):
            weight.assign(np.asarray(other)[element : element + 1])
        atoms = MANY[MANY_SPECIES == element]
        species = np.zeros(len(atoms), int)
        scaled = [np.asarray(alone(atoms, species, training=training)) for training in (False, True)]
        expected[element] = (*scaled, alone)
    padded = np.where(MANY_SPECIES[..., None] < 0, 1e30, MANY)
    padded[np.argwhere(MANY_SPECIES < 0)[0][0], np.argwhere(MANY_SPECIES < 0)[0][1]] = np.nan
    results = [np.asarray(layer(padded, MANY_SPECIES, training=training)) for training in (False, True)]
    for element, (*scaled, alone) in expected.items():
        for result, values in zip(results, scaled, strict=True):
            assert_close(result[MANY_SPECIES == element], values, 1e-13)
        for weight, other in zip(alone.weights, layer.weights, strict=True):
            assert_close(np.asarray(other)[element], np.asarray(weight)[0], 1e-13)


def test_statistics_of_an_element_that_a_batch_lacks_stay(trained_normalization):
    layer = trained_normalization
    before = [np.array(weight) for weight in layer.second_step.weights]
    layer(MANY, np.minimum(MANY_SPECIES, 0), training=True)
    after = [np.array(weight) for weight in layer.second_step.weights]
    assert all((a[1] == b[1]).all() for a, b in zip(before, after, strict=True))
    assert (before[2][0] != after[2][0]).any() and (before[3][0] != after[3][0]).any()


def test_moving_statistics_begin_at_those_of_the_data():
    """And `adapt` brings them back there: tiny and large features alike come out with variance 1 / (1 + 1e-3)."""
    layer = scaling_of_many("batch-normalization")
    for _ in range(3):
        layer(MANY + 1.0, MANY_SPECIES, training=True)
    assert np.abs(np.asarray(layer(MANY, MANY_SPECIES))[MANY_SPECIES == 0].mean(axis=0)).max() > 1e-2
    layer.adapt(MANY, MANY_SPECIES)
    for element in (0, 1):
        values = np.asarray(layer(MANY, MANY_SPECIES))[MANY_SPECIES == element]
        np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(values.var(axis=0)[:3], 1 / 1.001, rtol=1e-12)


def test_what_is_trained():
    layer = scaling_of_many("batch-normalization")
    assert [weight.name for weight in layer.trainable_variables] == ["gamma", "beta"]
    assert scaling_of_many("principal-components").trainable_variables == []


def move_weights(layer):
    for weight in layer.second_step.weights if layer.second_step else []:
        weight.assign(np.asarray(weight) * 1.3 + RNG.uniform(0.1, 0.5, weight.shape))


@pytest.mark.parametrize("method", METHODS)
def test_folded(method):
    layer = scaling_of_many(method)
    move_weights(layer)
    for element in (0, 1):
        kernel, bias = RNG.normal(size=(4, 3)), RNG.normal(size=3)
        features = MANY[MANY_SPECIES == element]
        scaled = np.asarray(layer(features, np.full(len(features), element)))
        offset, factor, new_kernel, new_bias = layer.folded(element, kernel, bias)
        assert_close(((features - offset) * factor) @ new_kernel + new_bias, scaled @ kernel + bias, 1e-13)
        assert offset.dtype == factor.dtype == new_kernel.dtype == new_bias.dtype == np.float64


@pytest.mark.parametrize("method", ["principal-components", "batch-normalization"])
def test_float32_follows_float64(method):
    single, double = scaling_of_many(method, "float32"), scaling_of_many(method)
    values = single(MANY.astype("float32"), MANY_SPECIES, training=True)
    assert "float32" in str(values.dtype)
    expected = np.asarray(double(MANY, MANY_SPECIES, training=True))
    np.testing.assert_allclose(np.asarray(values)[MANY_SPECIES >= 0], expected[MANY_SPECIES >= 0], atol=1e-4)


def test_bad_momentum():
    with pytest.raises(ValueError, match=r"`momentum` must lie in \[0, 1\). Received: momentum=1"):
        FeatureScaling(1, 1, "batch-normalization", momentum=1)

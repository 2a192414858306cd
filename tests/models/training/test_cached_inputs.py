import keras
import numpy as np
import pytest

from atomzoo.models.training import cached_inputs as feature_cache
from atomzoo.models.training.cached_inputs import with_cached_features, with_cached_gradients
from tests.examples import PATHS, crystal, rattled, small_potential
from tests.physics import assert_close

LABELS = ("energy", "forces")

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


@pytest.fixture(scope="module")
def structures():
    return rattled(crystal(["Ti", "O"]), 3) + rattled(crystal(["Ti", "O"], pbc=False)[:3], 3)


@pytest.fixture(scope="module")
def potential():
    return small_potential(["Ti", "O"], [*PATHS["radial"], *PATHS["narrow"]])


def batches(dataset):
    return [dataset[k] for k in range(len(dataset))]


def test_cached_features_give_the_same_energies(potential, structures):
    potential.compile(loss={"energy": "mse"})
    dataset = potential.dataset(structures, batch_size=2)
    cached = with_cached_features(potential, dataset)
    assert len(cached) == len(dataset)
    for (x, y, w), (x_cached, y_cached, w_cached) in zip(batches(dataset), batches(cached), strict=True):
        assert sorted(x_cached) == ["features", "species"]
        assert_close(potential(x_cached)["energy"], potential(x)["energy"], 1e-13)
        np.testing.assert_array_equal(y_cached["energy"], y["energy"])
        np.testing.assert_array_equal(w_cached["energy"], w["energy"])


def test_cached_gradients_give_the_same_forces_and_stress(potential, structures):
    potential.compile(loss={"energy": "mse", "forces": "mse"})
    dataset = potential.dataset(structures, batch_size=2, labels=LABELS)
    cached = with_cached_gradients(potential, dataset)
    for (x, _, _), (x_cached, _, _) in zip(batches(dataset), batches(cached), strict=True):
        assert {"features", "feature_gradients"} <= set(x_cached)
        expected, outputs = potential(x), potential(x_cached)
        for name in expected:
            assert_close(outputs[name], expected[name], 1e-11, name)


def test_cached_gradients_train_alike(potential, structures):
    """The gradient of the force loss with respect to the network's weights is the same."""
    import tensorflow as tf

    potential.compile(loss={"energy": "mse", "forces": "mse"})
    dataset = potential.dataset(structures, labels=LABELS)
    gradients = []
    for data in (dataset, with_cached_gradients(potential, dataset)):
        x, y, weights = data[0]
        with tf.GradientTape() as tape:
            loss = potential.compute_loss(x, y, potential(x), weights)
        gradients.append(tape.gradient(loss, potential.trainable_variables))
    for cached, expected in zip(*gradients, strict=True):
        assert_close(cached, expected, 1e-6)  # Keras computes losses in float32


def test_shuffling_goes_on(potential, structures):
    potential.compile(loss={"energy": "mse"})
    dataset = potential.dataset(structures, batch_size=2, shuffle=True, seed=1)
    cached = with_cached_features(potential, dataset)
    for _ in range(2):
        energies = [[y["energy"].tolist() for _, y, _ in batches(data)] for data in (dataset, cached)]
        assert energies[0] == energies[1]
        dataset.on_epoch_end()
        cached.on_epoch_end()


def test_nothing_is_cached_that_changes(structures):
    trained = small_potential(["Ti", "O"], PATHS["radial"], trainable_functions=("eta",))
    trained.compile(loss={"energy": "mse"})
    dataset = trained.dataset(structures)
    assert with_cached_features(trained, dataset) is dataset
    assert with_cached_gradients(trained, dataset) is dataset


def test_nothing_is_cached_that_is_needed(potential, structures):
    potential.compile(loss={"energy": "mse", "forces": "mse"})
    dataset = potential.dataset(structures, labels=LABELS)
    assert with_cached_features(potential, dataset) is dataset
    assert with_cached_features(potential, None) is None


def test_gradients_that_would_fill_the_memory_are_not_cached(potential, structures, monkeypatch):
    monkeypatch.setattr(feature_cache, "GRADIENT_LIMIT", 1e3)
    dataset = potential.dataset(structures, labels=LABELS)
    assert with_cached_gradients(potential, dataset) is dataset

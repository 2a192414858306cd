"""What is evaluated once gives what the geometry gives."""

import keras
import numpy as np
import pytest

from atomzoo.models.training import inputs
from atomzoo.models.training.force_projections import projected_forces, random_directions
from atomzoo.models.training.inputs import prepared
from tests.examples import PATHS, crystal, rattled, small_potential, wide_core
from tests.physics import assert_close

FORCES = ("energy_per_atom", "forces")

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


@pytest.fixture(scope="module")
def structures():
    """Of four, three and eight atoms, mixed."""
    crystals, clusters = rattled(crystal(["Ti", "O"]), 2), rattled(crystal(["Ti", "O"], pbc=False)[:3], 2)
    return [crystals[0], *clusters, *rattled(crystal(["Ti", "O"]) * (2, 1, 1), 1), crystals[1]]


@pytest.fixture(scope="module")
def potential():
    return small_potential(["Ti", "O"], [*PATHS["radial"], *PATHS["narrow"][:1]], core=wide_core())


def batches(dataset):
    return [dataset[k] for k in range(len(dataset))]


def test_features_give_the_same_energies(potential, structures):
    potential.compile()
    dataset = potential.dataset(structures, batch_size=2)
    cached = prepared(potential, dataset, structures, None, 0)
    for (x, y, w), (x_cached, y_cached, w_cached) in zip(batches(dataset), batches(cached), strict=True):
        assert {"features", "core_energies"} <= set(x_cached) and "feature_gradients" not in x_cached
        for name, expected in potential(x).items():
            assert_close(potential({**x_cached, "positions": np.nan * x["positions"]})[name], expected, 1e-13)
        for found, expected in ((y_cached, y), (w_cached, w)):
            np.testing.assert_array_equal(found["energy_per_atom"], expected["energy_per_atom"])


def test_gradients_give_the_same_forces_stress_and_training(potential, structures):
    """The gradient of the loss with respect to the weights, too."""
    import tensorflow as tf

    labels = (*FORCES, "stress")
    potential.compile(loss=dict.fromkeys(labels, keras.losses.MeanSquaredError(dtype="float64")))
    dataset = potential.dataset(structures, batch_size=3, labels=labels)
    cached = prepared(potential, dataset, structures, "exact", 0)
    assert {"features", "feature_gradients", "feature_virials", "neighbors"} <= set(cached[0][0])
    assert {"core_gradients", "core_virials"} <= set(cached[0][0]) and "positions" not in cached[0][0]
    for batch, batch_cached in zip(batches(dataset), batches(cached), strict=True):
        expected, outputs = potential(batch[0]), potential(batch_cached[0])
        for name in expected:
            assert_close(outputs[name], expected[name], 1e-11, name)
    gradients = []
    for data in (cached, dataset):
        with tf.GradientTape() as tape:
            loss = potential.loss_of(*data[0])
        gradients.append(tape.gradient(loss, potential.trainable_variables))
    for found, expected in zip(*gradients, strict=True):
        assert_close(found, expected, 1e-10)


def test_projections_give_the_forces_along_the_directions(potential, structures):
    names = ("energy_per_atom", "projected_forces")
    potential.compile(loss=dict.fromkeys(names, "mse"))
    directions = random_directions(structures, 2, seed=3)
    dataset = prepared(potential, potential.dataset(structures, None), structures, "projected", 2, seed=3)
    x, y, _ = dataset[0]
    np.testing.assert_array_equal(y["projected_forces"], projected_forces(structures, directions))
    forces = np.concatenate([result["forces"] for result in potential.evaluate_atoms(structures)])
    along = np.einsum("nd,nkd->nk", forces, directions)
    expected = [along[x["structure"] == k].sum(axis=0) for k in range(len(structures))]
    assert_close(potential(x)["projected_forces"], expected, 1e-6)


def test_what_was_evaluated_before_is_taken(potential, structures):
    n = sum(map(len, structures))
    features = np.random.default_rng(0).normal(size=(n, len(potential.functions)))
    projections = random_directions(structures, 2), np.ones((n, 2, len(potential.functions)), "float32")
    dataset = potential.dataset(structures, None)
    x, y, _ = prepared(potential, dataset, structures, "projected", 5, 0, features, projections)[0]
    np.testing.assert_array_equal(x["features"], features)
    np.testing.assert_array_equal(x["feature_projections"], projections[1])
    np.testing.assert_array_equal(y["projected_forces"], projected_forces(structures, projections[0]))


def test_shuffling_goes_on(potential, structures):
    dataset = potential.dataset(structures, batch_size=2, shuffle=True, seed=1)
    cached = prepared(potential, dataset, structures, None, 0)
    features = potential.evaluator.features(structures)
    for _ in range(3):
        energies = [[y["energy_per_atom"].tolist() for _, y, _ in batches(data)] for data in (dataset, cached)]
        assert energies[0] == energies[1]
        for x, y, _ in batches(cached):
            for place, energy in enumerate(y["energy_per_atom"]):
                found = [k for k, e in enumerate(dataset.labels["energy_per_atom"]) if e == energy]
                if found:  # others are empty places
                    assert_close(x["features"][x["structure"] == place], features[found[0]], 1e-13)
        dataset.on_epoch_end()
        cached.on_epoch_end()


def test_nothing_is_kept_that_changes(structures):
    trained = small_potential(["Ti", "O"], PATHS["radial"], trainable_functions=("eta",))
    dataset = trained.dataset(structures, labels=FORCES)
    assert prepared(trained, dataset, structures, "exact", 0) is dataset
    with pytest.raises(ValueError, match="Projected forces need fixed functions. Received: trained ones"):
        prepared(trained, dataset, structures, "projected", 2)


def test_gradients_that_would_fill_the_memory_are_not_kept(potential, structures, monkeypatch):
    monkeypatch.setattr(inputs, "DERIVATIVE_LIMIT", 1e3)
    dataset = potential.dataset(structures, labels=FORCES)
    assert prepared(potential, dataset, structures, "exact", 0) is dataset

import keras
import numpy as np
import pytest

from atomzoo.models import fit_lbfgs
from atomzoo.models.training.feature_dataset import FeatureDataset
from tests.examples import PATHS, crystal, rattled, small_potential
from tests.physics import assert_close

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


@pytest.fixture(scope="module")
def structures():
    """Sizes of three buckets, mixed."""
    crystals = rattled(crystal(["Ti", "O"]), 3)
    clusters = [atoms[:3] for atoms in rattled(crystal(["Ti", "O"], pbc=False), 2, seed=1)]
    labelled = [*rattled(clusters[0], 1), crystals[0], *rattled(crystals[0] * (2, 1, 1), 2), *crystals[1:]]
    return labelled


@pytest.fixture(scope="module")
def features(structures):
    return np.concatenate(small_potential(["Ti", "O"], PATHS["linear"]).evaluator.features(structures))


def test_training_is_the_same_as_on_structures(structures, features):
    losses, weights = [], []
    for cached in (False, True):
        potential = small_potential(["Ti", "O"], PATHS["linear"])
        potential.adapt(structures, features if cached else None)
        dataset = FeatureDataset(structures, features, potential) if cached else potential.dataset(structures)
        losses.append(fit_lbfgs(potential, dataset, max_iterations=5))
        weights.append(potential.get_weights())
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-9)
    for ours, expected in zip(*weights, strict=True):
        assert_close(ours, expected, 1e-7)


def test_batches_hold_what_those_of_structures_do(structures, features):
    potential = small_potential(["Ti", "O"], PATHS["linear"])
    expected = potential.dataset(structures, batch_size=2, shuffle=True, seed=3)
    dataset = FeatureDataset(structures, features, potential, batch_size=2, shuffle=True, seed=3)
    for _ in range(2):
        assert len(dataset) == len(expected) > 2
        energies = [[data[k][1]["energy"].tolist() for k in range(len(data))] for data in (dataset, expected)]
        assert energies[0] == energies[1]
        dataset.on_epoch_end()
        expected.on_epoch_end()
    potential.compile(loss={"energy": "mse"})
    assert potential.evaluate(dataset, verbose=0) == pytest.approx(potential.evaluate(expected, verbose=0), rel=1e-5)


def test_keras_fits(structures, features):
    potential = small_potential(["Ti", "O"], PATHS["linear"])
    potential.compile(keras.optimizers.Adam(0.01), loss={"energy": "mse"})
    losses = potential.fit(FeatureDataset(structures, features, potential), epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


def test_features_of_others_are_refused(structures, features):
    potential = small_potential(["Ti", "O"], PATHS["linear"])
    with pytest.raises(ValueError, match=r"`features` must have the shape \(\d+, 9\). Received: \(\d+, 9\)"):
        FeatureDataset(structures, features[1:], potential)

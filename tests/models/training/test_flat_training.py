import keras
import numpy as np
import pytest
from ase.calculators.lj import LennardJones

from atomzoo import NeuralNetworkPotential
from atomzoo.datasets.arrays.labels import labels
from atomzoo.models.potential.feature_cache import cached_features, cached_rates
from atomzoo.models.training.flat_training import FlatData, fit_flat, principal_components
from atomzoo.models.training.force_projections import random_directions
from tests.examples import PATHS, crystal, rattled

ELEMENTS = ["Ti", "O"]
FUNCTIONS = [*PATHS["radial"][:3], *PATHS["linear"]]

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def structures(n, seed):
    found = rattled(crystal(ELEMENTS), n, seed=seed)
    for atoms in found:
        atoms.calc = LennardJones(sigma=1.7, epsilon=0.05, rc=5.0, smooth=True)
        atoms.get_forces()
    return found


def data(n, seed, folder, n_directions=0):
    found = structures(n, seed)
    features = cached_features(found, FUNCTIONS, ELEMENTS, folder)
    if not n_directions:
        return FlatData(found, features)
    directions = random_directions(found, n_directions, seed)
    return FlatData(found, features, directions, cached_rates(found, FUNCTIONS, ELEMENTS, directions, folder))


def potential(**options):
    return NeuralNetworkPotential.from_functions(ELEMENTS, FUNCTIONS, hidden=(6, 5), scaling="z-score", **options)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    return [data(n, seed, folder, n_directions=3) for n, seed in ((40, 0), (10, 1))]


@pytest.fixture(scope="module")
def trained(parts):
    found = potential()
    return found, fit_flat(found, *parts, epochs=25, batch_size=8, learning_rate=0.02, force_weight=0.1)


def test_components_are_uncorrelated(parts):
    found = potential()
    found.adapt(parts[0].structures, parts[0].features)
    arguments = parts[0].arguments(found, principal_components(found, parts[0]))
    for index in range(2):
        values = arguments["features"][arguments["species"] == index]
        covariance = values.T @ values / len(values)
        np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-3)
        assert covariance.max() == pytest.approx(1.0, abs=0.02) and np.diag(covariance).min() < 0.9


def test_the_potential_has_the_errors_of_the_history(parts, trained):
    """The weights of the best epoch, and the principal components among them."""
    found, history = trained
    best = int(np.argmin(history["val_loss"]))
    held_out = parts[1].structures
    results = found.evaluate_atoms(held_out)
    error = np.array([result["energy"] for result in results]) - labels(held_out, ("energy",))["energy"]
    per_atom = error / np.array([len(atoms) for atoms in held_out])
    assert np.sqrt(np.mean(per_atom**2)) == pytest.approx(history["val_energy_rmse"][best], rel=1e-3)
    forces, start = [], 0
    for atoms, result in zip(held_out, results, strict=True):
        directions = parts[1].directions[start : start + len(atoms)]
        forces.append(np.einsum("nd,nkd->k", result["forces"] - atoms.get_forces(), directions))
        start += len(atoms)
    assert np.sqrt(np.mean(np.square(forces))) == pytest.approx(history["val_rates_rmse"][best], rel=1e-3)


def test_energies_and_forces_are_learned(parts, trained):
    _, history = trained
    assert history["val_energy_rmse"][-1] < 0.3 * history["val_energy_rmse"][0]
    assert history["val_rates_rmse"][-1] < 0.5 * np.sqrt(
        np.mean(parts[1].arguments(trained[0], [np.eye(len(trained[0].functions))] * 2)["energy_rates"] ** 2)
    )


def test_the_same_seed_gives_the_same_numbers(parts):
    losses = []
    for seed in (0, 0, 1):
        history = fit_flat(potential(), *parts, epochs=2, batch_size=8, seed=seed)
        losses.append(history["val_loss"])
    assert losses[0] == losses[1] != losses[2]


def test_without_forces(tmp_path):
    found = potential()
    history = fit_flat(found, data(16, 0, tmp_path), data(4, 1, tmp_path), epochs=3, batch_size=4)
    assert sorted(history) == ["loss", "mae", "rmse", "val_loss", "val_mae", "val_rmse"]


def test_an_infinite_loss_is_told(parts):
    with pytest.raises(ValueError, match="The loss became infinite in epoch 1: a smaller learning rate may help"):
        fit_flat(potential(), *parts, epochs=1, learning_rate=1e38)

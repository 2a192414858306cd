"""The hypermodel in the tuners of KerasTuner, as they are."""

import keras
import keras_tuner
import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential, PotentialHyperModel
from tests.examples import PATHS, crystal, rattled
from tests.models.training.by_hand import mean_squares

GRID = {"layers": [1], "nodes": [2, 4], "learning_rate": [0.02], "dropout": [0.0]}
FUNCTIONS = [*PATHS["radial"][:2], PATHS["linear"][0]]
TRAIN = rattled(crystal(["Ti", "O"]), 8)

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


@pytest.fixture(scope="module")
def held_out():
    return rattled(crystal(["Ti", "O"]), 4, seed=1)


@pytest.fixture(scope="module")
def hypermodel(held_out, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return PotentialHyperModel(TRAIN, held_out, FUNCTIONS, GRID, batch_size=4, cache=cache)


def rmse(potential, structures):
    return np.sqrt(mean_squares(potential, structures)["energy_per_atom"])


@pytest.mark.parametrize(
    ("tuner", "options"),
    [
        (keras_tuner.GridSearch, {}),
        pytest.param(keras_tuner.RandomSearch, {"max_trials": 2}, marks=pytest.mark.slow),
        pytest.param(
            keras_tuner.BayesianOptimization, {"max_trials": 2, "num_initial_points": 1}, marks=pytest.mark.slow
        ),
        pytest.param(keras_tuner.Hyperband, {"max_epochs": 2, "factor": 2}, marks=pytest.mark.slow),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_stock_tuners(hypermodel, held_out, tmp_path, tuner, options):
    """The best of the potentials has the score of its trial."""
    search = tuner(hypermodel, hypermodel.objective, directory=tmp_path, **options)
    epochs = {} if tuner is keras_tuner.Hyperband else {"epochs": 2}
    search.search(verbose=0, **epochs)
    (trial,) = search.oracle.get_best_trials(1)
    (potential,) = search.get_best_models(1)
    assert isinstance(potential, NeuralNetworkPotential) and potential.optimizer is not None
    assert list(potential.atomic_network.hidden["Ti"]) == [trial.hyperparameters["nodes"]]
    assert rmse(potential, held_out) == pytest.approx(trial.score, rel=1e-4)
    tried = [found for found in search.oracle.trials.values() if found.status == "COMPLETED"]
    assert len(tried) >= 2 and {found.hyperparameters["nodes"] for found in tried} == {2, 4}
    assert trial.score == min(found.score for found in tried)


def test_build_gives_what_the_hyperparameters_say(hypermodel, held_out):
    space = keras_tuner.HyperParameters()
    potential = hypermodel.build(space)
    assert {name: space.get(name) for name in GRID} == {name: values[0] for name, values in GRID.items()}
    space.values |= {"layers": 1, "nodes": 4}
    larger = hypermodel.build(space)
    assert [list(p.atomic_network.hidden["O"]) for p in (potential, larger)] == [[2], [4]]
    assert float(potential.optimizer.learning_rate) == pytest.approx(0.02)
    assert potential.elements == ["O", "Ti"] and potential.is_adapted
    for layer in ("atom_sum", "feature_scaling"):
        for a, b in zip(getattr(potential, layer).get_weights(), getattr(larger, layer).get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_loss_is_the_mean_error_in_energy_scales(hypermodel, held_out, tmp_path):
    """Mean absolute or squared, as asked."""
    squared = PotentialHyperModel(TRAIN, held_out, FUNCTIONS, GRID, loss="mse", cache=tmp_path)
    for model, expected in ((hypermodel, np.abs), (squared, np.square)):
        potential = model.build(keras_tuner.HyperParameters())
        potential.run_eagerly = True
        measured = potential.evaluate(model.validation, verbose=0, return_dict=True)
        errors = [
            (result["energy"] - atoms.get_potential_energy()) / 4
            for atoms, result in zip(held_out, potential.evaluate_atoms(held_out), strict=True)
        ]
        scale = float(potential.atom_sum.scale)
        # The metrics are summed in float32.
        assert measured["loss"] == pytest.approx(np.mean(expected(np.array(errors) / scale)), rel=3e-4)
        assert measured["rmse"] == pytest.approx(rmse(potential, held_out), rel=3e-4)
        assert measured["mae"] == pytest.approx(np.mean(np.abs(errors)), rel=3e-4)


def test_what_fit_reports(hypermodel, held_out):
    """The numbers of the best epoch, whose weights are put back."""
    space = keras_tuner.HyperParameters()
    potential = hypermodel.build(space)
    found = hypermodel.fit(space, potential, epochs=3)
    assert sorted(found) == ["best_epoch", "epochs", "seconds", "val_loss", "val_mae", "val_rmse"]
    assert 1 <= found["best_epoch"] <= 3 == found["epochs"] and found["seconds"] > 0
    assert rmse(potential, held_out) == pytest.approx(found["val_rmse"], rel=1e-4)


def test_bad_arguments(held_out):
    with pytest.raises(ValueError, match="Both parts need structures. Received: 0 to train, 4 to validate"):
        PotentialHyperModel([], held_out, FUNCTIONS)
    with pytest.raises(ValueError, match="A grid must have lists of layers, nodes"):
        PotentialHyperModel(held_out, held_out, FUNCTIONS, {"layers": [1]})

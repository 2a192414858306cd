"""A training that is killed and goes on ends as one that was not."""

import keras
import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential, fit
from atomzoo.layers import SymmetryFunction
from atomzoo.models.training import checkpoint, lbfgs
from tests.examples import CUTOFF, crystal, rattled, small_potential, wide_core

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
FUNCTIONS = [SymmetryFunction("G2", CUTOFF, eta=0.5, rs=2.0)]


class Killed(Exception):
    pass


def kill_after(epoch):
    def kill(done, logs):
        if done + 1 == epoch:
            raise Killed

    return keras.callbacks.LambdaCallback(on_epoch_end=kill)


def trained(path, optimizer, callbacks=(), resume=False, **options):
    structures = rattled(crystal(["Ti", "O"]), 12, seed=5)
    potential = NeuralNetworkPotential.from_functions(["Ti", "O"], FUNCTIONS, (4,), dtype="float64")
    options = {"epochs": 5, "learning_rate": 0.03, "batch_size": 5, "patience": 50, "checkpoint": path, **options}
    history = fit(
        potential, structures[:9], structures[9:], optimizer=optimizer, callbacks=callbacks, resume=resume, **options
    )
    return history, potential.get_weights()


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(checkpoint, "EVERY", -1.0)
    monkeypatch.setattr(lbfgs, "LEG", 2)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_killed_and_resumed(tmp_path, optimizer):
    expected, weights = trained(tmp_path / "whole", optimizer)
    assert len(expected["loss"]) == 5
    path = tmp_path / "a.checkpoint"
    with pytest.raises(Killed):
        trained(path, optimizer, [kill_after(3)])
    history, found = trained(path, optimizer, resume=True)
    assert history == expected
    for value, wanted in zip(found, weights, strict=True):
        np.testing.assert_array_equal(value, wanted)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
@pytest.mark.parametrize("patience", [1, 50])
def test_a_complete_one_is_not_trained_again(tmp_path, optimizer, patience):
    """Whether its epochs or its patience ended it."""
    path, options = tmp_path / "a.checkpoint", {"learning_rate": 5.0, "patience": patience}
    expected, weights = trained(path, optimizer, **options)
    history, found = trained(path, optimizer, [kill_after(k) for k in range(1, 6)], resume=True, **options)
    assert history == expected and (optimizer == "lbfgs" or len(history["loss"]) == 5 or patience == 1)
    for value, wanted in zip(found, weights, strict=True):
        np.testing.assert_array_equal(value, wanted)


def test_only_a_training_with_a_checkpoint_begins_anew(tmp_path, monkeypatch):
    """L-BFGS forgets all curvature there, and needs more iterations."""
    with_checkpoint, without = (trained(path, "lbfgs")[0]["loss"] for path in (tmp_path / "a.checkpoint", None))
    monkeypatch.setattr(lbfgs, "LEG", 500)
    assert without == trained(None, "lbfgs")[0]["loss"]
    assert without[:2] == with_checkpoint[:2] and without[3:] != with_checkpoint[3:]


def test_time_that_is_over_leaves_one_epoch_and_a_checkpoint(tmp_path):
    """Which goes on, but not with other data or options, nor where it is damaged."""
    path = tmp_path / "a.checkpoint"
    first, _ = trained(path, "lbfgs", time_limit=1e-3)
    assert len(first["loss"]) == 1
    with pytest.raises(ValueError, match="a.checkpoint' is of a training with other data or options"):
        trained(path, "lbfgs", resume=True, weight_decay=0.1)
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    with pytest.raises(ValueError, match="a.checkpoint' is no checkpoint, or is damaged"):
        trained(path, "lbfgs", resume=True)
    path.write_bytes(content)
    history, _ = trained(path, "lbfgs", resume=True)
    assert [values[:1] for values in history.values()] == list(first.values()) and len(history["loss"]) == 5


def test_another_core_is_another_training():
    potentials = [
        small_potential(["Ti", "O"], FUNCTIONS, core=core) for core in (None, "zbl", wide_core(), wide_core())
    ]
    keys = [checkpoint.training_key(potential, [], []) for potential in potentials]
    assert len(set(keys)) == 3 and keys[2] == keys[3]

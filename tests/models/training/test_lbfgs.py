"""L-BFGS: the objective and its gradient, and how it is minimized."""

import keras
import numpy as np
import pytest

from atomzoo.layers import SymmetryFunction
from atomzoo.models.training.inputs import prepared
from atomzoo.models.training.lbfgs import minimize_loss, objective_of
from atomzoo.models.training.losses import losses
from tests.examples import CUTOFF, ONE_OF_EACH, crystal, rattled, small_potential
from tests.models.training.by_hand import mean_squares
from tests.physics import assert_close, assert_gradient

pytestmark = [
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow"),
    pytest.mark.compiled,
]
ELEMENTS = ["Ti", "O"]
FUNCTIONS = [SymmetryFunction("G2", CUTOFF, eta=0.5, rs=2.0), SymmetryFunction("G5", CUTOFF, eta=0.1, zeta=2)]
ENERGIES = ("energy_per_atom",)
ALL = ("energy_per_atom", "energies", "forces", "stress")
WEIGHTS = {"energy_per_atom": 2.0, "energies": 1.5, "forces": 0.3, "stress": 5.0, "projected_forces": 0.7}


def structures(elements, n=4):
    return rattled(crystal(elements), n, seed=5)


def data(potential, structures, names, weight_decay=0.0, batch_size=None):
    """The dataset of a potential that is compiled, as by `fit`."""
    weights = {name: WEIGHTS[name] for name in names}
    loss = losses(names, potential.compute_dtype)
    potential.compile(loss=loss, loss_weights=weights, weight_decay=weight_decay)
    forces = "projected" if "projected_forces" in names else "exact"
    labels = tuple(name for name in names if name != "projected_forces")
    dataset = potential.dataset(structures, batch_size, labels)
    return prepared(potential, dataset, structures, forces if len(names) > 1 else None, 2)


@pytest.mark.parametrize(
    ("elements", "functions", "names", "options"),
    [
        (["Au"], [*ONE_OF_EACH, SymmetryFunction("G3", 3.6, kappa=0.7)], ALL, {"trainable_functions": True}),
        (ELEMENTS, FUNCTIONS, ALL, {"scaling": "batch-normalization"}),
        (ELEMENTS, FUNCTIONS, ("energy_per_atom", "projected_forces"), {"scaling": "principal-components"}),
    ],
    ids=["trained functions of every kind", "batch normalization", "projected forces"],
)
def test_gradient(elements, functions, names, options):
    """By central differences, with weight decay; of forces these are second derivatives."""
    potential = small_potential(elements, functions, hidden=(3, 2), **options)
    dataset = data(potential, structures(elements, 3), names, weight_decay=0.05)
    objective = objective_of(potential, dataset, potential.loss_of)
    start = objective.start()
    assert len(start) == sum(np.asarray(v).size for v in potential.trainable_variables)
    loss, gradient = objective(start)
    assert loss == pytest.approx(objective.value(start), rel=1e-12)
    assert_gradient(lambda batch: [objective.value(x) for x in batch], gradient, start, 1e-6)


def test_batches_together_and_one_by_one():
    """The mean over structures, however many a batch has: 2, 2 and 1 here."""
    potential = small_potential(ELEMENTS, FUNCTIONS)
    mixed = [*structures(ELEMENTS, 3), *rattled(crystal(ELEMENTS, pbc=False)[:2], 2, seed=2)]
    whole, parts = (
        objective_of(
            potential, data(potential, mixed, ("energy_per_atom", "forces"), batch_size=size), potential.loss_of
        )
        for size in (None, 2)
    )
    vector = whole.start()
    for found, expected in zip(parts(vector), whole(vector), strict=True):
        assert_close(found, expected, 1e-11)


def test_random_and_moving_parts_stand_still():
    """No dropout, no statistics of the batch: the same weights always have the same loss, that of the evaluation."""
    potential = small_potential(ELEMENTS, FUNCTIONS, dropout=0.5, scaling="batch-normalization")
    potential.feature_scaling.set_weights([np.asarray(w) + 0.3 for w in potential.feature_scaling.get_weights()])
    found = structures(ELEMENTS)
    objective = objective_of(potential, data(potential, found, ENERGIES), potential.loss_of)
    first, again = (objective.value(objective.start()) for _ in range(2))
    assert first == again == pytest.approx(2 * mean_squares(potential, found)["energy_per_atom"], rel=1e-9)


@pytest.mark.parametrize(("names", "trainable"), [(ENERGIES, False), (ALL, ("eta",))], ids=["energies", "all"])
def test_the_loss_falls(names, trainable):
    potential, found = small_potential(ELEMENTS, FUNCTIONS, trainable_functions=trainable), structures(ELEMENTS)

    def by_numpy():
        return sum(WEIGHTS[name] * value for name, value in mean_squares(potential, found).items() if name in names)

    before, etas = by_numpy(), [f.eta for f in potential.functions]
    history = minimize_loss(potential, data(potential, found, names), None, 20).history
    assert list(history) == ["loss"] and len(history["loss"]) <= 20
    assert history["loss"][-1] < 0.3 * before and (np.diff([before, *history["loss"]]) <= 0).all()
    assert by_numpy() == pytest.approx(history["loss"][-1], rel=1e-9)
    assert ([f.eta for f in potential.functions] != etas) == bool(trainable)


def test_callbacks_see_each_iteration():
    """With the weights of the iteration, and the held-out loss; they may end it, and put back weights."""
    potential, found = small_potential(ELEMENTS, FUNCTIONS), structures(ELEMENTS, 6)
    seen = []

    class Watcher(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            error = mean_squares(self.model, found[4:])["energy_per_atom"]
            seen.append((epoch, logs["loss"], logs["val_loss"], 2 * error))
            self.model.stop_training = epoch == 3

        def on_train_end(self, logs=None):
            seen.append(logs)

    parts = [data(potential, part, ENERGIES) for part in (found[:4], found[4:])]
    history = minimize_loss(potential, *parts, 50, [Watcher()]).history
    epochs, losses, held_out, errors = zip(*seen[:-1], strict=True)
    assert epochs == (0, 1, 2, 3) and history["loss"] == list(losses) and history["val_loss"] == list(held_out)
    np.testing.assert_allclose(2 * np.square(history["val_energy_per_atom_rmse"]), errors, rtol=1e-9)
    np.testing.assert_allclose(held_out, errors, rtol=1e-9)
    assert seen[-1].items() >= {"loss": losses[-1], "val_loss": held_out[-1]}.items()
    assert 2 * mean_squares(potential, found[4:])["energy_per_atom"] == pytest.approx(held_out[-1], rel=1e-9)


def test_eta_stays_positive():
    """Where a negative one would fit better."""
    functions = [SymmetryFunction("G2", CUTOFF, eta=1e-4), *FUNCTIONS]
    potential = small_potential(ELEMENTS, functions, trainable_functions=("eta",))
    minimize_loss(potential, data(potential, structures(ELEMENTS), ENERGIES), None, 30)
    assert min(function.eta for function in potential.functions) >= 0


def test_float32_falls_too():
    potential, found = small_potential(ELEMENTS, FUNCTIONS, dtype="float32"), structures(ELEMENTS)
    before = 2 * mean_squares(potential, found)["energy_per_atom"]
    history = minimize_loss(potential, data(potential, found, ENERGIES), None, 20).history["loss"]
    assert history[-1] < 0.3 * before
    assert 2 * mean_squares(potential, found)["energy_per_atom"] == pytest.approx(history[-1], rel=0.05)

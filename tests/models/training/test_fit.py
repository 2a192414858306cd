"""The call that trains: kinds of forces, optimizers, callbacks, scalings, options."""

import csv

import keras
import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential, fit, load_potential, save_potential
from atomzoo.layers import SymmetryFunction
from atomzoo.models.training.force_projections import random_directions
from tests.examples import CUTOFF, crystal, rattled, small_potential
from tests.models.training.by_hand import mean_squares, squared_kernels

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
ELEMENTS = ["Ti", "O"]
FUNCTIONS = [
    SymmetryFunction("G2", CUTOFF, eta=0.5, rs=2.0),
    SymmetryFunction("G3", CUTOFF, kappa=1.3),
    SymmetryFunction("G5", CUTOFF, eta=0.1, zeta=2),
]


@pytest.fixture(scope="module")
def parts():
    """To train on, and held out: crystals of 4 atoms."""
    structures = rattled(crystal(ELEMENTS), 32, seed=5)
    return structures[:24], structures[24:]


def new_potential(**options):
    return NeuralNetworkPotential.from_functions(ELEMENTS, FUNCTIONS, **{"hidden": (6,), "dtype": "float64", **options})


@pytest.mark.parametrize(
    ("forces", "optimizer", "scaling"),
    [
        (None, "rmsprop", "batch-normalization"),
        pytest.param("exact", "adam", "principal-components", marks=pytest.mark.slow),
        pytest.param("projected", "adam", "z-score", marks=pytest.mark.slow),
    ],
)
@pytest.mark.compiled
def test_what_is_saved_has_the_errors_of_the_history(parts, tmp_path, forces, optimizer, scaling):
    """It learns, and the weights are those of the epoch with the smallest loss, scaling included."""
    train, held_out = parts
    potential = new_potential(scaling=scaling, dtype="float32")
    options = {"epochs": 12, "learning_rate": 0.03, "batch_size": 6, "n_directions": 3}
    history = fit(potential, train, held_out, forces, optimizer=optimizer, **options)
    names = ["energy_per_atom", *{None: (), "exact": ["forces"], "projected": ["projected_forces"]}[forces]]
    errors = {f"{part}{name}_{error}" for name in names for error in ("rmse", "mae") for part in ("", "val_")}
    assert set(history) == {"loss", "val_loss", *errors} and {len(values) for values in history.values()} == {12}
    best = int(np.argmin(history["val_loss"]))
    save_potential(potential, tmp_path / "saved.keras")
    directions = random_directions(held_out, 3) if forces == "projected" else None
    found = mean_squares(load_potential(tmp_path / "saved.keras"), held_out, directions)
    for name in names:
        assert np.sqrt(found[name]) == pytest.approx(history[f"val_{name}_rmse"][best], rel=2e-3)
    for name in ("loss", *(f"{name}_rmse" for name in names)):
        assert history[name][-1] < 0.8 * history[name][0], name
    assert history["val_loss"][best] < 0.8 * history["val_loss"][0]


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs", keras.optimizers.SGD], ids=["adam", "lbfgs", "sgd"])
def test_every_optimizer_calls_the_same_callbacks(parts, tmp_path, optimizer):
    seen = []
    callbacks = [
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras"),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((epoch, dict(logs)))),
    ]
    chosen = optimizer if isinstance(optimizer, str) else optimizer(0.05)
    potential = new_potential()
    options = {"forces": "exact", "optimizer": chosen, "epochs": 3, "weight_decay": 1e-3, "callbacks": callbacks}
    history = fit(potential, *parts, **options)
    assert history["loss"][-1] < history["loss"][0] and len(history["val_loss"]) == 3
    assert [epoch for epoch, _ in seen] == [0, 1, 2]
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    for name, values in history.items():
        assert [float(row[name]) for row in rows] == pytest.approx(values)
        assert [logs[name] for _, logs in seen] == values
    # The potential of each epoch has the loss of its row: errors in units of the labels, and the penalty.
    scale, forces = float(potential.atom_sum.scale), np.concatenate([atoms.get_forces() for atoms in parts[0]])
    for epoch, expected in enumerate(history["val_loss"], start=1):
        stored = load_potential(tmp_path / f"{epoch}.keras")
        found = mean_squares(stored, parts[1])
        loss = found["energy_per_atom"] / scale**2 + found["forces"] / np.mean(forces**2)
        assert loss + 1e-3 * squared_kernels(stored) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_patience_ends_training_with_the_best_weights(parts, optimizer):
    """Six structures, and labels that are drawn: no learning helps the others for long."""
    rng, parts = np.random.default_rng(0), [rattled(crystal(ELEMENTS), n, seed=n) for n in (6, 5)]
    for atoms in sum(parts, []):
        atoms.calc.results["energy"] = rng.normal()
    potential = new_potential()
    options = {"optimizer": optimizer, "epochs": 200, "learning_rate": 0.1, "patience": 3}
    history = fit(potential, *parts, **options)
    best = int(np.argmin(history["val_loss"]))
    assert len(history["val_loss"]) == best + 4 < 200
    error = mean_squares(potential, parts[1])["energy_per_atom"]
    assert error / float(potential.atom_sum.scale) ** 2 == pytest.approx(min(history["val_loss"]), rel=1e-4)


def test_all_labels_together(parts):
    """Stress and energies of atoms, with functions that are trained: losses weighted as asked."""
    potential = new_potential(trainable_functions=True)
    before, names = potential.functions, ("energy_per_atom", "energies", "forces", "stress")
    weights = {"force_weight": 0.5, "stress_weight": 2.0, "energies_weight": 0.1}
    options = {"forces": "exact", "stress": True, "energies": True, "epochs": 12, "learning_rate": 0.03}
    history = fit(potential, *parts, **options, **weights)
    assert {f"val_{name}_rmse" for name in names} <= set(history)
    assert history["loss"][-1] < 0.7 * history["loss"][0]
    assert all(a != b for a, b in zip(before, potential.functions, strict=True))
    found, scale = mean_squares(potential, parts[1]), float(potential.atom_sum.scale)
    sizes = [np.mean([atoms.get_forces() ** 2 for atoms in parts[0]])]
    sizes.append(np.mean([atoms.get_stress(voigt=False) ** 2 for atoms in parts[0]]))
    loss = (found["energy_per_atom"] + 0.1 * found["energies"]) / scale**2
    loss += 0.5 * found["forces"] / sizes[0] + 2.0 * found["stress"] / sizes[1]
    assert loss == pytest.approx(min(history["val_loss"]), rel=1e-5)


def test_features_and_projections_that_are_at_hand_give_the_same(parts):
    histories = []
    for given in (False, True):
        potential, options = new_potential(), {"epochs": 2, "n_directions": 2, "seed": 3}
        if given:
            structures = [*parts[0], *parts[1]]
            pairs = potential.evaluator.pairs(structures)
            directions = np.concatenate([random_directions(part, 2, seed=3) for part in parts])
            projections = directions, potential.evaluator.projections(pairs, directions)
            options |= {"features": potential.evaluator.values(pairs), "projections": projections}
        histories.append(fit(potential, *parts, "projected", **options))
    for name, values in histories[0].items():
        np.testing.assert_allclose(histories[1][name], values, rtol=1e-5, err_msg=name)


def test_seeds_reproduce(parts):
    histories = []
    for seed in (0, 0, 1):
        histories.append(fit(new_potential(), parts[0], epochs=2, batch_size=5, seed=seed)["loss"])
    assert histories[0] == pytest.approx(histories[1], rel=1e-6)
    assert histories[0] != pytest.approx(histories[2], rel=1e-3)


def test_totals_of_thousands_of_ev_train_as_well(parts):
    """In float32; the zero of the labels does not matter."""
    raw = [atoms.copy() for atoms in parts[0]]
    for copy, atoms in zip(raw, parts[0], strict=True):
        copy.calc = type(atoms.calc)(copy, energy=atoms.get_potential_energy() - 4 * 2689.0)
    losses = [fit(new_potential(dtype="float32"), data, epochs=3)["loss"] for data in (parts[0], raw)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-3)


def test_training_goes_on(parts):
    """A potential that was trained, or read from a file, keeps its scaling and shifts, and learns more."""
    potential = small_potential(ELEMENTS, FUNCTIONS)
    constants = [potential.atom_sum.get_weights(), potential.feature_scaling.get_weights()]
    losses = []
    for optimizer in ("adam", keras.optimizers.RMSprop(0.003), "adam"):
        losses += fit(potential, parts[0], optimizer=optimizer, epochs=10, learning_rate=0.01)["loss"][::9]
    assert (np.diff(losses)[::2] < 0).all() and losses[-1] < 0.5 * losses[0]
    for layer, before in zip((potential.atom_sum, potential.feature_scaling), constants, strict=True):
        for value, expected in zip(layer.get_weights(), before, strict=True):
            np.testing.assert_array_equal(value, expected)


def test_an_infinite_loss_is_told(parts):
    with pytest.raises(ValueError, match="The loss became infinite in epoch 1: a smaller learning rate may help"):
        fit(new_potential(dtype="float32"), parts[0], epochs=3, learning_rate=1e38, batch_size=4)


def test_bad_options(parts):
    for options, message in (
        ({"forces": "all"}, "`forces` must be one of None, 'exact', 'projected'. Received: 'all'"),
        ({"batch_size": 0}, "`batch_size` must be at least 1. Received: 0"),
        ({"time_limit": -1}, "`time_limit` must be positive. Received: -1"),
        ({"optimizer": None}, "`optimizer` must be one of adam, rmsprop, lbfgs. Received: None"),
        ({"forces": "projected"}, "Projected forces need fixed functions. Received: trained ones"),
    ):
        with pytest.raises(ValueError, match=message):
            fit(small_potential(ELEMENTS, FUNCTIONS, trainable_functions=True), parts[0], **options)


def test_keras_own_fit_and_metrics(parts):
    """`compile` and `fit` of Keras: a metric of what is not in the loss; compiled anew without it."""
    potential = small_potential(ELEMENTS, FUNCTIONS)
    potential.compile("adam", metrics={"energy_per_atom": ["mae"], "forces": ["mae"]})
    train, held_out = (potential.dataset(part, labels=("energy_per_atom", "forces")) for part in parts)
    history = potential.fit(train, validation_data=held_out, epochs=2, verbose=0).history
    assert {"loss", "val_loss", "energy_per_atom_mae", "val_forces_mae"} <= set(history)
    forces = [result["forces"] for result in potential.evaluate_atoms(parts[1])]
    errors = np.abs(np.array(forces) - [atoms.get_forces() for atoms in parts[1]])
    np.testing.assert_allclose(history["val_forces_mae"][-1], errors.mean(), rtol=1e-4)
    potential.compile("rmsprop")
    losses = potential.fit(potential.dataset(parts[0]), epochs=4, verbose=0).history
    assert sorted(losses) == ["loss"] and losses["loss"][-1] < losses["loss"][0]

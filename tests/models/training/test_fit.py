import keras
import numpy as np
import pytest

from atomzoo.layers import SymmetryFunction
from tests.examples import CUTOFF, ONE_OF_EACH, crystal, rattled, small_potential
from tests.physics import assert_close, assert_gradient

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
ELEMENTS = ["Ti", "O"]
PARAMETERS = ("eta", "rs", "kappa")
MSE = {"energy": "mse", "forces": "mse", "stress": "mse"}
FUNCTIONS = [
    SymmetryFunction("G2", CUTOFF, eta=0.5, rs=2.0),
    SymmetryFunction("G3", CUTOFF, kappa=1.3),
    SymmetryFunction("G5", CUTOFF, eta=0.1, zeta=2),
]


@pytest.fixture(scope="module")
def structures():
    """Periodic crystals only, which have a stress."""
    return rattled(crystal(ELEMENTS), 8, seed=5)


def compiled(names, **kwargs):
    potential = small_potential(ELEMENTS, FUNCTIONS, **{"dtype": "float32", **kwargs})
    weights = {"energy": 1.0, "forces": 0.1, "stress": 1.0}
    potential.compile(
        keras.optimizers.Adam(0.01),
        loss={name: MSE[name] for name in names},
        loss_weights={name: weights[name] for name in names},
    )
    return potential


@pytest.mark.parametrize(
    ("names", "trainable"),
    [
        (("energy",), False),
        (("energy", "forces"), False),
        (("energy",), ("eta", "rs")),
        (("energy", "forces"), ("eta",)),
        (("energy", "forces", "stress"), True),
    ],
    ids=str,
)
def test_fit_lowers_the_loss(structures, names, trainable):
    potential = compiled(names, trainable_functions=trainable)
    before = potential.functions
    dataset = potential.dataset(structures, batch_size=4, labels=names, shuffle=True)
    losses = potential.fit(dataset, epochs=25, verbose=0).history["loss"]
    assert np.isfinite(losses).all() and losses[-1] < 0.7 * losses[0]
    pairs = list(zip(before, potential.functions, strict=True))
    moved = {name for name in PARAMETERS if any(getattr(a, name) != getattr(b, name) for a, b in pairs)}
    assert moved == set(PARAMETERS if trainable is True else trainable or ())


def test_loss_is_that_of_energies_per_atom_and_of_forces(structures):
    """Two batches of different structures, the second without stress; by hand from what evaluate_atoms gives."""
    mixed = structures[:4] + rattled(crystal(ELEMENTS, pbc=False)[:3], 4)
    potential = compiled(tuple(MSE), dtype="float64")
    measured = potential.evaluate(potential.dataset(mixed, 4, tuple(MSE)), verbose=0, return_dict=True)
    results = potential.evaluate_atoms(mixed)
    errors = [(a.get_potential_energy() - r["energy"]) / len(a) for a, r in zip(mixed, results, strict=True)]
    force_errors = [np.mean((a.get_forces() - r["forces"]) ** 2) for a, r in zip(mixed, results, strict=True)]
    pairs = zip(mixed[:4], results[:4], strict=True)
    stress_errors = [np.mean((a.get_stress(voigt=False) - r["stress"]) ** 2) for a, r in pairs]
    expected = {
        "energy_loss": np.mean(np.square(errors)),
        "forces_loss": np.mean(force_errors),
        "stress_loss": np.sum(stress_errors) / len(mixed),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(measured[name], value, rtol=1e-5, err_msg=name)
    total = expected["energy_loss"] + 0.1 * expected["forces_loss"] + expected["stress_loss"]
    np.testing.assert_allclose(measured["loss"], total, rtol=1e-5)


def test_totals_of_thousands_of_ev_train_as_well(structures):
    """The loss in float32 does not depend on the zero of the labels."""
    raw = [atoms.copy() for atoms in structures]
    for copy, atoms in zip(raw, structures, strict=True):
        copy.calc = type(atoms.calc)(copy, energy=atoms.get_potential_energy() - 4 * 2689.0)
    losses = []
    for data in (structures, raw):
        potential = compiled(("energy",))
        potential.adapt(data)
        losses.append(potential.fit(potential.dataset(data), epochs=5, verbose=0).history["loss"])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-3)


def test_seeds_reproduce(structures):
    histories = []
    for seed in (0, 0, 1):
        potential = compiled(("energy",), seed=seed)
        dataset = potential.dataset(structures, batch_size=3, shuffle=True, seed=seed)
        histories.append(potential.fit(dataset, epochs=3, verbose=0).history["loss"])
    assert histories[0] == histories[1] and histories[0] != histories[2]


def test_validation_and_metrics(structures):
    potential = small_potential(ELEMENTS, FUNCTIONS, dtype="float32")
    potential.compile("adam", loss={"energy": "mse"}, metrics={"energy": ["mae"], "forces": ["mae"]})
    parts = structures[:5], structures[5:]
    train, held_out = (potential.dataset(part, labels=("energy", "forces")) for part in parts)
    history = potential.fit(train, validation_data=held_out, epochs=2, verbose=0).history
    assert {"loss", "val_loss", "energy_mae", "val_energy_mae", "forces_mae", "val_forces_mae"} <= set(history)
    forces = [result["forces"] for result in potential.evaluate_atoms(parts[1])]
    errors = np.abs(np.array(forces) - [atoms.get_forces() for atoms in parts[1]])
    np.testing.assert_allclose(history["val_forces_mae"][-1], errors.mean(), rtol=1e-4)


def test_can_be_compiled_anew(structures):
    """First forces, then energies alone, whose features are then cached."""
    potential = compiled(("energy", "forces"))
    potential.fit(potential.dataset(structures, labels=("energy", "forces")), epochs=1, verbose=0)
    potential.compile("rmsprop")
    assert not potential.derivatives
    losses = potential.fit(potential.dataset(structures), epochs=10, verbose=0).history
    assert sorted(losses) == ["loss"] and losses["loss"][-1] < losses["loss"][0]


def test_predict(structures):
    potential = compiled(("energy", "forces"), dtype="float64")
    outputs = potential.predict(potential.dataset(structures, labels=("energy", "forces")), verbose=0)
    results = potential.evaluate_atoms(structures)
    assert_close(outputs["energy"], [result["energy"] for result in results], 1e-12)
    assert_close(outputs["forces"], [result["forces"] for result in results], 1e-10)


@pytest.mark.parametrize("elements", [["Au"], ELEMENTS], ids=len)
def test_gradient_of_a_force_loss(elements):
    """Second derivatives: with respect to the network's weights, eta and Rs, and with them of every path."""
    import tensorflow as tf

    functions = [*ONE_OF_EACH, SymmetryFunction("G3", 3.6, kappa=0.7)]
    potential = small_potential(elements, functions, trainable_functions=True)
    potential.compile(loss={"forces": "mse"})
    x = potential.dataset(rattled(crystal(elements), 1))[0][0]
    target = np.random.default_rng(0).normal(size=(1, 4, 3))

    @tf.function(jit_compile=True)
    def loss():
        outputs = potential(x)
        return tf.reduce_mean((outputs["forces"] - target) ** 2) + tf.reduce_mean(outputs["stress"] ** 2)

    @tf.function(jit_compile=True)
    def gradients():
        with tf.GradientTape() as tape:
            value = loss()
        return tape.gradient(value, potential.trainable_variables)

    assert {"eta", "rs", "kappa", "kernel", "bias"} == {v.name for v in potential.trainable_variables}
    for variable, gradient in zip(potential.trainable_variables, gradients(), strict=True):
        if variable is potential.atomic_network.stacks[0][-1].bias or variable.path.endswith("_2/bias"):
            assert not np.asarray(gradient).any()  # the last bias shifts the energy only
            continue
        start = np.array(np.asarray(variable))

        def losses(values, variable=variable):
            results = []
            for value in values:
                variable.assign(value)
                results.append(float(loss()))
            return results

        assert_gradient(losses, gradient, start)
        variable.assign(start)

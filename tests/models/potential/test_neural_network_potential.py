import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from atomzoo import NeuralNetworkPotential, load_potential
from atomzoo.layers import Descriptor, FeatureScaling, SymmetryFunction, SymmetryFunctionLayer
from atomzoo.models.training.losses import losses
from tests.examples import ALL_PATHS, CUTOFF, crystal, rattled, small_potential, wide_core
from tests.physics import assert_close, assert_derivatives, assert_invariant

ELEMENTS = ["Ti", "O"]
RADIAL = [SymmetryFunction("G2", CUTOFF, eta=0.5, rs=rs) for rs in (1.0, 2.0, 3.0)]
LOADER = """
import sys
import ase.io
import keras
import numpy as np
import atomzoo.layers
from atomzoo import NeuralNetworkPotential

potential = keras.saving.load_model(sys.argv[1], safe_mode=True)
np.savez(sys.argv[3], **potential.evaluate_atoms(ase.io.read(sys.argv[2])))
"""


def test_attributes():
    potential = NeuralNetworkPotential.from_functions(ELEMENTS, ALL_PATHS)
    assert potential.elements == ELEMENTS and potential.cutoff == CUTOFF and potential.descriptor.needs_triplets
    assert len(potential.functions) == 4 * 2 + 8 * 3 == potential.atomic_network.n_features
    assert {"Ti", "O"} == {element for function in potential.functions for element in function.neighbors}
    assert not NeuralNetworkPotential.from_functions(["Au"], RADIAL).descriptor.needs_triplets
    assert not potential.is_adapted


@pytest.mark.parametrize(("trainable", "names"), [(False, set()), (("rs",), {"rs"}), (True, {"eta", "rs"})])
def test_what_is_trained(trainable, names):
    potential = NeuralNetworkPotential.from_functions(["Au"], RADIAL, hidden=(3,), trainable_functions=trainable)
    assert {w.name for w in potential.trainable_variables} == {"kernel", "bias"} | names


def test_adapt_sets_shifts_scale_and_ranges():
    structures = rattled(crystal(["Au"]), 5)
    potential = NeuralNetworkPotential.from_functions(["Au"], RADIAL, dtype="float64")
    potential.adapt(structures)
    energies = np.array([atoms.get_potential_energy() / 4 for atoms in structures])
    np.testing.assert_allclose(np.asarray(potential.atom_sum.shifts), [energies.mean()], rtol=1e-12)
    np.testing.assert_allclose(np.asarray(potential.atom_sum.scale), energies.std(), rtol=1e-9)
    features = np.concatenate([result["features"] for result in potential.evaluate_atoms(structures)])
    minimum, maximum = potential.feature_range("Au")
    assert_close(minimum, features.min(axis=0), 1e-14)
    assert_close(maximum, features.max(axis=0), 1e-14)


def test_shifts_of_two_elements_take_up_totals_of_thousands_of_ev():
    """The energy of each element is fitted; what is left for the networks is small whatever the zero of the labels."""
    structures = rattled(crystal(ELEMENTS), 4) + rattled(crystal(ELEMENTS)[:3], 4)
    for atoms in structures:
        atoms.calc.results["energy"] += atoms.symbols.count("Ti") * -1626.0 + atoms.symbols.count("O") * -433.0
    potential = NeuralNetworkPotential.from_functions(ELEMENTS, RADIAL, dtype="float64")
    potential.adapt(structures)
    assert np.abs(np.asarray(potential.atom_sum.shifts) - [-1626, -433]).max() < 10
    assert 1e-3 < float(np.asarray(potential.atom_sum.scale)) < 5


def test_labels_all_alike_leave_a_scale():
    potential = NeuralNetworkPotential.from_functions(["Au"], RADIAL, dtype="float64")
    structures = 3 * rattled(crystal(["Au"]), 1)
    potential.adapt(structures)
    assert float(np.asarray(potential.atom_sum.scale)) == 1e-3
    assert np.isfinite(potential.evaluate_atoms(structures[0])["forces"]).all()


def test_adapt_needs_energies_of_known_elements():
    potential = NeuralNetworkPotential.from_functions(["Au"], RADIAL)
    with pytest.raises(ValueError, match="structure 1: it has no label 'energy'"):
        potential.adapt([*rattled(crystal(["Au"]), 1), crystal(["Au"])])
    with pytest.raises(ValueError, match="element 'Ti' is not among the model's elements"):
        potential.evaluate_atoms(crystal(["Ti"]))


def test_dataset_has_what_the_potential_needs():
    potential = small_potential(["Au"])
    x, y, _ = potential.dataset(rattled(crystal(["Au"]), 3), batch_size=2, labels=("energy", "forces"))[0]
    assert x["positions"].shape == (8, 3) and "triplets" in x and sorted(y) == ["energy", "forces"]
    outputs = potential(x)
    assert sorted(outputs) == ["energies", "energy", "energy_per_atom"] and outputs["energy"].shape == (2,)
    assert_close(outputs["energy_per_atom"], outputs["energy"] / 4, 1e-14)


@pytest.mark.parametrize(
    ("loss", "outputs"), [(None, []), ("forces", ["forces", "stress"]), ("stress", ["forces", "stress"])]
)
def test_what_is_compiled_for_is_returned(loss, outputs):
    potential = small_potential(["Au"], RADIAL[:1], hidden=(2,))
    potential.compile(loss=loss and {loss: "mse"}, run_eagerly=True)
    x, _, _ = potential.dataset(rattled(crystal(["Au"]), 1))[0]
    assert sorted(potential(x)) == sorted(["energies", "energy", "energy_per_atom", *outputs])


@pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning")
def test_errors_of_keras_are_those_of_structures():
    """`evaluate` over batches with empty rows: mean squares over structures, of energies of thousands of eV."""
    structures = [atoms for n in (4, 2, 3) for atoms in rattled(crystal(["Au"])[:n], 2, seed=n)]
    for atoms in structures:
        atoms.calc.results["energy"] -= 1e5 * len(atoms)
    potential = small_potential(["Au"], RADIAL, hidden=(3,), dtype="float64")
    potential.adapt(structures)
    potential.compile(
        loss=losses(("energy_per_atom", "forces"), "float64"),
        weighted_metrics={"energy_per_atom": [keras.metrics.RootMeanSquaredError("rmse")]},
        run_eagerly=True,
    )
    names = ("energy_per_atom", "forces")
    total, of_energy, of_forces = 0.0, [], []
    for atoms, result in zip(structures, potential.evaluate_atoms(structures), strict=True):
        of_energy.append(((result["energy"] - atoms.get_potential_energy()) / len(atoms)) ** 2)
        of_forces.append(np.mean((result["forces"] - atoms.get_forces()) ** 2))
    total = np.mean(of_energy) + np.mean(of_forces)
    dataset = potential.dataset(structures, batch_size=3, labels=names, shuffle=True)
    assert np.mean([float(potential.loss_of(*batch)) for batch in dataset]) == pytest.approx(total, rel=1e-3)
    found = potential.evaluate(dataset, return_dict=True, verbose=0)
    assert found["loss"] == pytest.approx(total, rel=1e-3)
    assert found["energy_per_atom_rmse"] == pytest.approx(np.sqrt(np.mean(of_energy)), rel=1e-3)


def test_weight_decay_is_of_kernels_only():
    potential = small_potential(["Au"], RADIAL, hidden=(3,))
    mse = losses(("energy_per_atom",), "float64")
    potential.compile(loss=mse, weight_decay=0.5, run_eagerly=True)
    kernels = [w for w in potential.atomic_network.get_weights() if w.ndim > 1]
    assert float(potential.weight_penalty()) == pytest.approx(0.5 * sum((w**2).sum() for w in kernels))
    batch = potential.dataset(rattled(crystal(["Au"]), 2))[0]
    with_decay = float(potential.loss_of(*batch))
    potential.compile(loss=mse, run_eagerly=True)
    assert with_decay - float(potential.loss_of(*batch)) == pytest.approx(0.5 * sum((w**2).sum() for w in kernels))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_float16"])
def test_a_dtype_that_cannot_work_is_refused_in_one_line(dtype):
    with pytest.raises(ValueError, match="must be float32 or float64. Received: ") as error:
        NeuralNetworkPotential.from_functions(["Au"], RADIAL, hidden=(2,), dtype=dtype)
    assert "\n" not in str(error.value)


def test_layers_of_two_dtypes_are_refused():
    descriptor = SymmetryFunctionLayer(RADIAL, ["Au"], dtype="float64", name="single")
    with pytest.raises(ValueError, match="must have one dtype. Received: .* in float32, the potential in float64"):
        NeuralNetworkPotential(descriptor, OwnNetwork(dtype="float32"))


@keras.saving.register_keras_serializable(package="tests")
class OwnDescriptor(Descriptor):
    """Of each element: a smooth count of neighbors, and the square of the sum of their weighted vectors."""

    def __init__(self, elements, cutoff, power=3, **kwargs):
        super().__init__(elements, cutoff, **kwargs)
        self.power, self.n_features = power, 2 * len(elements)

    def build(self, *_):
        self.factor = self.add_weight(name="factor", shape=(), initializer="ones")
        self.built = True

    def call(self, displacements, neighbor_species, triplets=None):
        smooth = ops.maximum(1 - ops.sum(displacements**2, axis=-1) / self.cutoff**2, 0) ** self.power
        features = []
        for index in range(len(self.elements)):
            weights = ops.where(neighbor_species == index, self.factor * smooth, 0 * smooth)
            features.append(ops.sum(weights, axis=-1))
            features.append(ops.sum(ops.sum(weights[..., None] * displacements, axis=-2) ** 2, axis=-1))
        return ops.stack(features, axis=-1)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


@keras.saving.register_keras_serializable(package="tests")
class OwnNetwork(keras.layers.Layer):
    """One network for all elements, which tells them by a number for each; layers without weights until called."""

    def __init__(self, width=4, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.hidden = keras.layers.Dense(width, activation="tanh", dtype=self.dtype_policy)
        self.last = keras.layers.Dense(1, dtype=self.dtype_policy)

    def call(self, features, species, rows=None, training=False):
        known = ops.cast(species, features.dtype)[..., None]
        energies = self.last(self.hidden(ops.concatenate([features, known], axis=-1)))[..., 0]
        return ops.where(species >= 0, energies, 0 * energies)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@pytest.fixture(scope="module")
def own():
    """A potential of layers that a user has written."""
    descriptor = OwnDescriptor(ELEMENTS, CUTOFF, power=4, dtype="float64")
    potential = NeuralNetworkPotential(descriptor, OwnNetwork(dtype="float64"))
    potential.adapt(rattled(crystal(ELEMENTS), 3) + rattled(crystal(ELEMENTS, pbc=False), 3))
    return potential


def test_own_layers_make_a_potential(own):
    assert own.elements == ELEMENTS and own.cutoff == CUTOFF and own.is_adapted
    assert_invariant(own.evaluate_atoms, crystal(ELEMENTS))
    assert_derivatives(own.evaluate_atoms, crystal(ELEMENTS))
    outputs = own(own.dataset(rattled(crystal(ELEMENTS), 2), batch_size=2)[0][0])
    expected = own.evaluate_atoms(rattled(crystal(ELEMENTS), 2))
    assert_close(outputs["energy"], [result["energy"] for result in expected], 1e-13)


def test_own_layers_have_all_weights_at_once():
    potential = NeuralNetworkPotential(OwnDescriptor(["Au"], 4.0), OwnNetwork(), FeatureScaling(1, 2, "z-score"))
    assert [weight.name for weight in potential.trainable_variables] == ["factor", "kernel", "bias", "kernel", "bias"]


def test_own_layers_are_saved_and_loaded(own, tmp_path):
    own.save(tmp_path / "own.keras")
    loaded = load_potential(tmp_path / "own.keras")
    assert isinstance(loaded.descriptor, OwnDescriptor) and loaded.descriptor.power == 4
    expected = own.evaluate_atoms(crystal(ELEMENTS))
    for name, value in loaded.evaluate_atoms(crystal(ELEMENTS)).items():
        np.testing.assert_array_equal(value, expected[name])
    in_single = load_potential(tmp_path / "own.keras", dtype="float32").evaluate_atoms(crystal(ELEMENTS))
    assert_close(in_single["forces"], expected["forces"], 1e-4)


def test_own_layers_that_are_not_known_are_named(own, tmp_path):
    own.save(tmp_path / "own.keras")
    code = f"from atomzoo import load_potential; load_potential({str(tmp_path / 'own.keras')!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and "ValueError: cannot read the potential in" in last and "OwnDescriptor" in last


def test_float32_agrees_with_float64():
    atoms = crystal(ELEMENTS)
    exact, rounded = (small_potential(ELEMENTS, dtype=dtype) for dtype in ("float64", "float32"))
    for weight, value in zip(rounded.weights, exact.weights, strict=True):  # random numbers differ with the type
        weight.assign(np.asarray(value))
    expected, result = exact.evaluate_atoms(atoms), rounded.evaluate_atoms(atoms)
    for name, tolerance in (("features", 1e-6), ("energies", 1e-4), ("forces", 1e-4), ("stress", 1e-4)):
        assert_close(result[name], expected[name], tolerance)


def test_positions_are_not_rounded_in_float32():
    """Far from the origin float32 positions would be off by 1e-3 A; displacements are not."""
    potential = small_potential(["Au"], RADIAL, dtype="float32")
    atoms = crystal(["Au"], pbc=False)
    far = atoms.copy()
    far.positions += 12345.678
    x = potential.dataset(rattled(atoms, 1))[0][0]
    moved = {**x, "positions": x["positions"] + 12345.678}
    assert_close(potential(moved)["energy"], potential(x)["energy"], 1e-6)
    assert_close(potential.evaluate_atoms(far)["forces"], potential.evaluate_atoms(atoms)["forces"], 1e-5)


def test_seeds_reproduce():
    atoms = crystal(ELEMENTS)
    first, same, other = (small_potential(ELEMENTS, RADIAL, seed=seed).evaluate_atoms(atoms) for seed in (1, 1, 2))
    assert first["energy"] == same["energy"] and (first["forces"] == same["forces"]).all()
    assert abs(first["energy"] - other["energy"]) > 1e-6


def test_config_round_trip():
    potential = NeuralNetworkPotential.from_functions(
        ELEMENTS,
        [*RADIAL, SymmetryFunction("G5", CUTOFF, eta=0.1, zeta=2)],
        hidden={"Ti": (4,), "O": (3, 2)},
        activation="softplus",
        scaling="z-score",
        cutoff_function="polynomial",
        trainable_functions=("eta",),
        seed=3,
        dtype="float64",
        core=wide_core(),
    )
    again = NeuralNetworkPotential.from_config(potential.get_config())
    assert again.get_config() == potential.get_config() and again.functions == potential.functions
    same, expected = (p.evaluate_atoms(crystal(ELEMENTS)) for p in (again, potential))
    assert_close(same["forces"], expected["forces"], 0)


def test_a_fresh_process_gives_the_same(tmp_path):
    potential = small_potential(ELEMENTS, trainable_functions=("eta", "rs"), cutoff_function="tanh")
    for weight in potential.descriptor.trainable_variables:  # as if trained
        weight.assign(np.asarray(weight) * 1.1)
    atoms = crystal(ELEMENTS)
    potential.save(tmp_path / "potential.keras")
    atoms.write(tmp_path / "atoms.traj")
    files = [str(tmp_path / name) for name in ("potential.keras", "atoms.traj", "results.npz")]
    subprocess.run([sys.executable, "-c", LOADER, *files], check=True, capture_output=True)
    results = np.load(files[2])
    for name, expected in potential.evaluate_atoms(atoms).items():
        assert_close(results[name], expected, 1e-13, name)

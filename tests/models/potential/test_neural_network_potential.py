import subprocess
import sys

import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential
from atomzoo.layers import SymmetryFunction
from tests.examples import ALL_PATHS, CUTOFF, crystal, rattled, small_potential
from tests.physics import assert_close

ELEMENTS = ["Ti", "O"]
RADIAL = [SymmetryFunction("G2", CUTOFF, eta=0.5, rs=rs) for rs in (1.0, 2.0, 3.0)]
LOADER = """
import sys
import ase.io
import keras
import numpy as np
import atomzoo.models

potential = keras.saving.load_model(sys.argv[1], safe_mode=True)
np.savez(sys.argv[3], **potential.evaluate_atoms(ase.io.read(sys.argv[2])))
"""


def test_attributes():
    potential = NeuralNetworkPotential.from_functions(ELEMENTS, ALL_PATHS)
    assert potential.elements == ELEMENTS and potential.cutoff == CUTOFF and potential.descriptor.needs_triplets
    assert len(potential.functions) == 4 * 2 + 8 * 3 == potential.atomic_network.n_features
    assert {"Ti", "O"} == {element for function in potential.functions for element in function.neighbors}
    assert not NeuralNetworkPotential.from_functions(["Au"], RADIAL).needs_triplets


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
    assert x["positions"].shape == (2, 4, 3) and "triplets" in x and sorted(y) == ["energy", "forces"]
    outputs = potential(x)
    assert sorted(outputs) == ["energies", "energy"] and outputs["energy"].shape == (2,)


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

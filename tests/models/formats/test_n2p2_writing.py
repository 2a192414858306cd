import pathlib

import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential
from atomzoo.datasets import gold_clusters
from atomzoo.layers import CosineCutoff, PolynomialCutoff, SymmetryFunction, TanhCutoff
from atomzoo.models.formats.n2p2 import read_n2p2, write_n2p2
from atomzoo.models.potential.function_sets import load_function_set
from tests.examples import crystal, rattled, small_potential
from tests.models.formats.n2p2_reference import energy_of

FUNCTIONS = [
    SymmetryFunction("G1", 4.0),
    SymmetryFunction("G2", 4.0, eta=0.5, rs=2.0),
    SymmetryFunction("G2", 3.4, eta=0.1),
    SymmetryFunction("G4", 4.0, eta=0.01, zeta=2.5, lambda_=-1),
    SymmetryFunction("G5", 4.0, eta=0.02, rs=0.3, zeta=4, lambda_=-1),
]
ELEMENTS = ["Ti", "O"]  # not by atomic number


@pytest.fixture(scope="module")
def adapted():
    return small_potential(ELEMENTS, FUNCTIONS)


def potential(adapted, **options):
    """One with the statistics of the adapted one, which takes a while to find."""
    new = NeuralNetworkPotential.from_functions(
        ELEMENTS, FUNCTIONS, **{"hidden": (5, 4), "dtype": "float64", **options}
    )
    for name in ("minimum", "maximum", "mean", "deviation", "count"):
        getattr(new.feature_scaling, name).assign(getattr(adapted.feature_scaling, name))
    new.atom_sum.shifts.assign([-3.3, 1.7])
    new.atom_sum.scale.assign(0.37)
    return new


def test_a_potential_trained_on_gold(tmp_path):
    train, validation = gold_clusters.load_data(n_atoms=3)
    trained = NeuralNetworkPotential.from_functions(
        ["Au"], load_function_set("barch-tubman-2017", ["Au"]), hidden=(8, 8)
    )
    trained.adapt(train)
    trained.compile(optimizer="adam")
    trained.fit(trained.dataset(train, shuffle=True), epochs=2, verbose=0)
    write_n2p2(trained, tmp_path / "au")
    write_n2p2(read_n2p2(tmp_path / "au"), tmp_path / "again", "Bohr", "Hartree")
    first, second = read_n2p2(tmp_path / "au"), read_n2p2(tmp_path / "again", "Bohr", "Hartree")
    assert float(trained.atom_sum.scale) != 1 and float(trained.atom_sum.shifts[0]) < -800
    for atoms in validation[:3]:
        expected = energy_of(trained, atoms)
        assert energy_of(first, atoms) == pytest.approx(expected, rel=1e-10)
        assert energy_of(second, atoms) == pytest.approx(expected, rel=1e-10)


OPTIONS = {
    "min-max": {},
    "centered": {"scaling": "centered", "cutoff_function": TanhCutoff(normalized=True)},
    "min-max-centered": {"scaling": "min-max-centered", "cutoff_function": "tanh"},
    "z-score": {"scaling": "z-score", "cutoff_function": PolynomialCutoff(order=3, inner_fraction=0.2)},
    "none": {"scaling": "none", "activation": "softplus", "cutoff_function": CosineCutoff(inner_fraction=0.1)},
    "range": {"scaling": {"method": "z-score", "output_range": (-0.3, 2.0)}},
    "widths": {"hidden": {"Ti": (5, 2), "O": (3, 4)}, "activation": "gaussian"},
    "activations": {"activation": {"Ti": "tanh", "O": ["sigmoid", "cosine", "linear"]}},
    "output": {"activation": ["tanh", "softplus", "sigmoid"]},
    "columns": {"feature_columns": {"Ti": [0, 5, 9, 11], "O": [11, 2, 1]}},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_round_trip(options, adapted, tmp_path):
    original, atoms = potential(adapted, **options), rattled(crystal(ELEMENTS), 1, seed=5)[0]
    write_n2p2(original, tmp_path)
    assert energy_of(read_n2p2(tmp_path), atoms) == pytest.approx(energy_of(original, atoms), rel=1e-13)


def test_round_trip_of_forces(adapted, tmp_path):
    write_n2p2(adapted, tmp_path, "Bohr", "Hartree")
    (atoms,) = rattled(crystal(ELEMENTS), 1, seed=5)
    again, expected = read_n2p2(tmp_path, "Bohr", "Hartree").evaluate_atoms(atoms), adapted.evaluate_atoms(atoms)
    np.testing.assert_allclose(again["energies"], expected["energies"], rtol=1e-12)
    np.testing.assert_allclose(again["forces"], expected["forces"], atol=1e-12)


def test_constant_features_are_left_out(tmp_path):
    """Dimers have no angles; the first layer's bias is all that is left of them."""
    train, _ = gold_clusters.load_data(n_atoms=2)
    functions = [SymmetryFunction("G5", 6.0, eta=0.01), SymmetryFunction("G2", 6.0, eta=0.2)]
    original = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(4,), dtype="float64")
    original.adapt(train)
    write_n2p2(original, tmp_path)
    again = read_n2p2(tmp_path)
    assert [function.kind for function in again.functions] == ["G2"]
    assert energy_of(again, train[3]) == pytest.approx(energy_of(original, train[3]), rel=1e-14)


REFUSED = {
    "core": ({"core": "zbl"}, "n2p2's files hold no repulsive core: train without. Received: a potential with one"),
    "G3": ({"functions": [SymmetryFunction("G3", 4.0, kappa=1.0)]}, "n2p2 has no symmetry function of this kind: G3"),
    "silu": ({"activation": "silu"}, "n2p2 has no activation 'silu', only linear, tanh"),
    "depth": ({"hidden": {"Ti": (5,), "O": (3, 4)}}, "as many for each element. Received: {'O': 2, 'Ti': 1}"),
    "no hidden layer": ({"hidden": ()}, "n2p2 needs one or more hidden layers"),
    "cutoff function": ({"cutoff_function": TanhCutoff(inner_fraction=0.1)}, "n2p2 has no cutoff function TanhCutoff"),
    "outputs": (
        {"activation": {"Ti": "tanh", "O": ["tanh", "tanh", "sigmoid"]}},
        "n2p2 needs one activation of all outputs. Received: s and l",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_n2p2_cannot_hold_is_refused_before_anything_is_written(name, tmp_path):
    options, message = REFUSED[name]
    refused = NeuralNetworkPotential.from_functions(ELEMENTS, **{"functions": FUNCTIONS, "hidden": (5, 4), **options})
    with pytest.raises(ValueError, match=message):
        write_n2p2(refused, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_only_constant_features(tmp_path):
    lonely = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G1", 4.0)])
    lonely.feature_scaling.set_statistics(0, [1.0], [1.0], [1.0], [0.0])
    with pytest.raises(ValueError, match="those of Au are constant over the training data"):
        write_n2p2(lonely, tmp_path)


def test_weights_that_are_not_finite(tmp_path):
    broken = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G1", 4.0)], hidden=(1,))
    broken.atomic_network.stacks[0][1].bias.assign([np.nan])
    with pytest.raises(ValueError, match="the weights of Au are not finite"):
        write_n2p2(broken, tmp_path)


def test_an_existing_potential_is_whole_after_a_failure(tmp_path, monkeypatch):
    functions = [SymmetryFunction("G1", 4.0)]
    write_n2p2(NeuralNetworkPotential.from_functions(["Au"], functions, seed=1), tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    write_bytes = pathlib.Path.write_bytes

    def full_disk(path, content):
        if "weights" in path.name:
            raise OSError("no space left on device")
        return write_bytes(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(pathlib.Path, "write_bytes", full_disk)
        with pytest.raises(OSError, match="no space left"):
            write_n2p2(NeuralNetworkPotential.from_functions(["Au"], functions, seed=2), tmp_path)
        with pytest.raises(OSError, match="no space left"):
            write_n2p2(NeuralNetworkPotential.from_functions(["Au"], functions, seed=2), tmp_path / "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before
    write_n2p2(NeuralNetworkPotential.from_functions(["Au"], functions, seed=2), tmp_path)
    after = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert after.keys() == before.keys() and after["weights.079.data"] != before["weights.079.data"]


def test_a_folder_in_the_place_of_a_file(tmp_path):
    (tmp_path / "scaling.data").mkdir()
    with pytest.raises(ValueError, match="The output must be a file. Received: the folder .*scaling.data"):
        write_n2p2(NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G1", 4.0)]), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["scaling.data"]

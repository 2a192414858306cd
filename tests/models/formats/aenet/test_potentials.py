import json
import tarfile

import keras
import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential, load_potential, save_potential
from atomzoo.datasets import gold_clusters
from atomzoo.datasets.arrays.batch import to_arrays
from atomzoo.datasets.io.xsf import read_xsf
from atomzoo.layers import CompactFunction, SymmetryFunction, chebyshev_basis
from atomzoo.models.formats.aenet import read_aenet, write_aenet
from atomzoo.models.formats.aenet.fields import read_network, write_network
from atomzoo.models.formats.aenet.importing import from_networks, network_setup
from atomzoo.models.potential.function_sets import load_function_set
from tests.examples import crystal, layer_inputs, rattled
from tests.models.formats.aenet.samples import BEHLER, CANONICAL, atomic_energies, chebyshev_network, network

CUTOFF = 4.0


@pytest.fixture(scope="module")
def tio2(reference_data):
    return reference_data / "aenet" / "behler2011_tio2"


@pytest.fixture(scope="module")
def references(reference_data, tio2, tmp_path_factory):
    """Structures, energies and forces of predict.x."""
    expected, folder = json.loads((tio2 / "reference.json").read_text()), tmp_path_factory.mktemp("xsf")
    archive = reference_data / "tio2" / "xsf.tar.xz"
    if not archive.exists():
        pytest.skip(f"no structures: {archive} is not there")
    with tarfile.open(archive) as members:
        for member in members:
            name = member.name.rsplit("/")[-1]
            if name in expected["structures"]:
                (folder / name).write_bytes(members.extractfile(member).read())
    structures = [read_xsf(folder / name)[0] for name in expected["structures"]]
    return structures, expected["energy_eV"], expected["forces_eV_per_A"]


def energies(potential):
    """Of a crystal and two others like it; not compiled, which would take longer than all else."""
    structures = [crystal(["Ti", "O"]), *rattled(crystal(["Ti", "O"]), 2, seed=4)]
    arrays = to_arrays(structures, potential.elements, potential.cutoff, potential.descriptor.needs_triplets)
    return np.asarray(potential(arrays)["energy"])


def random_potential(functions, **kwargs):
    """A potential of titanium and oxygen with random weights, biases and statistics of a few crystals."""
    potential = NeuralNetworkPotential.from_functions(["Ti", "O"], functions, hidden=(4, 3), dtype="float64", **kwargs)
    inputs = [layer_inputs(atoms, ["Ti", "O"]) for atoms in rattled(crystal(["Ti", "O"]), 3)]
    features = [potential.descriptor(*x[:2]) for x in inputs]
    potential.feature_scaling.adapt(np.stack(features), [[0, 1, 0, 1]] * 3)
    rng = np.random.default_rng(0)
    for weight in potential.trainable_variables:
        weight.assign(rng.normal(size=weight.shape))
    potential.atom_sum.scale.assign(0.3)
    potential.atom_sum.shifts.assign([0.5, -0.25])
    return potential


def test_energies_and_forces_of_predict_x(tio2, references):
    """Energies to its last digit, and forces to theirs, 5e-7, in cells down to 2.7 A."""
    potential = read_aenet(tio2)
    assert (potential.elements, potential.compute_dtype) == (["Ti", "O"], "float64")
    results = potential.evaluate_atoms(references[0])
    for result, energy, forces in zip(results, *references[1:], strict=True):
        n_atoms = len(forces)
        assert abs(result["energy"] - energy) / n_atoms < 1e-8 / n_atoms + 1e-9
        assert np.abs(result["forces"] - forces).max() < 5.1e-7


@pytest.mark.parametrize("ascii", [False, True])
def test_exported_again_byte_for_byte(tio2, tmp_path, ascii):
    potential = read_aenet(tio2)
    save_potential(potential, tmp_path / "a.keras")
    paths = write_aenet(load_potential(tmp_path / "a.keras"), tmp_path / "out", ascii)
    assert [path.name for path in paths] == [f"{element}.nn{'.ascii' * ascii}" for element in ("Ti", "O")]
    for path in paths:
        write_network(read_network(path), tmp_path / "a.nn")
        assert (tmp_path / "a.nn").read_bytes() == (tio2 / path.name.removesuffix(".ascii")).read_bytes()


def test_after_training_only_the_weights_are_others(tio2, tmp_path):
    potential = read_aenet(tio2)
    dense = potential.atomic_network.stacks[0][0]
    dense.kernel.assign(np.asarray(dense.kernel) * 1.5)
    old, new = read_network(tio2 / "Ti.nn"), read_network(write_aenet(potential, tmp_path)[0])
    np.testing.assert_array_equal(new.weights[:700], 1.5 * old.weights[:700])
    np.testing.assert_array_equal(new.weights[700:], old.weights[700:])
    assert new.to_dict() == old.to_dict()


OXYGEN = [(4, (3.7, 1.0, 2.0, 0.05), (1, 2)), (2, (4.0, 1.0, 0.3, 0.0), (1, 0)), (5, (4.0, -1.0, 2.0, 0.02), (1, 1))]
NETWORKS = {
    "behler": {
        "Ti": network(),
        "O": network("O", ("O", "Ti"), OXYGEN, hidden=(4, 3, 2), seed=2, shift=-7.5, scale=0.7),
    },
    "chebyshev": {
        "Ti": chebyshev_network(),
        "O": chebyshev_network("O", ("O", "Ti"), (1, 4), (3.9, 3.8), hidden=(2,), seed=1),
    },
}
ORDERS = {"behler": {"Ti": CANONICAL, "O": [1, 2, 0]}, "chebyshev": {"Ti": range(14), "O": range(14)}}


@pytest.mark.parametrize("kind", NETWORKS)
def test_energies_are_those_of_aenets_formulas(kind):
    """Element files with other ENV order, functions, widths, activations, scales and shifts."""
    networks, atoms = NETWORKS[kind], crystal(["Ti", "O"])
    # The third function of titanium and the second of oxygen are constant, which aenet sets to 0.
    for found in networks.values():
        found.mean_square[1] = found.mean[1] ** 2
    potential = from_networks(networks)
    displacements, species, _ = layer_inputs(atoms, ["Ti", "O"])
    features = potential.descriptor(displacements, species)
    index = np.array([["Ti", "O"].index(symbol) for symbol in atoms.symbols])
    scale, shifts = float(potential.atom_sum.scale), np.asarray(potential.atom_sum.shifts)
    found_energies = scale * np.asarray(potential.atomic_energies(features[None], index[None]))[0] + shifts[index]
    for element, found in networks.items():
        functions, order = network_setup(found).functions, ORDERS[kind][element]
        expected = atomic_energies(found, functions, list(order), displacements, species, ["Ti", "O"])
        chosen = [symbol == element for symbol in atoms.symbols]
        np.testing.assert_allclose(found_energies[chosen], expected[chosen], rtol=1e-13)


@pytest.mark.parametrize("kind", NETWORKS)
def test_exported_and_imported_again(kind, tmp_path):
    potential = from_networks(NETWORKS[kind])
    write_aenet(potential, tmp_path / "aenet")
    copy = read_aenet(tmp_path / "aenet")
    np.testing.assert_allclose(energies(copy), energies(potential), rtol=1e-14)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_trained_on_gold(tmp_path):
    train, validation = gold_clusters.load_data(3)
    functions = load_function_set("barch-tubman-2017", ["Au"])
    potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(8, 8), dtype="float64")
    potential.adapt(train[:60])
    potential.compile(optimizer=keras.optimizers.Adam(0.01))
    potential.fit(potential.dataset(train[:60]), epochs=3, verbose=0)
    write_aenet(potential, tmp_path)
    copy = read_aenet({"Au": tmp_path / "Au.nn"})
    ours, theirs = potential.evaluate_atoms(validation), copy.evaluate_atoms(validation)
    reference = float(potential.atom_sum.shifts[0])
    for first, second in zip(ours, theirs, strict=True):
        assert second["energy"] == pytest.approx(first["energy"], rel=1e-10)
        assert second["energy"] - 3 * reference == pytest.approx(first["interaction_energy"], rel=1e-7, abs=1e-9)
        np.testing.assert_allclose(second["forces"], first["forces"], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("scaling", ["min-max", "centered", "min-max-centered", "z-score", "none"])
@pytest.mark.parametrize("basis", ["behler", "chebyshev"])
def test_every_scaling(scaling, basis, tmp_path):
    """The first layer takes up what aenet's z-scores are not; features that do not vary, G1 here, are no exception."""
    functions = [SymmetryFunction(*parameters, zeta=2) for parameters in (("G5", CUTOFF, 0.5), ("G4", 3.4))]
    functions = [*functions, SymmetryFunction("G2", CUTOFF, eta=0.5), SymmetryFunction("G1", 0.5)]
    functions = functions if basis == "behler" else chebyshev_basis(["Ti", "O"], CUTOFF, 3, 3.5, 2)
    activation = {"Ti": "mtanh", "O": ["twist", "sigmoid", "linear"]}
    potential = random_potential(functions, scaling=scaling, activation=activation)
    write_aenet(potential, tmp_path)
    copy = read_aenet(tmp_path)
    assert np.ptp(energies(potential)) > 1e-3
    np.testing.assert_allclose(energies(copy), energies(potential), rtol=1e-13, atol=1e-12)


def test_statistics_in_the_file_are_those_of_the_data(tmp_path):
    potential = random_potential([SymmetryFunction("G2", CUTOFF, eta=0.5, rs=rs) for rs in (1.0, 2.0)])
    found = read_network(write_aenet(potential, tmp_path)[1])
    assert (found.n_evaluations, found.n_atoms) == (6, 12)
    order = [0, 2, 1, 3]  # by neighbor element first
    for values, table in ((found.minimum, "minimum"), (found.maximum, "maximum"), (found.mean, "mean")):
        np.testing.assert_array_equal(values, np.asarray(getattr(potential.feature_scaling, table))[1][order])


@pytest.mark.parametrize(
    ("functions", "options", "message"),
    [
        (BEHLER, {"core": "zbl"}, "aenet's files hold no repulsive core: train without. Received: a potential with"),
        (BEHLER, {"activation": "silu"}, "aenet has only the activations linear, .*. Received: 'silu' of Ti"),
        (BEHLER, {"activation": ["tanh", "tanh", "relu"]}, "Received: 'relu' of Ti"),
        (BEHLER, {"cutoff_function": "tanh"}, "aenet has only the cosine cutoff function. Received: TanhCutoff"),
        ([SymmetryFunction("G5", 4.0, rs=1.0)], {}, "aenet cannot shift the distances of G5"),
        ([CompactFunction("C2", 4.0)], {}, r"aenet has no compact symmetry functions. Received: C2\(Ti\)"),
        (chebyshev_basis(["Ti", "O"], 4.0, 2, 3.0, 1)[1:], {}, "expected a whole Chebyshev basis"),
    ],
)
def test_refused_before_anything_is_written(functions, options, message, tmp_path):
    functions = [SymmetryFunction("G1", 4.0)] if functions is BEHLER else functions
    potential = NeuralNetworkPotential.from_functions(["Ti", "O"], functions, hidden=(3, 3), **options)
    with pytest.raises(ValueError, match=message):
        write_aenet(potential, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_folders(tmp_path):
    def read(*names, **networks):
        for path in tmp_path.iterdir():
            path.unlink()
        for name, found in networks.items():
            write_network(found, tmp_path / name.replace("_", "."), ascii=name.endswith("ascii"))
        return read_aenet(tmp_path)

    titanium, oxygen = NETWORKS["behler"].values()
    with pytest.raises(ValueError, match="holds no aenet networks"):
        read()
    with pytest.raises(ValueError, match="counts O, for which there is no network. Received: networks of Ti"):
        read(Ti_nn=titanium)
    with pytest.raises(ValueError, match="must hold one network for each element. Received: Ti.nn and b.nn"):
        read(Ti_nn=titanium, b_nn=titanium, O_nn=oxygen)
    assert read(Ti_nn=titanium, Ti_nn_ascii=titanium, O_10t_nn_ascii=oxygen).elements == ["Ti", "O"]
    with pytest.raises(ValueError, match="must be of O. Received: a network of Ti"):
        read_aenet({"O": tmp_path / "Ti.nn"})
    write_network(network(kinds=np.array([7] * 6)), tmp_path / "Ti.nn")
    with pytest.raises(ValueError, match="Ti.nn': function 1 must be of kind 1 to 5"):
        read_aenet(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_aenet(tmp_path / "none")


def test_a_failed_write_leaves_the_folder_as_it_was(tmp_path):
    file = tmp_path / "file"
    file.write_text("as it was")
    with pytest.raises((ValueError, OSError)):
        write_aenet(from_networks(NETWORKS["behler"]), file)
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        write_aenet(from_networks(NETWORKS["behler"]), tmp_path / "no" / "folder")
    assert file.read_text() == "as it was" and len(list(tmp_path.iterdir())) == 1

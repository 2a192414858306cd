import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from ase.build import bulk

from atomzoo import NeuralNetworkPotential, fit
from atomzoo.layers import RepulsiveCore, SymmetryFunction
from atomzoo.models.potential.saving import load_keras, save_keras
from tests.examples import PATHS, crystal, rattled, small_potential
from tests.physics import assert_close, assert_gradient

FUNCTIONS = [SymmetryFunction("G2", cutoff=4.0, eta=0.3), SymmetryFunction("G5", cutoff=4.0, eta=0.1, zeta=2)]


@pytest.fixture(scope="module")
def potential():
    potential = NeuralNetworkPotential.from_functions(["Au"], FUNCTIONS, hidden=(4,), dtype="float64")
    potential.compile(optimizer="adam", loss={"energy_per_atom": "mse", "forces": "mse"})
    return potential


@pytest.fixture(scope="module")
def content(potential, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "au.keras"
    save_keras(potential, path)
    return path.read_bytes()


def check_refused(path, reason):
    with pytest.raises(ValueError, match=reason) as error:
        load_keras(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_loaded_potential_is_the_same(potential, tmp_path):
    save_keras(potential, tmp_path / "au.keras")
    loaded = load_keras(str(tmp_path / "au.keras"))
    atoms = bulk("Au", a=4.0, cubic=True)
    atoms.rattle(0.1)
    ours, theirs = potential.evaluate_atoms(atoms), loaded.evaluate_atoms(atoms)
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name])
    assert loaded.functions == potential.functions and loaded.compute_dtype == "float64"
    assert [path.name for path in tmp_path.iterdir()] == ["au.keras"]


def test_a_file_holds_no_optimizer(potential, content, tmp_path):
    """Whose learning rate may be spent: what is loaded must be compiled before it is trained again."""
    path = tmp_path / "au.keras"
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        saved = json.loads(archive.read("config.json"))
        assert sorted(archive.namelist()) == ["config.json", "metadata.json", "model.weights.h5"]
        assert b"optimizer" not in archive.read("model.weights.h5")
    assert saved.get("compile_config") is None
    assert potential.compiled and potential.optimizer is not None  # it keeps its own
    loaded = load_keras(path)
    assert not loaded.compiled and loaded.outputs_wanted == ("energy_per_atom",)
    with pytest.raises(ValueError, match="compile"):
        loaded.fit(loaded.dataset(rattled(crystal(["Au"]), 2)))


LOAD_AND_TRAIN = """
import sys
import ase.io
import numpy as np
from atomzoo import fit, load_potential

structures = ase.io.read(sys.argv[2], ":")
potential = load_potential(sys.argv[1])
print(repr(float(potential.evaluate_atoms(structures[0])["energy"])))
before = potential.get_weights()
fit(potential, structures, epochs=1)
print(max(np.abs(a - b).max(initial=0.0) for a, b in zip(before, potential.get_weights(), strict=True)) > 0)
"""


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning")
def test_a_trained_potential_is_loaded_and_trained_on_in_a_new_process(tmp_path):
    structures = rattled(crystal(["Au"]), 4)
    potential = NeuralNetworkPotential.from_functions(["Au"], PATHS["radial"][:2], hidden=(3,), dtype="float64")
    fit(potential, structures, epochs=2)
    potential.save(tmp_path / "a.keras")
    ase_file = tmp_path / "a.traj"
    structures[0].write(ase_file)
    for atoms in structures[1:]:
        atoms.write(ase_file, append=True)
    command = [sys.executable, "-c", LOAD_AND_TRAIN, str(tmp_path / "a.keras"), str(ase_file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    energy, changed = done.stdout.split()
    assert float(energy) == pytest.approx(potential.evaluate_atoms(structures[0])["energy"], abs=1e-10)
    assert changed == "True"


@pytest.mark.parametrize("trainable", [False, ("eta",)], ids=["fixed", "trained"])
def test_a_float32_potential_in_float64(tmp_path, trainable):
    """The same energies up to rounding, and forces that are their derivatives to more digits than float32 has."""
    functions = [SymmetryFunction("G2", cutoff=4.0, eta=0.3), SymmetryFunction("G5", cutoff=4.0, eta=0.1, zeta=2)]
    core = RepulsiveCore([79], [0.5], [1.4])
    single = small_potential(["Au"], functions, dtype="float32", trainable_functions=trainable, core=core)
    if trainable:
        single.descriptor.radial.factors.eta.assign([0.7])
    save_keras(single, tmp_path / "au.keras")
    double = load_keras(tmp_path / "au.keras", dtype="float64")
    assert double.compute_dtype == "float64" and double.functions == single.functions
    assert double.core.get_config() == core.get_config()
    atoms = crystal(["Au"])
    ours, theirs = single.evaluate_atoms(atoms), double.evaluate_atoms(atoms)
    for name in ("energy", "forces", "stress", "features"):
        assert_close(theirs[name], ours[name], 3e-5, name)

    def energies(batch):
        copies = [atoms.copy() for _ in batch]
        for copy, positions in zip(copies, batch, strict=True):
            copy.positions = positions
        return [result["interaction_energy"] for result in double.evaluate_atoms(copies)]

    assert_gradient(energies, -theirs["forces"], atoms.positions, 1e-8)
    assert load_keras(tmp_path / "au.keras", dtype="float32").compute_dtype == "float32"
    with pytest.raises(ValueError, match="`dtype` must be float32 or float64. Received: 'float16'"):
        load_keras(tmp_path / "au.keras", dtype="float16")


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file '.*none.keras'"):
        load_keras(tmp_path / "none.keras")


def test_another_ending(tmp_path, potential):
    for use in (load_keras, lambda path: save_keras(potential, path)):
        with pytest.raises(ValueError, match="must end in .keras. Received: '.*au.h5'"):
            use(tmp_path / "au.h5")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("length", [0, 10, 0.3, 0.9, 0.999])
def test_a_truncated_file(tmp_path, content, length):
    path = tmp_path / "au.keras"
    path.write_bytes(content[: length if isinstance(length, int) else int(length * len(content))])
    check_refused(path, "is not a .keras file, or is damaged: .*zip")


def test_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "a.keras")
    with pytest.raises(ValueError, match="'.*a.keras' is not a .keras file, but a folder, device or pipe"):
        load_keras(tmp_path / "a.keras")


def test_a_long_message_is_cut(tmp_path, content):
    """The name of a member, damaged so that all that follows belongs to it."""
    place = content.index(b"config.json") - 4
    (tmp_path / "a.keras").write_bytes(content[:place] + b"\xff\x0f" + content[place + 2 :])
    with pytest.raises(ValueError, match="'.*a.keras' is not a .keras file, or is damaged: .*[.]{3}$") as error:
        load_keras(tmp_path / "a.keras")
    assert len(str(error.value)) < 500


def test_a_foreign_file(tmp_path):
    path = tmp_path / "au.keras"
    path.write_text("What is this?\n" * 1000)
    check_refused(path, "is not a .keras file, or is damaged")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "nothing")
    check_refused(path, "There is no item named 'config.json'")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps([1, 2]))
    check_refused(path, "is not a .keras file, or is damaged")
    path.unlink()
    path.mkdir()
    check_refused(path, "is not a .keras file, but a folder")


def test_another_model(tmp_path):
    path = tmp_path / "au.keras"
    keras.Sequential([keras.layers.Input((1,)), keras.layers.Lambda(lambda x: x)]).save(path)
    check_refused(path, "does not hold a potential, but a model of the class 'Sequential'")


def _rewritten(path, content, change):
    """Writes the archive again, with the members that `change` gives in place of the old."""
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in {**members, **change(members)}.items():
            archive.writestr(name, member)


def test_a_damaged_member(tmp_path, content):
    path = tmp_path / "au.keras"
    _rewritten(path, content, lambda members: {"model.weights.h5": members["model.weights.h5"][:100]})
    check_refused(path, "cannot read the potential in")
    _rewritten(path, content, lambda members: {"config.json": members["config.json"].replace(b'"G2"', b'"G9"')})
    check_refused(path, "cannot read the potential in .*G9")


def test_a_failed_save_leaves_the_old_file(tmp_path, potential, content, monkeypatch):
    path = tmp_path / "au.keras"
    path.write_bytes(content)

    def fail(target):
        target.write_bytes(b"half a file")
        raise OSError("No space left on device")

    monkeypatch.setattr(potential, "save", fail)
    with pytest.raises(OSError, match="No space left"):
        save_keras(potential, path)
    assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_no_folder(tmp_path, potential):
    with pytest.raises(FileNotFoundError, match="There is no folder '.*none'"):
        save_keras(potential, tmp_path / "none" / "au.keras")

"""`convert`, and MODEL of other programs in `predict` and `relax`."""

import ase.io
import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential, load_potential, save_potential
from atomzoo.layers import SymmetryFunction

pytestmark = pytest.mark.filterwarnings("ignore::atomzoo.models.potential.extrapolation.ExtrapolationWarning")


@pytest.mark.parametrize(
    ("to", "options", "files"),
    [
        ("aenet", [], ["Au.nn"]),
        ("aenet", ["--ascii"], ["Au.nn.ascii"]),
        (
            "n2p2",
            ["--length-unit", "Bohr", "--energy-unit", "Hartree"],
            ["input.nn", "scaling.data", "weights.079.data"],
        ),
    ],
)
def test_there_and_back(atomzoo, model, gold, tmp_path, to, options, files):
    code, text, error = atomzoo("convert", model, "-o", tmp_path / "out", "--to", to, *options)
    assert code == 0 and error == "" and text == f"a potential for Au\nwritten to {tmp_path}/out\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == files
    units = options if to == "n2p2" else []
    code, _, _ = atomzoo("convert", tmp_path / "out", "-o", tmp_path / "back.keras", "--to", "keras", *units)
    ours, theirs = (load_potential(path).evaluate_atoms(gold[0]) for path in (model, tmp_path / "back.keras"))
    assert code == 0 and theirs["energy"] == pytest.approx(ours["energy"], rel=1e-10)
    np.testing.assert_allclose(theirs["forces"], ours["forces"], rtol=1e-7, atol=1e-10)


def test_a_committee_for_lammps(atomzoo, fails, model, tmp_path):
    code, text, _ = atomzoo("convert", model, model, "-o", tmp_path / "two.nn", "--to", "lammps")
    assert code == 0 and text == f"a committee of 2 potentials for Au\nwritten to {tmp_path}/two.nn\n"
    atomzoo("convert", model, "-o", tmp_path / "one.nn", "--to", "lammps")
    assert (tmp_path / "two.nn").read_text() == 2 * (tmp_path / "one.nn").read_text()
    message = "Only a file for LAMMPS holds a committee. Received: 2 potentials and --to keras"
    assert message in fails("convert", model, model, "-o", tmp_path / "a.keras", "--to", "keras")


def test_predict_and_relax_with_folders(atomzoo, model, gold, tmp_path):
    gold[0].write(tmp_path / "a.extxyz")
    expected = load_potential(model).evaluate_atoms(gold[0])["energy"]
    potential = load_potential(model)
    save_potential(potential, tmp_path / "aenet", "aenet")
    save_potential(potential, tmp_path / "n2p2", "n2p2", length_unit="Bohr")
    for folder, units in (("aenet", []), ("n2p2", ["--length-unit", "Bohr"])):
        code, text, _ = atomzoo("predict", tmp_path / folder, tmp_path / "a.extxyz", *units)
        assert code == 0 and float(text.splitlines()[1].split()[2]) == pytest.approx(expected, abs=1e-6)
    options = ["--fmax", 0.05, "-o", tmp_path / "b.extxyz"]
    assert atomzoo("relax", tmp_path / "aenet", tmp_path / "a.extxyz", *options)[0] == 0
    assert ase.io.read(tmp_path / "b.extxyz").get_potential_energy() <= expected + 1e-9


@pytest.mark.parametrize(("to", "reason"), [("aenet", "'silu' of Au"), ("n2p2", "silu")])
def test_refused_with_the_reason(fails, tmp_path, to, reason):
    potential = NeuralNetworkPotential.from_functions(
        ["Au"], [SymmetryFunction("G2", 6.0)], hidden=(3,), activation="silu"
    )
    save_potential(potential, tmp_path / "silu.keras")
    assert reason in fails("convert", tmp_path / "silu.keras", "-o", tmp_path / "out", "--to", to)
    assert not (tmp_path / "out").exists()


def test_bad_models(fails, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "Au.nn").write_bytes(b"\x04\0\0\0\x04\0\0\0")
    for model, message in (
        ("no.keras", "there is no file"),
        ("empty", "holds neither aenet networks, which end in .nn or .nn.ascii, nor n2p2's input.nn"),
        ("broken", "Au.nn', record 1 (nlayers): the file ends"),
    ):
        assert message in fails("convert", tmp_path / model, "-o", tmp_path / "out", "--to", "aenet")


def test_bad_outputs(fails, model, tmp_path):
    (tmp_path / "file").write_text("as it was")
    for to, output, message in (
        ("aenet", "file", "file"),
        ("aenet", "no/folder", "There is no folder"),
        ("n2p2", "file", "file"),
        ("keras", "a.txt", "must end in .keras"),
    ):
        assert message in fails("convert", model, "-o", tmp_path / output, "--to", to)


def test_unknown_format(atomzoo, model, tmp_path):
    assert atomzoo("convert", model, "-o", tmp_path / "out", "--to", "amp")[0] == 2
    with pytest.raises(ValueError, match="`format` must be one of aenet, n2p2, lammps, keras"):
        save_potential(load_potential(model), tmp_path / "out", "amp")


def test_to_lammps(atomzoo, model, tmp_path):
    code, text, error = atomzoo("convert", model, "-o", tmp_path / "gold.nn", "--to", "lammps")
    assert code == 0 and error == "" and text == f"a potential for Au\nwritten to {tmp_path}/gold.nn\n"
    assert "elements Au" in (tmp_path / "gold.nn").read_text().splitlines()

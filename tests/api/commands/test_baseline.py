import numpy as np
import pandas
import pytest

from atomzoo import load_potential
from atomzoo.datasets.io.input_data import write_input_data
from atomzoo.datasets.io.reading import read_structures
from atomzoo.datasets.splits import split_structures
from tests.aenet_programs import write_programs


@pytest.fixture
def aenet(gold, tmp_path, monkeypatch):
    """Stand-ins for aenet's programs that know the split of seed 3."""
    parts = dict(zip(("train", "test"), split_structures(gold, 0.2, 3), strict=True))
    monkeypatch.setenv("AENET_BIN", str(write_programs(tmp_path / "bin", parts)))


def test_both_programs_side_by_side(atomzoo, aenet, gold_file, function_file, tmp_path):
    options = ["--symmetry-functions", function_file, "--epochs", 30, "--validation-fraction", 0.2, "--seed", 3]
    code, text, error = atomzoo("baseline", "aenet", gold_file, "-o", tmp_path / "out", *options)
    assert code == 0 and error == ""
    rows = pandas.read_csv(tmp_path / "out" / "comparison.csv")
    assert rows["program"].tolist() == ["aenet 2.0.4-gfortran_serial"] * 2 + ["atomzoo"] * 4
    assert rows["labels"].tolist() == ["energies"] * 4 + ["energies, forces"] * 2
    assert rows["part"].tolist() == ["train", "validation"] * 3 and set(rows["structures"]) == {24, 6}
    aenet = rows.iloc[1]  # its stand-in is 2 meV and 0.1 eV/A off, of three atoms
    assert aenet["energy_rmse_meV_per_atom"] == pytest.approx(2 / 3, rel=1e-4)
    assert aenet["forces_mae_eV_per_A"] == pytest.approx(0.1, rel=1e-4)
    assert "2.0.4-gfortran_serial, 3 symmetry functions" in text and text.count("validation") == 3
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"comparison.csv", "comparison.png", "aenet", "energies.keras", "energies_and_forces.keras"}
    assert load_potential(tmp_path / "out" / "energies.keras").atomic_network.hidden == {"Au": [15, 15]}
    assert "ITERATIONS 500" in (tmp_path / "out" / "aenet" / "fit.in").read_text()


def test_without_aenet_its_inputs_are_written(atomzoo, gold_file, function_file, tmp_path, monkeypatch):
    monkeypatch.setenv("AENET_BIN", str(tmp_path))
    options = ["--symmetry-functions", function_file, "--hidden", 4, 3]
    code, _, error = atomzoo("baseline", "aenet", gold_file, "-o", tmp_path / "out", *options)
    assert code == 1 and error.count("\n") == 1 and "nor in the folder AENET_BIN; their inputs are now in" in error
    folder = tmp_path / "out" / "aenet"
    assert "2 4:tanh 3:tanh" in (folder / "fit.in").read_text()
    assert len(list((folder / "train").iterdir())) == 27 and len(list((folder / "test").iterdir())) == 3


def test_units_of_n2p2_are_stated(atomzoo, gold, function_file, tmp_path, monkeypatch):
    """aenet's inputs are in A and eV."""
    monkeypatch.setenv("AENET_BIN", str(tmp_path))
    write_input_data(gold, tmp_path / "input.data", "Bohr", "Hartree")
    options = ["--symmetry-functions", function_file, "--length-unit", "Bohr", "--energy-unit", "Hartree"]
    atomzoo("baseline", "aenet", tmp_path / "input.data", "-o", tmp_path / "out", *options)
    written = sorted((tmp_path / "out" / "aenet" / "test").iterdir())
    expected = split_structures(gold, 0.1, 0)[1]
    assert len(written) == len(expected) == 3
    for path, atoms in zip(written, expected, strict=True):
        (read,) = read_structures(path)
        np.testing.assert_allclose(read.positions, atoms.positions, atol=1e-6)
        assert read.get_potential_energy() == pytest.approx(atoms.get_potential_energy(), abs=1e-6)


def test_a_validation_part_is_needed(fails, gold_file, tmp_path):
    line = fails("baseline", "aenet", gold_file, "-o", tmp_path / "out", "--validation-fraction", 0)
    assert "No structures are held out. Received: 30 structures, validation_fraction=0.0" in line


def test_a_folder_with_files_is_left_alone(atomzoo, gold_file, tmp_path):
    (tmp_path / "mine").touch()
    code, _, error = atomzoo("baseline", "aenet", gold_file, "-o", tmp_path)
    assert code == 1 and "The folder must be new or empty" in error

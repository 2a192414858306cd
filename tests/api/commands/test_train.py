import ase
import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import load_potential


def labelled(positions=((0, 0, 0), (0, 0, 2.5)), energy=-1.0, forces=None, **options):
    atoms = ase.Atoms("Au2", positions=positions, **options)
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    return atoms


def test_energies_and_forces(atomzoo, gold_file, function_file, tmp_path):
    options = ["--hidden", 4, 3, "--forces", "--epochs", 2, "--symmetry-functions", function_file, "--seed", 5]
    code, text, error = atomzoo("train", gold_file, "-o", tmp_path / "a.keras", *options)
    assert code == 0 and error == ""
    rows = [line.split() for line in text.splitlines()]
    assert [row[-1] for row in rows[1:5]] == ["training", "validation"] * 2
    assert [row[-2] for row in rows[1:5]] == ["27", "3"] * 2
    assert "Au: 3 symmetry functions, network 4-3-1" in text and f"written to {tmp_path}/a.keras" in text
    potential = load_potential(tmp_path / "a.keras")
    assert tuple(potential.atomic_network.hidden["Au"]) == (4, 3)
    assert potential.elements == ["Au"] and potential.atomic_network.seed == 5


def test_lbfgs(atomzoo, gold_file, function_file, tmp_path):
    options = ["--hidden", 4, "--epochs", 5, "--symmetry-functions", function_file, "--optimizer", "lbfgs"]
    code, text, error = atomzoo("train", gold_file, "-o", tmp_path / "a.keras", *options, "--weight-decay", 1e-4)
    assert code == 0 and error == "" and "validation" in text
    assert load_potential(tmp_path / "a.keras").compute_dtype == "float64"


@pytest.mark.filterwarnings("always::atomzoo.datasets.arrays.suspicious.SuspiciousDataWarning")
def test_a_label_that_is_off_is_warned_of(atomzoo, gold, function_file, tmp_path):
    frames = [atoms.copy() for atoms in gold]
    for k, (copy, atoms) in enumerate(zip(frames, gold, strict=True)):
        copy.calc = SinglePointCalculator(copy, energy=atoms.get_potential_energy() + (1e4 if k == 11 else 0.0))
    ase.io.write(tmp_path / "a.extxyz", frames)
    options = ["--hidden", 2, "--epochs", 1, "--symmetry-functions", function_file]
    code, _, error = atomzoo("train", tmp_path / "a.extxyz", "-o", tmp_path / "a.keras", *options)
    assert code == 0 and error.count("\n") == 1
    assert error.startswith("atomzoo: warning: structure 11: its energy is 3333 eV/atom above the median")


def test_hidden_layers_before_the_data(atomzoo, gold_file, function_file, tmp_path):
    options = ["-o", tmp_path / "a.keras", "--epochs", 1, "--symmetry-functions", function_file]
    assert atomzoo("train", "--hidden", 2, "--hidden", 3, *options, "--hidden", "4", gold_file)[0] == 0
    assert tuple(load_potential(tmp_path / "a.keras").atomic_network.hidden["Au"]) == (2, 3, 4)


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]]), [], "structure 1: it has no label 'energy'"),
        (labelled(), ["--forces"], "structure 0: it has no label 'forces'"),
        (labelled(energy=np.nan), [], "structure 1: its label 'energy' is not finite"),
        (labelled([[0, 0, 0], [0, 0, np.nan]]), [], "frame 1: the position of atom 1 is not finite"),
        (labelled([[0, 0, 0], [0, 0, 0]]), [], "frame 1: atoms 0 and 1 are 0 A apart"),
        (labelled(pbc=True, cell=[9, 9, 0]), [], "frame 1: it is periodic, but its cell spans no volume"),
        (labelled(), ["--symmetry-functions", "unheard-of"], "A function set is one of barch-tubman-2017"),
        (labelled(), ["--symmetry-functions", "no.json"], "no.json"),
        (labelled(), ["--validation-fraction", "1"], "must be at least 0 and less than 1. Received: 1.0"),
        (labelled(), ["--validation-fraction", "0.9"], "No structures are left to train on."),
        (labelled(), ["--weight-decay", "-1"], "`weight_decay` must not be negative"),
        (labelled(), ["--force-weight", "0"], "`force_weight` must be positive"),
        (labelled(), ["--learning-rate", "0"], "`learning_rate` must be positive"),
    ],
)
def test_bad_input(fails, tmp_path, frame, options, message):
    ase.io.write(tmp_path / "a.extxyz", [labelled(), frame])
    (tmp_path / "a.keras").write_bytes(b"as it was")
    assert message in fails("train", tmp_path / "a.extxyz", "-o", tmp_path / "a.keras", *options)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.h5", "The file of a potential must end in .keras. Received:"),
        ("no/a.keras", "There is no folder"),
        ("folder.keras", "The output must be a file."),
    ],
)
def test_bad_output(fails, gold_file, tmp_path, name, message):
    (tmp_path / "folder.keras").mkdir()
    assert message in fails("train", gold_file, "-o", tmp_path / name)

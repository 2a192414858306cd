import os
import sys
from dataclasses import replace

import ase
import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import gold_clusters
from atomzoo.datasets.io.reading import read_structures
from atomzoo.layers import SymmetryFunction
from atomzoo.layers.descriptors.functions import resolve
from atomzoo.models.formats.aenet.setup_reader import read_setup
from atomzoo.models.potential.function_sets import load_function_set
from atomzoo.reproductions.baselines.aenet import find_programs, run_aenet, working_folder
from atomzoo.reproductions.baselines.aenet_inputs import write_inputs
from tests.aenet_programs import write_programs
from tests.examples import crystal, rattled


@pytest.fixture
def gold():
    train, validation = gold_clusters.load_data(2)
    return train[:5], validation[:3]


@pytest.fixture
def no_aenet(monkeypatch, tmp_path):
    monkeypatch.delenv("AENET_BIN", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def stand_in(gold, tmp_path, monkeypatch):
    """Programs of aenet's names that replay energies 2 meV and forces 0.1 eV/A off; returns their folder."""
    folder = write_programs(tmp_path / "bin", dict(zip(("train", "test"), gold, strict=True)))
    monkeypatch.setenv("AENET_BIN", str(folder))
    return folder


def test_programs_are_found_in_either_place(stand_in, monkeypatch):
    found = find_programs()
    assert found["train.x"].name == "train.x-2.0.4-gfortran_serial" and found["predict.x"].parent == stand_in
    monkeypatch.delenv("AENET_BIN")
    monkeypatch.setenv("PATH", f"{stand_in}{os.pathsep}/nowhere")
    assert find_programs() == found
    (stand_in / "predict.x").chmod(0o644)
    assert find_programs() is None


def test_trained_and_evaluated(stand_in, gold, tmp_path):
    functions = load_function_set("barch-tubman-2017", ["Au"])
    row = run_aenet(*gold, functions, folder=tmp_path / "run", iterations=7)
    assert row["train_mse_eV2"] == pytest.approx(4e-6, rel=1e-4) == row["validation_mse_eV2"]
    assert row["validation_force_rmse_eV_per_A"] == pytest.approx(0.1, rel=1e-4)
    assert (row["train_structures"], row["validation_structures"], row["iterations"]) == (5, 3, 7)
    assert (row["network"], row["method"]) == ("15t-15t", "bfgs")
    assert row["aenet_version"] == "aenet 2.0.4-gfortran_serial"
    assert 0 <= row["train_cpu_seconds"] <= 60 and row["train_seconds"] >= 0
    assert read_setup(tmp_path / "run" / "Au.stp").functions == tuple(functions)
    assert "ITERATIONS 7" in (tmp_path / "run" / "fit.in").read_text()


WORDS = {
    "generate.x": "Error: no such thing",
    "train.x-2.0.4-gfortran_serial": "At line 7 of file x.f90\nFortran runtime error: no such thing\n\n"
    "Error termination. Backtrace:\n#0  0x7f1 in ???\n#1  0x7f2 in main",
    "predict.x": "",
}


@pytest.mark.parametrize("program", WORDS)
def test_aenet_that_fails_is_told(stand_in, gold, tmp_path, program):
    """By its first error, which a backtrace may follow, and the input; all of it is kept."""
    code = 1 if program == "predict.x" else 0  # aenet itself ends with 0 after many errors
    stdout = "training error\nfirst\n" + ("Error: no such thing\nlast" if not WORDS[program] else "last")
    text = f"#!{sys.executable}\nimport sys\nprint({stdout!r})\nprint({WORDS[program]!r}, file=sys.stderr)\n"
    (stand_in / program).write_text(text + f"sys.exit({code})")
    name = {"g": "generate", "t": "fit", "p": "train"}[program[0]]
    with pytest.raises(
        ValueError, match=rf"{program} failed on '.*/run/{name}.in' .*: .*rror: no such thing$"
    ) as error:
        run_aenet(*gold, [SymmetryFunction("G2", 6.0)], folder=tmp_path / "run")
    assert "\n" not in str(error.value)
    assert (tmp_path / "run" / f"{name}.err").read_text() == WORDS[program] + "\n"
    assert (tmp_path / "run" / f"{name}.out").read_text() == stdout + "\n"


def test_a_working_folder_stays_if_aenet_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with working_folder() as folder:
        (folder / "a").touch()
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="failed"), working_folder() as folder:
        (folder / "a").touch()
        raise ValueError("failed")
    assert (folder / "a").exists()


def test_without_aenet(no_aenet, gold, tmp_path):
    with pytest.raises(FileNotFoundError, match="aenet's generate.x, train.x, predict.x are not"):
        run_aenet(*gold, [SymmetryFunction("G2", 6.0)], folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_inputs_are_those_aenet_was_run_with(reference_data, tmp_path):
    """generate.in, and train.in and test.in of predict.x, of a TiO2 potential; and its set-ups."""
    expected = reference_data / "aenet" / "behler2011_tio2"
    train, test = (rattled(crystal(["Ti", "O"]), n) for n in (40, 12))
    functions = {element: read_setup(expected / f"{element}.stp").functions for element in ("Ti", "O")}
    energies = {"Ti": -1604.604515075, "O": -432.503149303}
    write_inputs(train, test, functions, tmp_path, (10, 10), "tanh", 500, "bfgs", energies)
    for name in ("generate.in", "train.in", "test.in"):
        assert (tmp_path / name).read_text() == (expected / name).read_text()
    for element in ("Ti", "O"):
        ours, theirs = (read_setup(folder / f"{element}.stp") for folder in (tmp_path, expected))
        assert list(ours.functions) == resolve(theirs.functions, ["Ti", "O"])  # pairs of elements in one order
        assert replace(ours, functions=theirs.functions) == theirs
    assert "Ti Ti.nn 2 10:tanh 10:tanh\nO O.nn 2 10:tanh 10:tanh" in (tmp_path / "fit.in").read_text()


XSF = """\
# total energy = -2688.6125 eV

CRYSTAL
PRIMVEC
    10.000000000000000      0.000000000000000      0.000000000000000
     0.000000000000000     10.000000000000000      0.000000000000000
     0.000000000000000      0.000000000000000     10.000000000000000
PRIMCOORD
2 1
Au      0.000000000000000      0.000000000000000      0.000000000000000      0.000000000000000      0.000000000000000     -0.250000000000000
Au      0.000000000000000      0.000000000000000      2.500000000000000      0.000000000000000      0.000000000000000      0.250000000000000
"""  # noqa: E501
GENERATE_IN = """\
OUTPUT set.train

TYPES
1
Au -1344.30625

SETUPS
Au Au.stp

FILES
1
train/s00000.xsf
"""


def test_inputs_byte_for_byte(tmp_path):
    """Of a structure as ASE reads it from a file: its numbers are NumPy's."""
    atoms = ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]], cell=[10, 10, 10], pbc=True)
    forces = np.array([[0, 0, -0.25], [0, 0, 0.25]])
    atoms.calc = SinglePointCalculator(atoms, energy=np.float64(-2688.6125), forces=forces)
    ase.io.write(tmp_path / "a.extxyz", atoms)
    (atoms,) = read_structures(tmp_path / "a.extxyz")
    functions = [SymmetryFunction("G2", np.float64(6.0), eta=np.float32(0.25))]
    energies = {"Au": np.float64(-1344.30625)}
    write_inputs([atoms], [atoms], functions, tmp_path / "run", (5,), "tanh", 1, "bfgs", energies)
    assert (tmp_path / "run" / "train" / "s00000.xsf").read_bytes() == XSF.encode()
    assert (tmp_path / "run" / "generate.in").read_bytes() == GENERATE_IN.encode()
    assert "G=2 type2=Au Rc=6.0 Rs=0.0 eta=0.25" in (tmp_path / "run" / "Au.stp").read_text()
    for path in (tmp_path / "run").rglob("*.*"):
        assert "np." not in path.read_text()
    (again,) = read_structures(tmp_path / "run" / "test" / "s00000.xsf")
    assert again.get_potential_energy() == atoms.get_potential_energy()


def test_atomic_energies_fit_the_data(tmp_path):
    structures = rattled(crystal(["Ti", "O"]), 2)
    write_inputs(structures, structures, [SymmetryFunction("G2", 4.0)], tmp_path, (5,), "tanh", 1, "bfgs")
    lines = (tmp_path / "generate.in").read_text().splitlines()
    found = [float(line.split()[1]) for line in lines[4:6]]
    mean = np.mean([atoms.get_potential_energy() for atoms in structures])
    assert 2 * sum(found) == pytest.approx(mean, rel=1e-9)

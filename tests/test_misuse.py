"""What a careless or unlucky user does: one line on standard error says what is wrong and where, nothing is damaged."""

import errno
import io
import json
import os
import zipfile

import ase
import ase.io
import h5py
import keras
import numpy as np
import pytest

from atomzoo import save_potential
from atomzoo.datasets.io.folders import alone_in
from atomzoo.layers import SymmetryFunction
from atomzoo.models.potential.function_sets import save_function_set
from tests.examples import crystal, rattled, small_potential

pytestmark = pytest.mark.filterwarnings("ignore::atomzoo.models.potential.extrapolation.ExtrapolationWarning")
FUNCTIONS = [SymmetryFunction("G2", 4.0, eta=0.5), SymmetryFunction("G5", 4.0, zeta=2)]
OUTPUTS = ("out.extxyz", "out.keras", "out.npz", "out.nn")


@pytest.fixture(scope="module")
def potentials():
    made = {"au": small_potential(["Au"], FUNCTIONS), "tio": small_potential(["Ti", "O"], FUNCTIONS)}
    made["au"].evaluate_atoms(crystal(["Au"]))  # which compiles the C++ at its first use, before a disk is full
    return made


@pytest.fixture
def folder(potentials, tmp_path, tmp_path_factory, monkeypatch):
    """The working folder: two potentials, functions, good data, and files where outputs would go."""
    for name, potential in potentials.items():
        save_potential(potential, tmp_path / f"{name}.keras")
    save_function_set(FUNCTIONS, tmp_path / "set.json")
    ase.io.write(tmp_path / "au.extxyz", rattled(crystal(["Au"]), 4))
    for name in OUTPUTS:
        (tmp_path / name).write_text("as it was")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    return tmp_path


def xyz(*atoms, **info):
    """A frame of an extxyz file: lines of atoms, and what its comment says."""
    values = {"Properties": "species:S:1:pos:R:3", **info}
    return "\n".join([str(len(atoms)), " ".join(f'{k}="{v}"' for k, v in values.items()), *atoms, ""])


def dump(columns):
    """A dump of LAMMPS with one atom."""
    head = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
    return f"{head}ITEM: ATOMS {columns}\n1 1 0 0 0\n"


def cif(*sites):
    """A crystal with the symmetry of fcc; sites with their occupancies."""
    lengths = "".join(f"_cell_length_{name} 4.1\n" for name in "abc")
    angles = "".join(f"_cell_angle_{name} 90\n" for name in ("alpha", "beta", "gamma"))
    columns = ("type_symbol", "fract_x", "fract_y", "fract_z", "occupancy")
    loop = "".join(f"_atom_site_{name}\n" for name in columns)
    return f"data_a\n{lengths}{angles}_space_group_name_H-M_alt 'F m -3 m'\nloop_\n{loop}" + "\n".join(sites) + "\n"


def molecules(n):
    """A file of n molecules in the format sdf."""
    file = io.StringIO()
    ase.io.write(file, ase.Atoms("Au"), format="sdf")
    return n * file.getvalue()


def trajectory(part):
    """The beginning of a binary trajectory."""
    file = io.BytesIO()
    ase.io.write(file, rattled(crystal(["Au"]), 4), format="traj")
    return file.getvalue()[: int(part * len(file.getvalue()))]


ATOM, FAR = "Au 0 0 0", "Au 1e12 0 2"
CUBE = {"Lattice": "4 0 0 0 4 0 0 0 4", "pbc": "T T T"}

# Name and content of the file, and what is said of it.
STRUCTURES = [
    (
        "a.xyz",
        xyz(ATOM) + "3\n\nAu 0 0 0\n",
        "'a.xyz': ValueError: line 4: the file ends within frame 1. Received: 1 of 3",
    ),
    ("a.xyz", "99999999999\n\nAu 0 0 0\n", "line 1: the file ends within frame 0. Received: 1 of 99999999999 atoms"),
    ("a.extxyz", xyz(ATOM) + "\n" + xyz(ATOM), "line 4: an empty line between frames, at which ASE ends"),
    ("a.xyz", "\ufeff" + xyz(ATOM), "cannot read 'a.xyz': XYZError: ase.io.extxyz: Expected xyz header"),
    ("a.xyz", xyz("X 0 0 0"), "'a.xyz', frame 0: atom 0 is no chemical element, but X"),
    ("a.xyz", xyz("79 0 0 0"), "cannot read 'a.xyz': KeyError: '79'"),
    ("a.extxyz", xyz(ATOM) + "0\n\n", "'a.extxyz', frame 1: it has no atoms"),
    ("a.extxyz", xyz(ATOM, FAR, **CUBE), "'a.extxyz', frame 0: an atom is 1e+12 A from the origin"),
    ("a.extxyz", xyz(ATOM, pbc="T T T"), "frame 0: it is periodic, but its cell spans no volume"),
    ("a.extxyz", xyz(ATOM, Lattice="4 0 0 0 nan 0 0 0 4"), "frame 0: the cell is not finite"),
    ("a.extxyz", xyz(ATOM, energy="minus one"), "structure 0: its label 'energy' cannot be used: could not convert"),
    ("a.extxyz", xyz(ATOM, energy="1 2 3"), "structure 0: its label 'energy' must have the shape (). Received: (3,)"),
    ("a.extxyz", xyz(ATOM) + xyz(ATOM, energy="inf"), "structure 1: its label 'energy' is not finite"),
    ("a.extxyz", xyz("Au 0 0 0 nan 0 0", Properties="species:S:1:pos:R:3:forces:R:3"), "label 'forces' is not finite"),
    ("a.extxyz", xyz(ATOM, stress="1 2 3", **CUBE), "cannot read 'a.extxyz': ValueError: Got info item stress"),
    ("größe 1.extxyz", xyz("Cu 0 0 0"), "structure 0: element 'Cu' is not among the model's elements ['Au']"),
    ("a.extxyz", "Gr\xf6\xdfe".encode("latin-1"), "cannot read 'a.extxyz': UnicodeDecodeError"),
    ("a.xyz", xyz(ATOM, **{"energy": -1, "energy-unit": "hartree"}), "it says energy-unit=hartree, but energies must"),
    ("a.xyz", xyz(ATOM, forces_units="Ha/Bohr"), "it says forces_units=Ha/Bohr, but forces must be in eV/Å"),
    ("a.xyz", xyz(ATOM, stress_unit="GPa", **CUBE), "it says stress_unit=GPa, but stresses must be in eV/Å^3"),
    ("a.sdf", molecules(2), "an sdf file must hold one molecule: ASE reads the first only. Received: 2"),
    (
        "a.lammpstrj",
        dump("id type x y z"),
        "there are types, but no elements; write a column `element`. Received: id type x",
    ),
    ("a.data", "LAMMPS\n\n1 atoms\n\nAtoms\n\n1 1 0 0 0\n", "'a.data' contains no structures (read as runnerdata)"),
    ("a.cif", cif("Au 0 0 0 0.5", "Cu 0 0 0 0.5"), "frame 0: a site is occupied in part, by Au 0.5, Cu 0.5: make an"),
    ("a.cif", cif("Au 0 0 0 0.5"), "frame 0: a site is occupied in part, by Au 0.5: make an ordered structure of it"),
    ("a.cif", cif("Au 0 0 ? 1"), "cannot read 'a.cif': "),
    ("a.cif", xyz(ATOM), "cannot read 'a.cif': AssertionError (read as cif)"),
    ("a.traj", trajectory(0.2), "cannot read 'a.traj': "),
    ("a.traj", trajectory(0.9), "cannot read 'a.traj': "),
    ("a.db", b"SQLite format 3\0" + bytes(100), "cannot read 'a.db': "),
    ("a.extxyz.gz", "not compressed", "cannot read 'a.extxyz.gz': BadGzipFile"),
    ("a.json", "[1, 2, 3]", "cannot read 'a.json': "),
    ("a.csv", "x,y\n1,2\n", "cannot read 'a.csv': UnknownFileTypeError: csv"),
    ("a.py", "open('ran', 'w')", "cannot read 'a.py': ValueError: Can't read from py-format"),
    ("OUTCAR", " vasp.5.4.4\n POSITION  TOTAL-FORCE (eV/Angst)\n", "cannot read 'OUTCAR': ParseError"),
    ("vasprun.xml", "<modeling><incar>", "cannot read 'vasprun.xml': ParseError: no element found"),
    ("a.out", " CP2K| version string: CP2K version 8.1\n", "'a.out' contains no structures"),
    ("pw.out", "     Program PWSCF v.6.7 starts on\n", "'pw.out' contains no structures (read as espresso-out)"),
]


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(("name", "content", "expected"), STRUCTURES)
def test_structures(fails, folder, name, content, expected):
    put(folder / name, content)
    assert expected in fails("predict", "au.keras", name, "-o", "out.extxyz")


@pytest.mark.parametrize(
    "command", ["predict au.keras", "relax au.keras", "train", "tune", "descriptors --setup set.json"]
)
def test_a_folder_of_structures(fails, folder, command):
    (folder / "a.xyz").mkdir()
    outputs = {"train": "out.keras", "tune": "new", "descriptors": "out.npz"}
    output = outputs.get(command.split()[0], "out.extxyz")
    assert "'a.xyz' is a folder, not a file of structures" in fails(*command.split(), "a.xyz", "-o", output)


def test_labels_that_are_not_trained_on_are_checked_before(fails, folder):
    """Their errors are printed in the end, when an hour has gone by."""
    put(folder / "a.extxyz", xyz("Au 0 0 0 nan 0 0", Properties="species:S:1:pos:R:3:forces:R:3", energy="-1"))
    assert "structure 0: its label 'forces' is not finite" in fails("train", "a.extxyz", "-o", "out.keras")


def archive(change=lambda config: None, weights=lambda array: array, **files):
    """The gold potential as a `.keras` file with another configuration, other weights, or other files."""
    with zipfile.ZipFile("au.keras") as given:
        content = {name: given.read(name) for name in given.namelist()}
    saved = json.loads(content["config.json"])
    change(saved["config"])
    arrays = io.BytesIO(content["model.weights.h5"])
    with h5py.File(arrays, "r+") as file:
        file.visititems(
            lambda _, item: item.__setitem__(..., weights(item[...])) if isinstance(item, h5py.Dataset) else None
        )
    content |= {"config.json": json.dumps(saved), "model.weights.h5": arrays.getvalue(), **files}
    return zipped({name: text for name, text in content.items() if text is not None})


def zipped(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return file.getvalue()


def functions_of(config):
    return config["descriptor"]["config"]["functions"]


def with_lambda(config):
    """A layer that is code."""
    config["descriptor"] = keras.saving.serialize_keras_object(keras.layers.Lambda(lambda x: open("ran", "w")))


def with_import(config):
    """A class of a module beside the file."""
    config["descriptor"] = {"module": "beside", "class_name": "Any", "config": {}, "registered_name": "Any"}


def sequential():
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.save("other.keras")
    with open("other.keras", "rb") as file:
        return file.read()


# A function that makes the file, and what is said of it.
MODELS = [
    (lambda: b"", "'m.keras' is not a .keras file, or is damaged: File is not a zip file"),
    (lambda: archive()[:-40], "'m.keras' is not a .keras file, or is damaged: File is not a zip file"),
    (lambda: zipped({"a.txt": "text"}), "'m.keras' is not a .keras file, or is damaged: \"There is no item named"),
    (lambda: zipped({"config.json": "[1]"}), "'m.keras' is not a .keras file, or is damaged: list indices"),
    (lambda: zipped({"config.json": "[" * 100000}), "is damaged: maximum recursion depth exceeded"),
    (sequential, "'m.keras' does not hold a potential, but a model of the class 'Sequential'"),
    (
        lambda: archive(with_lambda),
        "cannot read the potential in 'm.keras': Requested the deserialization of a `Lambda`",
    ),
    (lambda: archive(with_import), "cannot read the potential in 'm.keras': Could not locate class 'Any'"),
    (lambda: archive(lambda config: config.clear()), "cannot read the potential in 'm.keras': 'provenance'"),
    (
        lambda: archive(lambda c: functions_of(c)[0].update(kind="G9")),
        "'m.keras': `kind` must be one of G1, G2, G3, G4",
    ),
    (lambda: archive(lambda c: functions_of(c)[0].update(cutoff=1e6)), "'m.keras': `cutoff` must be from 0.1 to"),
    (lambda: archive(weights=lambda array: array * np.nan), "'m.keras' holds weights that are not finite"),
    (
        lambda: archive(**{"model.weights.h5": b"no"}),
        "cannot read the potential in 'm.keras': Unable to synchronously open",
    ),
    (
        lambda: archive(**{"model.weights.h5": None}),
        "cannot read the potential in 'm.keras': Expected a model.weights.h5",
    ),
]


@pytest.mark.parametrize(("make", "expected"), MODELS)
def test_models(fails, folder, monkeypatch, make, expected):
    put(folder / "m.keras", make())
    put(folder / "beside.py", "open('ran', 'w')")
    monkeypatch.syspath_prepend(folder)
    message = fails("predict", "m.keras", "au.extxyz", "-o", "out.extxyz")
    assert expected in message and len(message) < 500
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("command", ["predict", "relax"])
def test_a_potential_of_other_elements(fails, folder, command):
    message = "structure 0: element 'Au' is not among the model's elements ['Ti', 'O']"
    assert message in fails(command, "tio.keras", "au.extxyz", "-o", "out.extxyz")


# Command and where its output goes; `file` is a file.
OUTPUTS_THAT_CANNOT_BE = [
    ("predict au.keras au.extxyz", "no/a.extxyz", "There is no folder 'no' to write to. Received: 'no/a.extxyz'"),
    ("predict au.keras au.extxyz", "file/a.extxyz", "There is no folder 'file' to write to"),
    ("relax au.keras au.extxyz", "no/a.extxyz", "There is no folder 'no' to write to"),
    ("train au.extxyz", "file/a.keras", "There is no folder 'file' to write to"),
    ("tune au.extxyz --validation-fraction 0.5", "file", "There must be a folder to write to, not the file 'file'"),
    (
        "tune au.extxyz --validation-fraction 0.5",
        "file/new",
        "There must be a folder to write to, not the file",
    ),
    ("descriptors au.extxyz --setup set.json", "file/a.npz", "There is no folder 'file' to write to"),
    ("convert au.keras --to aenet", "file", "There must be a folder to write to, not the file 'file'"),
    ("convert au.keras --to n2p2", "file/new", "There is no folder 'file' to write to. Received: 'file/new'"),
    ("convert au.keras --to lammps", "no/a.nn", "There is no folder 'no' to write to"),
    ("reproduce barch-tubman-2017/table-3", "file", "There must be a folder to write to, not the file 'file'"),
]


@pytest.mark.parametrize(("command", "output", "expected"), OUTPUTS_THAT_CANNOT_BE)
def test_outputs(fails, folder, command, output, expected):
    put(folder / "file", "as it was")
    assert expected in fails(*command.split(), "-o", output)
    assert (folder / "file").read_text() == "as it was" and not (folder / "no").exists()


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("predict au.keras au.extxyz", "out.extxyz"),
        ("relax au.keras au.extxyz --fmax 100", "out.extxyz"),
        ("train au.extxyz --symmetry-functions set.json --hidden 2 --epochs 1", "out.keras"),
        ("descriptors au.extxyz --setup set.json", "out.npz"),
        ("convert au.keras --to lammps", "out.nn"),
        ("convert au.keras --to keras", "out.keras"),
        ("convert tio.keras --to aenet", "networks"),
        ("convert tio.keras --to n2p2", "networks"),
    ],
)
def test_a_full_disk(fails, folder, monkeypatch, command, output):
    """Found out when the last byte is written; nothing is left, and of several files none is replaced."""
    (folder / "networks").mkdir()
    for name in ("Ti.nn", "O.nn", "input.nn"):
        (folder / "networks" / name).write_text("as it was")
    synced, fsync = [], os.fsync

    def full(descriptor):
        synced.append(descriptor)
        if output != "networks" or len(synced) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    line = fails(*command.split(), "-o", output)
    assert line.startswith("atomzoo: error: [Errno 28] No space left on device: ") and output in line
    assert not [path for path in folder.rglob(".*")]


# What options say; all others are as they should be.
OPTIONS = [
    ("train au.extxyz -o out.keras --learning-rate inf", "`learning_rate` must be positive and finite. Received: inf"),
    (
        "train au.extxyz -o out.keras --weight-decay inf",
        "`weight_decay` must not be negative, and finite. Received: inf",
    ),
    ("train au.extxyz -o out.keras --force-weight nan", "`force_weight` must be positive and finite. Received: nan"),
    (
        "train au.extxyz -o out.keras --validation-fraction nan",
        "`validation_fraction` must be at least 0 and less than 1",
    ),
    ("train au.extxyz -o out.keras --optimizer lbfgs --weight-decay 1e300", "The loss became infinite in epoch 1"),
    ("train au.extxyz -o out.keras --symmetry-functions au.keras", "A function set is one of "),
    ("train au.extxyz -o out.keras --symmetry-functions empty.stp", "error: empty.stp, line 1: the file ends without"),
    ("tune au.extxyz -o new --grid grid.json", "'grid.json': int too large to convert to float"),
    ("relax au.keras au.extxyz -o out.extxyz --fmax nan", "`fmax` must be positive. Received: fmax=nan"),
    (
        "relax au.keras au.extxyz -o out.extxyz --cell --pressure inf",
        "`pressure` must be finite. Received: pressure=inf",
    ),
    ("descriptors au.extxyz -o out.npz --setup pm.json", "pm.json, function 1: `cutoff` must be from 0.1 to 100 A."),
    (
        "descriptors au.extxyz -o out.npz --setup tiny.json",
        "tiny.json, function 1: `cutoff` must be from 0.1 to 100 A",
    ),
    ("convert au.keras -o au.keras --to aenet", "The output must be another file or folder than the input"),
    ("convert au.keras -o ./link.nn --to lammps", "must be another file or folder than the input. Received: 'link.nn'"),
    ("predict au.keras au.extxyz@0 -o au.extxyz", "must be another file or folder than the input"),
    ("relax au.keras link.extxyz -o au.extxyz", "must be another file or folder than the input"),
    ("reproduce ../table-2", "There is no such reproduction. "),
]


@pytest.mark.parametrize(("command", "expected"), OPTIONS)
def test_options(fails, folder, command, expected):
    put(folder / "grid.json", f'{{"layers": [1], "nodes": [2], "learning_rate": [1{"0" * 400}]}}')
    put(folder / "pm.json", '[{"kind": "G2", "cutoff": 600}]')
    put(folder / "tiny.json", '[{"kind": "G2", "cutoff": 1e-9}]')
    put(folder / "empty.stp", "")
    (folder / "link.nn").symlink_to("au.keras")
    (folder / "link.extxyz").symlink_to("au.extxyz")
    words = command.split()
    if words[0] == "train" and "--symmetry-functions" not in words:
        words += ["--symmetry-functions", "set.json", "--hidden", "2", "--epochs", "2"]
    assert expected in fails(*words)


@pytest.mark.parametrize(
    "options", ["--seed 99999999999", "--seed -1", "--epochs nan", "--hidden x", "--batch-size 0", "--dtype float16"]
)
def test_numbers_that_no_option_takes(atomzoo, folder, options):
    code, out, error = atomzoo("train", "au.extxyz", "-o", "out.keras", *options.split())
    assert code == 2 and out == "" and f"Invalid value for '{options.split()[0]}'" in error


@pytest.mark.parametrize("command", ["tune au.extxyz -o new --validation-fraction 0.5 --symmetry-functions set.json"])
def test_two_processes_in_one_folder(fails, folder, command):
    (folder / "new").mkdir()
    with alone_in(folder / "new"):
        assert "Another process works in this folder. Received: 'new'" in fails(*command.split())

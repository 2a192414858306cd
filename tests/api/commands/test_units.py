"""The units of n2p2's files on the command line: stated once, and refused where they do not fit."""

import pytest

from atomzoo.datasets.io.input_data import write_input_data
from atomzoo.models.formats.lammps import write_lammps
from atomzoo.models.formats.n2p2 import write_n2p2
from tests.examples import PATHS, crystal, rattled, small_potential

UNITS = {"A": ("A", "eV"), "Bohr": ("Bohr", "Hartree")}


@pytest.fixture(scope="module")
def structures():
    return rattled(crystal(["Cu", "O"]), 2)


@pytest.fixture(scope="module")
def files(structures, tmp_path_factory):
    """A potential and structures with its energies, in both units; and the potential as LAMMPS has it."""
    potential, folder = small_potential(["Cu", "O"], PATHS["radial"][1:3]), tmp_path_factory.mktemp("files")
    for atoms, result in zip(structures, potential.evaluate_atoms(structures), strict=True):
        atoms.calc.results["energy"] = result["energy"]
    for name, units in UNITS.items():
        write_n2p2(potential, folder / name, *units)
        write_input_data(structures, folder / name / "input.data", *units)
    write_input_data(structures, folder / "mixed.data", "A", "Hartree")
    write_lammps(potential, folder / "a.nn")
    structures[0].write(folder / "a.xyz", format="extxyz")
    return folder


def options(name):
    return "--length-unit", UNITS[name][0], "--energy-unit", UNITS[name][1]


@pytest.mark.parametrize("name", UNITS)
def test_units_are_stated_once(atomzoo, files, name):
    code, text, _ = atomzoo("predict", files / name, files / name / "input.data", *options(name))
    (row,) = [line.split() for line in text.splitlines() if line.startswith("energy ")]
    assert code == 0 and float(row[3]) < 1e-6  # meV/atom


def test_wrong_units_are_refused(fails, files):
    message = "distances between atoms are those of bonds in Bohr. Received: A"
    assert message in fails("predict", files / "A", files / "Bohr" / "input.data")
    assert message in fails("train", files / "Bohr" / "input.data", "-o", files / "new.keras")
    assert message in fails("baseline", "aenet", files / "Bohr" / "input.data", "-o", files / "new")
    assert "potential seem to be in Bohr" in fails("predict", files / "Bohr", files / "a.xyz")
    assert "potential seem to be in Bohr" in fails("relax", files / "Bohr", files / "a.xyz")
    assert "Energies of the structures seem to be in Hartree" in fails("predict", files / "A", files / "mixed.data")


def test_a_network_of_lammps_is_read_by_every_command(atomzoo, files, tmp_path):
    data = files / "A" / "input.data"
    code, text, _ = atomzoo("predict", files / "a.nn", data)
    (row,) = [line.split() for line in text.splitlines() if line.startswith("energy ")]
    assert code == 0 and float(row[3]) < 1e-6
    assert atomzoo("relax", files / "a.nn", files / "a.xyz", "--fmax", 10)[0] == 0
    assert atomzoo("convert", files / "a.nn", "--to", "keras", "-o", tmp_path / "a.keras")[0] == 0
    assert atomzoo("predict", tmp_path / "a.keras", data)[0] == 0

import os
import warnings
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.input_data import write_input_data
from atomzoo.datasets.io.reading import iread_structures, read_structures
from tests.examples import crystal, rattled


@pytest.mark.parametrize("name", ["a.extxyz", "a.xyz", "a.traj", "odd@name.extxyz"])
def test_frames_and_labels(tmp_path, name):
    frames = [bulk("Au", a=a, cubic=True) for a in (4.0, 4.1)]
    for k, atoms in enumerate(frames):
        atoms.calc = SinglePointCalculator(atoms, energy=float(k), forces=np.full((4, 3), 0.5))
    ase.io.write(tmp_path / ("b" + Path(name).suffix), frames)
    (tmp_path / ("b" + Path(name).suffix)).rename(tmp_path / name)
    found = read_structures(tmp_path / name)
    assert [atoms.get_potential_energy() for atoms in found] == [0.0, 1.0]
    np.testing.assert_array_equal(found[1].get_forces(), np.full((4, 3), 0.5))
    np.testing.assert_allclose(found[1].cell, frames[1].cell)


@pytest.mark.parametrize("name", ["POSCAR", "a.cif", "a.xsf"])
def test_other_formats(tmp_path, name):
    bulk("Au", cubic=True).write(tmp_path / name)
    (atoms,) = read_structures(tmp_path / name)
    assert str(atoms.symbols) == "Au4" and atoms.pbc.all()


def test_path_may_be_a_string(tmp_path):
    molecule("H2O").write(tmp_path / "a.xyz")
    assert len(read_structures(str(tmp_path / "a.xyz"))) == 1


def test_warnings_of_readers_stay_inside(tmp_path, monkeypatch):
    def read(*args, **kwargs):
        warnings.warn("old format", DeprecationWarning, stacklevel=2)
        yield molecule("H2O")

    monkeypatch.setattr(ase.io, "iread", read)
    (tmp_path / "a.xyz").write_text("something")
    assert len(read_structures(tmp_path / "a.xyz")) == 1


def test_one_structure_is_held_at_a_time(tmp_path, monkeypatch):
    """An error in a later frame comes when that is reached; what is not asked for is not read."""
    path, iread, n_read = tmp_path / "a.xyz", ase.io.iread, []

    def counted(*args, **kwargs):
        for atoms in iread(*args, **kwargs):
            n_read.append(len(atoms))
            yield atoms

    monkeypatch.setattr(ase.io, "iread", counted)
    ase.io.write(path, [*[molecule("H2O")] * 5, ase.Atoms("Au", [[np.nan, 0, 0]])])
    structures = iread_structures(path)
    assert not n_read
    for k in range(1, 6):
        assert len(next(structures)) == 3 and len(n_read) == k
    with pytest.raises(ValueError, match="a.xyz', frame 5: the position of atom 0 is not finite"):
        next(structures)
    n_read.clear()
    assert len(list(iread_structures(f"{path}@1:3"))) == 2 and len(n_read) == 3


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file '.*missing.xyz'"):
        read_structures(tmp_path / "missing.xyz")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xyz", b"", "'.*a.xyz' is empty"),
        ("a.extxyz", b"\n\n", "a.extxyz"),
        ("a.xyz", b"some\ntext\n", "cannot read '.*a.xyz': "),
        ("a.extxyz", b"3\n\nAu 0 0 0\n", "cannot read '.*a.extxyz': "),
        ("a.extxyz", b"1\n\nQq 0 0 0\n", "cannot read '.*a.extxyz': "),
        ("a.traj", b"\x00\xff\x01" * 50, "cannot read '.*a.traj': "),
        ("a.json", b"{", "cannot read '.*a.json': "),
        ("a.cif", b"data_\n", "a.cif"),
        ("POSCAR", b"Au\n1.0\n", "cannot read '.*POSCAR': "),
        ("a.unknown", bytes(range(256)), "cannot read '.*a.unknown': "),
    ],
)
def test_unreadable_files_give_one_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_structures(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_pipe_is_not_waited_for(tmp_path):
    """It could be read once only, and nobody may ever write to it."""
    os.mkfifo(tmp_path / "a.extxyz")
    with pytest.raises(ValueError, match="structures must be in a file, .* not in a device or pipe: '.*a.extxyz'"):
        read_structures(tmp_path / "a.extxyz")


def test_folder(tmp_path):
    with pytest.raises(ValueError, match="is a folder, not a file of structures"):
        read_structures(tmp_path)


def frame(positions, **kwargs):
    return ase.Atoms(f"Au{len(positions)}", positions=positions, **kwargs)


@pytest.mark.parametrize(
    ("atoms", "message"),
    [
        (frame([[0, 0, 0], [0, np.nan, 0]]), "frame 1: the position of atom 1 is not finite"),
        (frame([[0, 0, 0]], cell=[4, 4, 0], pbc=True), "frame 1: .*cell spans no volume"),
        (frame([[0, 0, 0], [2, 0, 0], [2, 0, 0.05]]), "frame 1: atoms 1 and 2 are 0.05 A apart"),
        (frame([[0, 0, 0.02], [0, 0, 3.97]], cell=[4, 4, 4], pbc=True), "frame 1: atoms 0 and 1 are 0.05 A apart"),
        (frame([[0, 0, 0]], cell=[4, 4, 0.08], pbc=True), "frame 1: atoms 0 and 0 are 0.08 A apart"),
    ],
)
def test_unusable_frames(tmp_path, atoms, message):
    ase.io.write(tmp_path / "a.extxyz", [frame([[0, 0, 0]]), atoms])
    with pytest.raises(ValueError, match=f"'.*a.extxyz', {message}"):
        read_structures(tmp_path / "a.extxyz")


@pytest.mark.parametrize("unit", ["eV", "ev", "electronvolt"])
def test_units_that_are_stated_and_ours(tmp_path, unit):
    info = {"energy_unit": unit, "force-units": "eV / Ang", "StressUnit": "eV/A^3", "unit": "Bohr"}
    frame([[0, 0, 0]], info=info).write(tmp_path / "a.extxyz")
    assert len(read_structures(tmp_path / "a.extxyz")) == 1


def test_short_vector_along_a_direction_that_is_not_periodic(tmp_path):
    frame([[0, 0, 0]], cell=[4, 4, 0.05], pbc=[True, True, False]).write(tmp_path / "a.extxyz")
    assert len(read_structures(tmp_path / "a.extxyz")) == 1


def test_reference_structures(reference_data):
    files = sorted(reference_data.glob("gold_qe/au*.extxyz"))
    assert [len(read_structures(path)) for path in files] == [600, 900, 900, 900]


@pytest.mark.parametrize("name", ["input.data", "structures.txt"])
def test_input_data_is_read_in_the_units_that_are_given(tmp_path, name):
    """Whatever the file's name; never as ASE reads it, always in Bohr and Hartree."""
    (atoms,) = rattled(crystal(["Cu", "O"]), 1)
    for length_unit, energy_unit in (("A", "eV"), ("Bohr", "Hartree")):
        write_input_data([atoms], tmp_path / name, length_unit, energy_unit)
        (found,) = read_structures(tmp_path / name, length_unit, energy_unit)
        np.testing.assert_allclose(found.positions, atoms.positions, rtol=1e-14)
        np.testing.assert_allclose(found.get_forces(), atoms.get_forces(), rtol=1e-14)
        assert found.get_potential_energy() == pytest.approx(atoms.get_potential_energy(), rel=1e-14)


@pytest.mark.parametrize(("cell", "message"), [(1e9, "its cell is 1e.09 A long"), (0.0, "its cell spans no volume")])
def test_input_data_with_an_impossible_cell(tmp_path, cell, message):
    (atoms,) = rattled(crystal(["Cu", "O"]), 1)
    atoms.cell[0] *= cell / 3.3
    atoms.calc.atoms = atoms.copy()
    write_input_data([atoms], tmp_path / "input.data")
    with pytest.raises(ValueError, match=f"input.data', frame 0: .*{message}"):
        read_structures(tmp_path / "input.data")


def test_input_data_in_another_unit_is_refused(tmp_path):
    write_input_data(rattled(crystal(["Cu", "O"]), 1), tmp_path / "input.data", "Bohr", "Hartree")
    with pytest.raises(ValueError, match="input.data': distances .* are those of bonds in Bohr. Received: A"):
        read_structures(tmp_path / "input.data")
    write_input_data(rattled(crystal(["Cu", "O"]), 1), tmp_path / "input.data")
    with pytest.raises(ValueError, match="input.data': distances .* are those of bonds in A. Received: Bohr"):
        read_structures(tmp_path / "input.data", "Bohr", "Hartree")

import ase
import ase.units
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.input_data import read_input_data, write_input_data
from atomzoo.datasets.io.words import to_text
from tests.examples import crystal, rattled

TEXT = """begin
comment two  atoms
lattice 5.0 0.0 0.0
lattice 0.0 6.0 0.0
lattice 0.5 0.0 7.0
atom 0.0 0.1 0.2 Ti 1.5 0.0 0.1 0.2 0.3
atom 2.0 0.1 0.2 O -1.5 0.0 -0.1 -0.2 -3.0d-01
energy -1.5
charge 0.0
end

begin
atom 0 0 1.0 O 0.0 0.0 0.0 0.0 0.0
end
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "input.data").write_text(TEXT)
    return tmp_path / "input.data"


def test_reading(path):
    periodic, single = read_input_data(path)
    assert periodic.get_chemical_symbols() == ["Ti", "O"] and periodic.pbc.all()
    assert periodic.cell.tolist() == [[5, 0, 0], [0, 6, 0], [0.5, 0, 7]]
    assert periodic.positions.tolist() == [[0, 0.1, 0.2], [2, 0.1, 0.2]]
    assert periodic.get_potential_energy() == -1.5
    assert periodic.get_forces().tolist() == [[0.1, 0.2, 0.3], [-0.1, -0.2, -0.3]]
    assert periodic.get_initial_charges().tolist() == [1.5, -1.5]
    assert periodic.info == {"comment": "two  atoms"}
    assert not single.pbc.any() and single.calc is None and single.info == {}


def test_reading_other_units(path):
    atoms = read_input_data(path, "Bohr", "Hartree")[0]
    bohr, hartree = ase.units.Bohr, ase.units.Hartree
    np.testing.assert_allclose(atoms.cell.lengths()[1], 6 * bohr)
    np.testing.assert_allclose(atoms.positions[1], [2 * bohr, 0.1 * bohr, 0.2 * bohr])
    np.testing.assert_allclose(atoms.get_potential_energy(), -1.5 * hartree)
    np.testing.assert_allclose(atoms.get_forces()[0, 2], 0.3 * hartree / bohr)


@pytest.mark.parametrize("units", [("A", "eV"), ("Bohr", "Hartree")])
def test_round_trip(units, tmp_path):
    structures = rattled(crystal(["Ti", "O"]), 2) + rattled(crystal(["Au"], pbc=False), 2)
    results = dict(structures[0].calc.results)
    structures[0].set_initial_charges([0.1, -0.1, 0.2, -0.2])
    structures[0].calc = SinglePointCalculator(structures[0], **results)
    structures[1].info["comment"] = "in two\nlines"
    write_input_data(structures, tmp_path / "input.data", *units)
    again = read_input_data(tmp_path / "input.data", *units)
    for one, other in zip(again, structures, strict=True):
        assert one.get_chemical_symbols() == other.get_chemical_symbols()
        assert (one.pbc == other.pbc).all()
        np.testing.assert_allclose(one.positions, other.positions, rtol=1e-15)
        np.testing.assert_allclose(one.cell.array * one.pbc[:, None], other.cell.array * other.pbc[:, None], rtol=1e-15)
        np.testing.assert_allclose(one.get_potential_energy(), other.get_potential_energy(), rtol=1e-15)
        np.testing.assert_allclose(one.get_forces(), other.get_forces(), rtol=1e-15)
        np.testing.assert_array_equal(one.get_initial_charges(), other.get_initial_charges())
    assert again[1].info["comment"] == "in two lines"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("begin\ncomment", "comment", "line 1: expected begin. Received: 'comment'"),
        ("end\n\n", "", "line 10: expected end. Received: 'begin'"),
        ("0.0\nend\n\nbegin", "0.0\nbegin", "line 10: expected end. Received: 'begin'"),
        ("lattice 0.5 0.0 7.0\n", "", "line 9: a structure has three lattice vectors or none.* Received: 2 and 1"),
        ("Ti", "Xx", "line 6: expected a chemical element. Received: 'Xx'"),
        ("0.1 0.2 Ti", "nan 0.2 Ti", "line 6: expected a finite number. Received: 'nan'"),
        ("0.1 0.2 Ti 1.5", "0.1 0.2 Ti", "line 6: atom takes 9 words. Received: 'atom 0.0 0.1 0.2 Ti 0.0 0.1"),
        ("atom 0 0 1.0 O 0.0 0.0 0.0 0.0 0.0\n", "", "line 13: the structure has no atoms"),
        ("energy -1.5", "stress -1.5", "line 8: the keyword is not known. Received: 'stress'"),
        ("0.0\nend\n", "0.0\n", "expected end"),
    ],
)
def test_bad_files(old, new, message, path):
    assert old in TEXT
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        read_input_data(path)


def test_files_that_end_too_early(path):
    path.write_text(TEXT.rstrip().removesuffix("end"))
    with pytest.raises(ValueError, match="the file ends within a structure, the one with number 2"):
        read_input_data(path)
    path.write_text("\n")
    with pytest.raises(ValueError, match="contains no structures"):
        read_input_data(path)


def test_what_cannot_be_written(path):
    atoms = ase.Atoms("Au", cell=[5, 5, 5])
    with pytest.raises(ValueError, match="structure 0 has no energy"):
        write_input_data([atoms], path)
    atoms.calc = SinglePointCalculator(atoms, energy=1.0, forces=[[0, 0, np.nan]])
    with pytest.raises(ValueError, match="structure 0 has no forces"):
        write_input_data([atoms], path)
    atoms.calc = SinglePointCalculator(atoms, energy=1.0, forces=[[0, 0, 0.0]])
    atoms.positions += 0.1
    with pytest.raises(ValueError, match="structure 0 has no energy"):
        write_input_data([atoms], path)
    atoms.pbc = [True, True, False]
    atoms.calc = SinglePointCalculator(atoms, energy=1.0, forces=[[0, 0, 0.0]])
    with pytest.raises(ValueError, match=r"input.data cannot hold structure 0. Received: pbc=\[True, True, False\]"):
        write_input_data([atoms], path)
    assert path.read_text() == TEXT


def test_plain_numbers(tmp_path):
    """Those of NumPy too, of any precision."""
    atoms = ase.Atoms("Au")
    atoms.calc = SinglePointCalculator(atoms, energy=np.float64(-0.1) / 3, forces=np.float32([[0.1, 0, 1 / 3]]))
    write_input_data([atoms], tmp_path / "input.data", "Bohr", "Hartree")
    assert "np." not in (tmp_path / "input.data").read_text()
    assert "np." not in to_text(np.float64(0.1) / 3, ase.units.Bohr) + to_text(np.float32(0.1), 3.0)
    (again,) = read_input_data(tmp_path / "input.data", "Bohr", "Hartree")
    assert again.get_potential_energy() == pytest.approx(atoms.get_potential_energy(), rel=1e-15)

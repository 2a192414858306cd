import random

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.reading import read_structures
from atomzoo.datasets.io.xsf import parse_xsf, read_xsf, write_xsf

TEXT = """\
# total energy = -4987.80047742 eV

CRYSTAL
PRIMVEC
  4.0 0.0 0.0
  0.5 4.1 0.0
  0.0 0.0 4.2
PRIMCOORD
2 1
Ti 0.1 0.2 0.3 1.0 2.0 3.0
8  1.1D0 1.2 1.3 -1.0 -2.0 -3.0
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "a.xsf"
        path.write_text(text)
        return path

    return write


def test_energy_forces_and_cell(write):
    (atoms,) = read_xsf(write(TEXT))
    assert str(atoms.symbols) == "TiO" and atoms.pbc.all()
    assert atoms.get_potential_energy() == -4987.80047742
    np.testing.assert_array_equal(atoms.get_forces(), [[1, 2, 3], [-1, -2, -3]])
    np.testing.assert_array_equal(atoms.cell.array, [[4, 0, 0], [0.5, 4.1, 0], [0, 0, 4.2]])
    np.testing.assert_array_equal(atoms.positions, [[0.1, 0.2, 0.3], [1.1, 1.2, 1.3]])


def test_read_structures_takes_aenets_units_where_there_is_an_energy(write):
    path = write(TEXT)
    assert read_structures(path)[0].get_forces()[0, 2] == 3.0
    path.write_text(TEXT[TEXT.index("CRYSTAL") :].replace("1.1D0", "1.1"))
    assert read_structures(path)[0].get_forces()[0, 2] == pytest.approx(3.0 * 27.211386, rel=1e-6)


def test_molecules_and_several_structures(write):
    atoms, other = read_xsf(write("# total energy = 2 eV\nATOMS\nO 0 0 0\nH 0 0 1\n\nATOMS\n1 0 0 0\n"))
    assert str(atoms.symbols) == "OH" and not atoms.pbc.any() and atoms.get_potential_energy() == 2.0
    assert str(other.symbols) == "H" and other.calc is None


def test_slabs(write):
    (atoms,) = read_xsf(write(TEXT.replace("CRYSTAL", "SLAB")))
    assert atoms.pbc.tolist() == [True, True, False]


@pytest.mark.parametrize("atoms", [bulk("Au", a=4.08), ase.Atoms("OH", positions=[[0, 0, 0], [0, 1 / 3, 1]])])
def test_writes_what_it_reads(atoms, tmp_path):
    atoms.calc = SinglePointCalculator(atoms, energy=-1 / 3, forces=np.arange(3.0 * len(atoms)).reshape(-1, 3))
    write_xsf(tmp_path / "a.xsf", atoms)
    (copy,) = read_xsf(tmp_path / "a.xsf")
    assert copy.get_potential_energy() == -1 / 3 and (copy.pbc == atoms.pbc).all()
    np.testing.assert_allclose(copy.positions, atoms.positions, atol=1e-15)
    np.testing.assert_array_equal(copy.get_forces(), atoms.get_forces())
    np.testing.assert_allclose(copy.cell.array, atoms.cell.array, atol=1e-15)


def test_writes_no_slab(tmp_path):
    with pytest.raises(ValueError, match="periodic in all directions or in none"):
        write_xsf(tmp_path / "a.xsf", ase.Atoms("Au", cell=[3, 3, 3], pbc=[True, True, False]))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (TEXT, "", 1, "there is neither PRIMCOORD nor ATOMS"),
        ("-4987.80047742", "x", 1, "expected a finite number. Received: 'x'"),
        ("-4987.80047742 eV", "-366.6 Ry", 1, "the total energy must be in eV"),
        ("CRYSTAL", "CRYSTALS", 3, "expected a keyword of XSF"),
        ("0.5 4.1 0.0", "0.5 4.1", 6, "expected 3 numbers. Received: '0.5 4.1'"),
        ("2 1", "two 1", 9, "expected the number of atoms. Received: 'two 1'"),
        ("2 1", "0 1", 9, "must be from 1 to that of the lines that follow. Received: 0"),
        ("2 1", "999999999 1", 9, "must be from 1 to that of the lines that follow. Received: 999999999"),
        ("2 1", "1 1", 11, "expected a keyword of XSF, or more atoms announced. Received: '8  1.1D0"),
        ("Ti", "Tj", 11, "expected a chemical symbol or atomic number. Received: 'Tj'"),
        ("8 ", "0 ", 11, "expected a chemical symbol"),
        ("0.3 1.0 2.0 3.0", "0.3 1.0", 11, "an atom has 3 coordinates"),
        ("-4987.80047742", "NaN", 1, "expected a finite number. Received: 'NaN'"),
        ("0.0 0.0 4.2", "4.0 0.0 0.0", 7, "it is periodic, but its cell spans no volume"),
        ("2 1", "3 1", 9, "must be from 1 to that of the lines that follow. Received: 3"),
        ("-2.0 -3.0", "-2", 11, "expected 6 numbers. Received: '1.1D0"),
        ("1.3 -1.0", "nan -1.0", 11, "expected a finite number. Received: 'nan'"),
        (" -3.0", "", 11, "expected 6 numbers"),
    ],
)
def test_errors_name_file_and_line(write, old, new, line, message):
    path = write(TEXT.replace(old, new, 1))
    with pytest.raises(ValueError, match=message) as error:
        read_xsf(path)
    assert str(error.value).startswith(f"'{path}', line {line}: ")


def test_energies_can_be_demanded():
    content = TEXT[TEXT.index("CRYSTAL") :].encode()
    assert parse_xsf(content, "a.xsf")[0].calc.results.keys() == {"forces"}
    with pytest.raises(ValueError, match="^'a.xsf', line 9: there is no comment 'total energy = ... eV' before"):
        parse_xsf(content, "a.xsf", needs_energy=True)


def test_cut_files():
    """A file cut anywhere but in its last number, or after it, is refused; line and file are named."""
    content = TEXT.encode()
    for n in range(len(content) - len("-3.0\n")):
        with pytest.raises(ValueError, match=r"^'a.xsf', line \d+: .* Received: "):
            parse_xsf(content[:n], "a.xsf", needs_energy=True)


def test_mutated_files(write):
    rng = random.Random(0)
    for _ in range(2000):
        data = list(TEXT)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(data))
            data[at : at + rng.choice([0, 1, 1, 20])] = rng.choice(["", "-", "9" * 12, "9" * 5000, "\n", "x", "nan"])
        try:
            structures = read_xsf(write("".join(data)))
        except ValueError as error:
            assert "\n" not in str(error) and len(str(error)) < 500
        else:
            assert all(np.isfinite(atoms.positions).all() for atoms in structures)

"""Data files, dumps and thermodynamic output of LAMMPS: written and read without LAMMPS."""

import numpy as np
import pytest
from ase import Atoms, units

from atomzoo.datasets.engines import lammps_files


def test_data_file():
    """A cell along y, -x and z: LAMMPS's x axis is our y axis."""
    atoms = Atoms("OSi", [[-1, 2, 3], [-0.5, 1, 1.5]], cell=[[0, 4, 0], [-5, 0, 0], [0, 0, 6]], pbc=True)
    atoms.set_velocities([[-units.Angstrom / units.fs, 0, 0], [0, 0, 0]])
    lines = lammps_files.data_text(atoms, ["Si", "O"]).splitlines()
    for line in ("2 atoms", "2 atom types", "0 4 xlo xhi", "0 5 ylo yhi", "0 6 zlo zhi"):
        assert line in lines
    assert not any("xy" in line for line in lines)
    (masses, positions, velocities) = (lines.index(name) + 2 for name in ("Masses", "Atoms # atomic", "Velocities"))
    assert lines[masses : masses + 2] == ["1 28.085000000000001", "2 15.999000000000001"]
    assert lines[positions : positions + 2] == ["1 2 2 1 3", "2 1 1 0.5 1.5"]
    np.testing.assert_allclose([float(x) for x in lines[velocities].split()], [1, 0, 1000, 0], atol=1e-9)  # A/ps


def test_triclinic_and_free_boxes():
    skewed = Atoms("Si", cell=[[3, 0, 0], [31, 4, 0], [0, 9, 5]], pbc=True)
    lines = lammps_files.data_text(skewed, ["Si"]).splitlines()
    assert "1 1 1 xy xz yz" in [" ".join(f"{float(x):g}" for x in line.split()[:3]) + " xy xz yz"
                                for line in lines if line.endswith("xy xz yz")]  # fmt: skip
    free = Atoms("Si2", [[1, 2, 3], [2, 2, -3]])
    lines = lammps_files.data_text(free, ["Si"]).splitlines()
    assert "-4 4 zlo zhi" in lines and "1 3 ylo yhi" in lines


def test_box_spans_the_same_lattice():
    rng = np.random.default_rng(0)
    atoms = Atoms("Si", cell=rng.normal(size=(3, 3)) * 4, pbc=True)
    box = lammps_files.simulation_box(atoms)
    assert np.abs(np.triu(box.lammps_cell, 1)).max() == 0
    integers = box.vector_to_ase(box.lammps_cell) @ np.linalg.inv(atoms.cell.array)
    np.testing.assert_allclose(integers, np.round(integers), atol=1e-12)
    assert abs(np.linalg.det(integers)) == pytest.approx(1)


def test_unknown_element():
    with pytest.raises(ValueError, match="defined for Si O only. Received: Au$"):
        lammps_files.data_text(Atoms("SiAu"), ["Si", "O"])


def test_dump(tmp_path):
    snapshot = "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 1\n0 1\n0 1\n"
    snapshot += "ITEM: ATOMS id fx c_energies\n1 0.10000000000000001 -4\n2 {} -3\n"
    (tmp_path / "dump").write_text(snapshot.format(0, 0.25) + snapshot.format(10, 0.5))
    first, second = lammps_files.read_dump(tmp_path / "dump")
    assert (first[0], second[0]) == (0, 10)
    assert first[1]["fx"].tolist() == [0.1, 0.25]
    assert second[1]["fx"].tolist() == [0.1, 0.5]
    assert second[1]["c_energies"].tolist() == [-4, -3]


def test_thermodynamic_output():
    numbers = "300 1.5 -8 -7.5 1 2 3 4 5 6"
    header = "   Step          Temp  " + "  x" * 9
    output = f"{header}\n  0 {numbers}\nWARNING: a b c d e f g h i j\n 10 {numbers}\n"
    output += f"Loop time of 1 on 1 procs\n 20 {numbers}"
    rows = lammps_files.read_thermo(output)
    assert [row["step"] for row in rows] == [0, 10]
    assert rows[1]["temp"] == 300 and rows[1]["etotal"] == -7.5 and rows[1]["c_virial[6]"] == 6


def test_stress_is_rotated_back():
    """LAMMPS's x is our z here; a pressure of 1 bar along it is a stress of -1e5 Pa."""
    atoms = Atoms("Si", cell=[[0, 0, 2], [2, 0, 0], [0, 2, 0]], pbc=True)
    row = dict.fromkeys(lammps_files.VIRIAL, 0.0) | {"c_virial[1]": 1.0, "c_virial[4]": 3.0}
    voigt = lammps_files.stress(row, lammps_files.simulation_box(atoms))
    np.testing.assert_allclose(voigt / units.Pascal, [0, 0, -1e5, 0, -3e5, 0], rtol=1e-7, atol=1e-3)

"""Files that ASE reads, but not as they are meant; more of them in tests/test_misuse.py."""

import sys
from types import SimpleNamespace

import ase
import ase.io
import pytest
from ase.build import bulk

from atomzoo.datasets.arrays.labels import find_label
from atomzoo.datasets.io.misread import check_meaning
from atomzoo.datasets.io.reading import read_structures


class Dataset:
    """A NetCDF file with these variables."""

    def __init__(self, *names):
        self.variables = dict.fromkeys(names)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("time", "atom_types", "coordinates"), None),
        (("Z", "coordinates"), None),
        (("time", "coordinates"), "there are no atomic numbers, .*. Received: time, coordinates"),  # AMBER
        (("id", "type", "coordinates"), "there are no atomic numbers, .*. Received: id, type, coordinates"),  # LAMMPS
    ],
)
def test_elements_of_netcdf_trajectories(monkeypatch, names, message):
    """ASE takes hydrogen where there are none, and types for atomic numbers."""
    monkeypatch.setitem(sys.modules, "netCDF4", SimpleNamespace(Dataset=lambda path: Dataset(*names)))
    if message is None:
        check_meaning("a.nc", "netcdftrajectory")
    else:
        with pytest.raises(ValueError, match=message):
            check_meaning("a.nc", "netcdftrajectory")


def test_netcdf_trajectories(tmp_path):
    pytest.importorskip("netCDF4")
    ase.io.write(tmp_path / "a.nc", [bulk("Au")] * 2, format="netcdftrajectory")
    assert [str(atoms.symbols) for atoms in read_structures(tmp_path / "a.nc")] == ["Au", "Au"]


def test_a_program_that_a_file_belongs_to_is_not_run(tmp_path, monkeypatch):
    """What ASE reads from an input of CASTEP has a calculator that would run CASTEP when it is asked for a label."""
    monkeypatch.chdir(tmp_path)
    cell = "\n".join(["4 0 0", "0 4 0", "0 0 4"])
    lines = ["%BLOCK LATTICE_CART", cell, "%ENDBLOCK LATTICE_CART"]
    lines += ["%BLOCK POSITIONS_FRAC", "Au 0 0 0", "%ENDBLOCK POSITIONS_FRAC"]
    (tmp_path / "a.cell").write_text("\n".join(lines) + "\n")
    (atoms,) = read_structures("a.cell")
    assert atoms.calc is None and [path.name for path in tmp_path.iterdir()] == ["a.cell"]


@pytest.mark.parametrize("units", ["metal", "real", "lj"])
def test_units_that_a_dump_states(tmp_path, units):
    head = (
        f"ITEM: UNITS\n{units}\nITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
    )
    (tmp_path / "a.lammpstrj").write_text(f"{head}ITEM: ATOMS id element x y z\n1 Au 0 0 0\n")
    if units == "metal":
        assert str(read_structures(tmp_path / "a.lammpstrj")[0].symbols) == "Au"
    else:
        with pytest.raises(
            ValueError, match=f"'.*a.lammpstrj': .*the units of a dump must be metal. Received: {units}"
        ):
            read_structures(tmp_path / "a.lammpstrj")


def test_a_dump_of_lammps_has_no_energies(tmp_path):
    """ASE makes them 0."""
    head = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
    (tmp_path / "a.lammpstrj").write_text(f"{head}ITEM: ATOMS id element x y z fx fy fz\n1 Au 0 0 0 0.5 0 -1\n")
    (atoms,) = read_structures(tmp_path / "a.lammpstrj")
    assert find_label(atoms, "forces").tolist() == [[0.5, 0, -1]] and find_label(atoms, "energy") is None
    with pytest.raises(ValueError, match="frame 0: it has no label 'energy'. Received: forces"):
        read_structures(tmp_path / "a.lammpstrj", labelled=True)

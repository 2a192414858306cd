"""The eight points, the split, and where data are looked for."""

import numpy as np
import pytest
from ase import units
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write

from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.io.packed import write_packed


def labelled(set, n_structures):
    structures = [dense_hydrogen.lattice(set, seed) for seed in range(n_structures)]
    for k, atoms in enumerate(structures):
        atoms.calc = SinglePointCalculator(atoms, energy=-800.0 - k, forces=np.full((54, 3), 0.5))
    return structures


@pytest.mark.parametrize("set", dense_hydrogen.POINTS)
def test_the_sphere_of_an_atom_has_radius_r_s(set):
    atoms = dense_hydrogen.lattice(set)
    r_s = (3 * atoms.cell.volume / len(atoms) / (4 * np.pi)) ** (1 / 3) / units.Bohr
    assert r_s == pytest.approx(dense_hydrogen.POINTS[set][0], rel=1e-12)
    assert len(atoms) == 54 and atoms.pbc.all()
    distances = atoms.get_all_distances(mic=True)[np.triu_indices(54, 1)]
    perfect = np.sqrt(3) / 2 * atoms.cell[0, 0] / 3  # nearest neighbors of the body-centered cubic lattice
    assert perfect - 0.7 < distances.min() < perfect


def test_starts_differ_by_set_and_seed():
    scaled = [dense_hydrogen.lattice(*arguments).get_scaled_positions() for arguments in ((1, 0), (1, 1), (3, 0))]
    assert all(np.abs(scaled[i] - scaled[j]).max() > 1e-3 for i, j in ((0, 1), (0, 2), (1, 2)))


def test_a_tenth_validates(tmp_path):
    write(tmp_path / "set.extxyz", labelled(3, 40))
    train, validation = dense_hydrogen.load_data(3, path=tmp_path / "set.extxyz")
    energies = [[atoms.get_potential_energy() for atoms in part] for part in (train, validation)]
    assert [len(part) for part in energies] == [36, 4]
    assert sorted(sum(energies, [])) == [-839.0 + k for k in range(40)]
    assert train[0].get_forces()[3, 1] == 0.5


def test_data_of_ones_own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(dense_hydrogen, "FOLDER", tmp_path / "nowhere" / "dense_hydrogen")
    monkeypatch.delenv("ATOMZOO_DATA", raising=False)
    with pytest.raises(ValueError, match="not embedded; .* Received: set=2"):
        dense_hydrogen.load_data(2)
    (tmp_path / "dense_hydrogen").mkdir()
    write_packed(tmp_path / "dense_hydrogen" / "set2.npz", labelled(2, 10))
    monkeypatch.setenv("ATOMZOO_DATA", str(tmp_path))
    assert [len(part) for part in dense_hydrogen.load_data(2)] == [9, 1]


def test_unknown_sets():
    with pytest.raises(ValueError, match="must be one of .* Received: set=9"):
        dense_hydrogen.load_data(9)


def test_kpoints_reach_the_input():
    atoms = dense_hydrogen.lattice(1)
    for kpoints, expected in (((1, 1, 1), "K_POINTS gamma\n"), ((3, 3, 3), "K_POINTS automatic\n3 3 3 0 0 0\n")):
        assert dense_hydrogen.reference_engine(kpoints).input_text(atoms, "scf", {}, {}).endswith(expected)

"""The published liquid: what is read from an archive of n2p2's files."""

import tarfile

import ase
import numpy as np
import pytest
from ase import units
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import pbe_hydrogen


def as_text(atoms):
    """A structure as n2p2's input.data, in Bohr and Hartree."""
    lines = ["begin", *(f"lattice {x} {y} {z}" for x, y, z in atoms.cell.array / units.Bohr)]
    for position, force in zip(
        atoms.positions / units.Bohr, atoms.get_forces() * units.Bohr / units.Hartree, strict=True
    ):
        lines.append("atom " + " ".join(map(repr, position.tolist())) + " H 0 0 " + " ".join(map(repr, force.tolist())))
    energy = atoms.get_potential_energy() / units.Hartree
    return "\n".join([*lines, f"energy {energy!r}", "charge 0", "end", ""])


def archive(folder, sizes):
    """The path of an archive, at the place where it is looked for, of structures of these numbers of atoms."""
    structures = []
    for seed, size in enumerate(sizes):
        generator = np.random.default_rng(seed)
        atoms = ase.Atoms(f"H{size}", generator.uniform(0, 8, (size, 3)), cell=[8.0] * 3, pbc=True)
        atoms.calc = SinglePointCalculator(atoms, energy=-14.0 * size, forces=generator.normal(size=(size, 3)))
        structures.append(atoms)
    (folder / "a.data").write_text("".join(map(as_text, structures)))
    path = folder / pbe_hydrogen.NAME
    path.parent.mkdir()
    with tarfile.open(path, "w:xz") as file:
        file.add(folder / "a.data", "pbe/a.data")
    return structures


def test_structures_of_one_size(tmp_path, monkeypatch):
    structures = archive(tmp_path, [4] * 20 + [6])
    monkeypatch.setenv("ATOMZOO_DATA", str(tmp_path))
    train, validation = pbe_hydrogen.load_data(n_atoms=4)
    assert (len(train), len(validation)) == (18, 2)
    assert [len(atoms) for atoms in pbe_hydrogen.load_data(n_atoms=6)[0]] == [6]
    np.testing.assert_allclose(train[0].positions, structures[0].positions, atol=1e-6)
    assert train[0].get_potential_energy() == pytest.approx(-56.0, abs=1e-6)
    np.testing.assert_allclose(train[0].get_forces(), structures[0].get_forces(), atol=1e-6)


def test_what_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMZOO_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"not part of atomzoo.*pbe_liquid\.tar\.xz'$"):
        pbe_hydrogen.load_data()
    archive(tmp_path, [4])
    with pytest.raises(ValueError, match="Received: n_atoms=128"):
        pbe_hydrogen.load_data()
    path = tmp_path / pbe_hydrogen.NAME
    for damaged in (b"no archive", path.read_bytes()[:200]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="no archive that tar can read"):
            pbe_hydrogen.load_data()

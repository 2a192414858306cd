"""Small files of structures of any sizes and cells: all that is stored comes back."""

import ase
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.mixed_cells import read_mixed, write_mixed


def labelled(seed, n_atoms, **info):
    rng = np.random.default_rng(seed)
    cell = 4 * np.eye(3) + rng.normal(scale=0.5, size=(3, 3))
    atoms = ase.Atoms(f"Si{n_atoms}", scaled_positions=rng.uniform(-1, 2, size=(n_atoms, 3)), cell=cell, pbc=True)
    results = {"energy": rng.normal(), "forces": rng.normal(size=(n_atoms, 3)), "stress": rng.normal(size=6)}
    atoms.calc = SinglePointCalculator(atoms, **results)
    atoms.info = info
    return atoms


def test_structures_come_back(tmp_path):
    infos = [{"phase": "diamond", "index": 3}, {"phase": "R8", "temperature": 300.0, "index": 4}, {"relaxed": 1}]
    structures = [labelled(k, n, **info) for k, (n, info) in enumerate(zip((2, 5, 1), infos, strict=True))]
    write_mixed(tmp_path / "set.npz", structures)
    back = read_mixed(tmp_path / "set.npz")
    assert [atoms.info for atoms in back] == infos
    for atoms, packed in zip(structures, back, strict=True):
        assert packed.get_potential_energy() == atoms.get_potential_energy()
        np.testing.assert_array_equal(packed.cell.array, atoms.cell.array)
        np.testing.assert_allclose(packed.positions, atoms.get_positions(wrap=True), atol=0.5001e-8)
        np.testing.assert_allclose(packed.get_forces(), atoms.get_forces(), atol=0.5001e-5)
        np.testing.assert_allclose(packed.get_stress(), atoms.get_stress(), atol=0.5001e-7)


def test_what_cannot_be_packed(tmp_path):
    with pytest.raises(ValueError, match="needs structures. Received: none$"):
        write_mixed(tmp_path / "set.npz", [])
    atoms = labelled(0, 2)
    atoms.pbc = (True, True, False)
    with pytest.raises(ValueError, match="Received: pbc=.True, True, False. in structure 1$"):
        write_mixed(tmp_path / "set.npz", [labelled(0, 2), atoms])
    assert not (tmp_path / "set.npz").exists()

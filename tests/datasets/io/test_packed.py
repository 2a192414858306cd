"""Small files of labelled structures: what rounding costs, and what is refused."""

import ase
import numpy as np
import pytest
from ase.calculators.morse import MorsePotential
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.packed import read_packed, write_packed


def labelled(seed, cell=5.0):
    """Atoms on a distorted lattice, one of them outside the cell, under forces of some eV/A."""
    grid = np.stack(np.meshgrid(*[range(3)] * 3), axis=-1).reshape(-1, 3)
    atoms = ase.Atoms("H27", grid * cell / 3, cell=[cell] * 3, pbc=True)
    atoms.positions += np.random.default_rng(seed).normal(scale=0.15, size=atoms.positions.shape)
    atoms.positions[0] -= 5.0
    return with_labels(atoms)


def with_labels(atoms):
    calculator = MorsePotential(epsilon=1.0, r0=1.9, rho0=4.0, rcut1=2.4, rcut2=3.0)
    results = {name: calculator.get_property(name, atoms) for name in ("energy", "forces")}
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def test_energies_and_forces_survive_rounding(tmp_path):
    structures = [labelled(seed) for seed in range(4)]
    assert np.std(structures[0].get_forces()) > 1.0
    write_packed(tmp_path / "set.npz", structures)
    for atoms, packed in zip(structures, read_packed(tmp_path / "set.npz"), strict=True):
        assert packed.get_potential_energy() == atoms.get_potential_energy()
        np.testing.assert_allclose(packed.get_forces(), atoms.get_forces(), atol=0.5001e-5)
        inside = packed.get_scaled_positions(wrap=False)
        assert (inside >= 0).all() and (inside < 1).all() and packed.pbc.all()
        again = with_labels(packed.copy())  # the energy where the positions have been rounded to
        assert again.get_potential_energy() == pytest.approx(atoms.get_potential_energy(), abs=1e-6)


def test_units_that_are_large_save_room(tmp_path):
    """Positions that are multiples of the unit come back as they were, also those at the cell's end."""
    unit, structures = 5.0 / 1024, [labelled(seed) for seed in range(20)]
    for atoms in structures:
        atoms.positions = np.rint(atoms.get_positions(wrap=True) / unit) * unit
    structures = [*map(with_labels, structures)]
    write_packed(tmp_path / "fine.npz", structures)
    write_packed(tmp_path / "set.npz", structures, unit, 0.02)
    assert (tmp_path / "set.npz").stat().st_size < 0.6 * (tmp_path / "fine.npz").stat().st_size
    for atoms, packed in zip(structures, read_packed(tmp_path / "set.npz"), strict=True):
        np.testing.assert_allclose(packed.positions, atoms.get_positions(wrap=True), atol=1e-12)
        np.testing.assert_allclose(packed.get_forces(), atoms.get_forces(), atol=0.01001)
        assert packed.get_potential_energy() == atoms.get_potential_energy()


def test_single_precision_would_not_do():
    atoms = labelled(0)
    rounded = atoms.copy()
    rounded.positions = atoms.get_positions(wrap=True).astype("float32")
    change = abs(with_labels(rounded).get_potential_energy() - atoms.get_potential_energy())
    assert change > 1e-6


def test_small(tmp_path):
    write_packed(tmp_path / "set.npz", [labelled(seed) for seed in range(50)])
    assert [path.name for path in tmp_path.iterdir()] == ["set.npz"]
    assert (tmp_path / "set.npz").stat().st_size < 50 * 27 * 24  # float64 takes 48 bytes an atom


def test_different_cells_are_refused(tmp_path):
    with pytest.raises(ValueError, match="same elements and cell. Received: another in frame 1"):
        write_packed(tmp_path / "set.npz", [labelled(0), labelled(0, cell=5.1)])


def test_forces_that_integers_do_not_hold_are_refused(tmp_path):
    atoms = labelled(0)
    atoms.calc.results["forces"][3, 1] = 3e4
    with pytest.raises(ValueError, match="too large to be packed in units of 1e-05. Received: 30000.0"):
        write_packed(tmp_path / "set.npz", [atoms])
    assert not list(tmp_path.iterdir())

"""Molecular dynamics by a potential that stands in for a trained one: springs to the sites of a lattice."""

import ase.io
import numpy as np
import pytest
from ase import units

from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import hydrogen_dynamics
from atomzoo.reproductions.barch_tubman_2017.studies.hydrogen_dynamics import Langevin, extend

SITES = dense_hydrogen.lattice(7)
STIFFNESS = 5.0  # eV/A^2; a period of 29 fs


class Springs:
    """E = k/2 sum (r - site)^2; `push` adds a force on the first atom of each structure."""

    def __init__(self, push=0.0):
        self.push, self.n_evaluations = push, 0

    def evaluate_atoms(self, structures):
        if not isinstance(structures, list):
            return self.evaluate_atoms([structures])[0]
        self.n_evaluations += 1
        results = []
        for atoms in structures:
            displacement = atoms.positions - SITES.positions
            forces = -STIFFNESS * displacement
            forces[0, 0] += self.push
            results.append({"energy": 0.5 * STIFFNESS * (displacement**2).sum(), "forces": forces})
        return results


def test_the_temperature():
    """Equipartition, in velocities and in positions: three halves of kT each for an atom."""
    dynamics, energies, kinetic = Langevin(Springs(), [SITES], temperature=1000, seed=1), [], []
    mass = SITES.get_masses()[0]
    dynamics.run(400)
    for _ in range(100):
        dynamics.run(10)
        energies.append(np.mean(dynamics.energies))
        kinetic.append(0.5 * mass * (dynamics.velocities**2).sum(axis=-1).mean())
    expected = 1.5 * units.kB * 1000
    assert np.mean(kinetic) == pytest.approx(expected, rel=0.02)
    assert np.mean(energies) / len(SITES) == pytest.approx(expected, rel=0.03)


def test_a_copy_that_leaves_the_data_begins_anew():
    dynamics = Langevin(Springs(), [SITES], temperature=1000)
    dynamics.copies[3].positions[0] = dynamics.copies[3].positions[1] + [0.1, 0, 0]
    dynamics.run(1)
    assert dynamics.n_restarts == 1
    np.testing.assert_array_equal(dynamics.copies[3].positions, SITES.positions)
    assert np.abs(dynamics.copies[2].positions - SITES.positions).max() > 1e-4
    pushed = Langevin(Springs(push=61.0), [SITES], temperature=1000)
    assert pushed.n_restarts == dense_hydrogen.N_TRAJECTORIES


def test_a_file_is_extended_from_its_end(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(hydrogen_dynamics, "BLOCK", 2)
    monkeypatch.setattr(hydrogen_dynamics, "STEPS", 3)
    monkeypatch.setattr(hydrogen_dynamics, "EQUILIBRATION", 5)
    path, potential = tmp_path / "set7.extxyz", Springs()
    extend(path, potential, [SITES], 1000, n_frames=10)
    first = ase.io.read(path, index=":")
    assert len(first) == 16  # a whole block of 2 x 8
    assert first[5].get_forces()[3] == pytest.approx(-STIFFNESS * (first[5].positions - SITES.positions)[3], abs=1e-6)
    before = potential.n_evaluations
    extend(path, potential, [SITES], 1000, n_frames=16)
    assert potential.n_evaluations == before
    extend(path, potential, [SITES], 1000, n_frames=17)
    frames = ase.io.read(path, index=":")
    assert len(frames) == 32 and frames[15] == first[15]
    moved = np.abs(frames[16].positions - frames[8].positions)  # the same copy, 6 steps of 0.5 fs later
    assert 0 < moved.max() < 0.7
    assert "32 of 17 structures, 0 restarts" in capsys.readouterr().out

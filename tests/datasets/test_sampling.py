"""Sampling by force: intervals by hand, and environments that carry their energies."""

import shutil

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.empirical import stillinger_weber
from atomzoo.datasets.engines.lammps import _path
from atomzoo.datasets.sampling import environments, sampled_frames, sampled_steps, sampling_intervals


def test_intervals_of_equation_7_2():
    forces = np.zeros((6, 3))
    forces[:, 1] = [0, 0.29, 0.31, 1.4, 1.6, 5]  # 3 / 0.29 = 10.3, 9.7, 2.1, 1.9, 0.6
    assert sampling_intervals(forces, alpha=3.0, max_interval=10).tolist() == [10, 10, 9, 2, 1, 1]
    assert sampling_intervals(forces, alpha=3.0, max_interval=4).tolist() == [4, 4, 4, 2, 1, 1]


def test_the_interval_of_the_present_force_decides():
    """At rest sampled at 0 and 10; with 1.4 eV/A (2 steps) at 5 and 6, sampled at 5, while 6 is too early."""
    forces = np.zeros((12, 2, 3))
    forces[5:7, 1, 2] = -1.4
    sampled = sampled_steps(forces, alpha=3.0, max_interval=10)
    assert np.flatnonzero(sampled[:, 0]).tolist() == [0, 10]
    assert np.flatnonzero(sampled[:, 1]).tolist() == [0, 5]


def test_large_forces_are_favored():
    forces = np.random.default_rng(0).normal(size=(500, 40, 3))
    magnitudes = np.linalg.norm(forces, axis=-1)
    sampled = magnitudes[sampled_steps(forces, alpha=10.0, max_interval=10)]
    assert sampled.mean() > 1.1 * magnitudes.mean()
    assert np.mean(sampled > 3) > 2 * np.mean(magnitudes > 3)


def test_frames_go_by_their_largest_force():
    frames = []
    for force in (0.1, 0.1, 2.0, 0.1, 0.1):
        atoms = ase.Atoms("Si2", [[0, 0, 0], [0, 0, 2]])
        atoms.calc = SinglePointCalculator(atoms, forces=[[0.05, 0, 0], [0, -force, 0]])
        frames.append(atoms)
    assert sampled_frames(frames, alpha=3.0, max_interval=4) == [frames[0], frames[2]]


def test_environment():
    """Of the corner atom of a cell smaller than the cutoff: its own images are neighbors."""
    atoms = ase.Atoms("SiO", [[0.1, 0, 0], [1.1, 0, 0]], cell=[3, 9, 9], pbc=True)
    atoms.calc = SinglePointCalculator(atoms, energy=-3, energies=np.array([-2.0, -1.0]))
    silicon, oxygen = environments(atoms, [0, 1], cutoff=3.1)
    assert silicon.get_chemical_symbols() == ["Si", "O", "O", "Si", "Si"]
    assert np.round(silicon.positions[:3, 0], 12).tolist() == [0, 1, -2]
    assert sorted(np.round(silicon.positions[3:, 0], 12)) == [-3, 3]
    assert not silicon.pbc.any()
    assert silicon.info["atomic_energy"] == -2 and oxygen.info["atomic_energy"] == -1
    assert "atomic_energy" not in environments(ase.Atoms("Si"), [0], 3.0)[0].info


@pytest.mark.skipif(shutil.which("lmp", path=_path()) is None, reason="runs LAMMPS: needs lmp on PATH")
def test_environment_has_the_energy_of_its_atom():
    """Up to twice the cutoff of the potential, since LAMMPS shares three-body energies."""
    crystal = bulk("Si", a=5.431, cubic=True)
    crystal.rattle(0.1, seed=0)
    engine = stillinger_weber()
    labelled = engine.label([crystal])[0]
    for cutoff, equal in ((2 * 3.7712, True), (3.7712, False)):
        clusters = environments(labelled, range(8), cutoff)
        energies = [cluster.get_potential_energies()[0] for cluster in engine.label(clusters)]
        expected = [cluster.info["atomic_energy"] for cluster in clusters]
        assert np.allclose(energies, expected, rtol=0, atol=1e-12) == equal

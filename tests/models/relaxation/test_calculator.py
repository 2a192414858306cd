import warnings

import ase
import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.verlet import VelocityVerlet
from ase.optimize import BFGS

from atomzoo import ExtrapolationError, ExtrapolationWarning, NeuralNetworkPotential, PotentialCalculator
from atomzoo.layers import SymmetryFunction

FUNCTIONS = [
    SymmetryFunction("G2", cutoff=5.0, eta=0.1),
    SymmetryFunction("G2", cutoff=5.0, eta=1.0, rs=2.5),
    SymmetryFunction("G5", cutoff=5.0, eta=0.02, zeta=2, lambda_=-1),
]


@pytest.fixture(scope="module")
def potential():
    """Untrained; with this seed it has a minimum near the crystals below."""
    return NeuralNetworkPotential.from_functions(["Cu", "Au"], FUNCTIONS, hidden=(8,), seed=3, dtype="float64")


@pytest.fixture
def alloy(potential):
    atoms = bulk("Cu", a=3.8, cubic=True)
    atoms.symbols[0] = "Au"
    atoms.rattle(0.1, seed=0)
    atoms.calc = PotentialCalculator(potential)
    return atoms


def test_forces_are_the_slope_of_the_energy(alloy):
    numerical = calculate_numerical_forces(alloy, eps=1e-4)
    assert np.abs(numerical).max() > 0.01
    np.testing.assert_allclose(alloy.get_forces(), numerical, atol=1e-6 * np.abs(numerical).max())


def test_stress_is_the_slope_of_the_energy(alloy):
    numerical = calculate_numerical_stress(alloy, eps=1e-4)
    assert np.abs(numerical).min() > 1e-5 and len(set(np.abs(numerical).round(8))) == 6
    np.testing.assert_allclose(alloy.get_stress(), numerical, atol=1e-6 * np.abs(numerical).max())


def test_atomic_energies_sum_to_the_energy(alloy):
    assert alloy.get_potential_energies().shape == (4,)
    assert alloy.get_potential_energy() == pytest.approx(alloy.get_potential_energies().sum(), rel=1e-12)
    assert alloy.get_potential_energy(force_consistent=True) == alloy.get_potential_energy()


@pytest.mark.parametrize(("pbc", "periodic"), [((True, True, False), [0, 1, 5]), ((True, False, False), [0])], ids=str)
def test_stress_of_slabs_and_wires_is_the_slope_along_what_is_periodic(alloy, pbc, periodic):
    alloy.set_cell([[3.8, 0, 0], [0.3, 3.8, 0], [0.5, -0.4, 9.0]])
    alloy.pbc = pbc
    stress, numerical = alloy.get_stress(), calculate_numerical_stress(alloy, eps=1e-4)
    assert np.abs(numerical[periodic]).min() > 1e-5
    np.testing.assert_allclose(stress[periodic], numerical[periodic], atol=1e-6 * np.abs(numerical).max())
    assert np.abs(np.delete(stress, periodic)).max() < 1e-15


@pytest.mark.parametrize("cell", [[4, 4, 0], [4, 4, 9]], ids=str)
def test_no_stress_without_periodicity_and_volume(potential, cell):
    atoms = ase.Atoms("Cu2", [[0, 0, 0], [0, 0, 2.5]], cell=cell, pbc=(not cell[2], not cell[2], False))
    atoms.calc = PotentialCalculator(potential)
    assert np.isfinite(atoms.get_forces()).all()
    with pytest.raises(PropertyNotImplementedError):
        atoms.get_stress()


def test_results_follow_the_atoms(alloy):
    before = alloy.get_forces()
    alloy.set_initial_charges([1.0, 0.0, 0.0, 0.0])
    assert not alloy.calc.calculation_required(alloy, ["forces"])
    alloy.positions[1] += 0.1
    assert not np.allclose(alloy.get_forces(), before)
    alloy.symbols[2] = "Au"
    energy = alloy.get_potential_energy()
    alloy.set_cell(1.01 * alloy.cell, scale_atoms=True)
    assert alloy.get_potential_energy() != energy


def test_an_unknown_element_is_one_clear_line(potential):
    atoms = ase.Atoms("Pt", calculator=PotentialCalculator(potential))
    with pytest.raises(ValueError, match="element 'Pt' is not among") as error:
        atoms.get_potential_energy()
    assert "\n" not in str(error.value)


def test_atoms_absurdly_far_apart_are_one_clear_line(potential):
    atoms = ase.Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 1e9]], calculator=PotentialCalculator(potential))
    with pytest.raises(ValueError, match="an atom is 1e.09 A from the origin"):
        atoms.get_potential_energy()


def test_ase_optimizers_run(alloy):
    start = alloy.get_potential_energy()
    assert BFGS(alloy, logfile=None).run(fmax=0.05, steps=200)
    assert alloy.get_potential_energy() < start


def _energy_deviation(potential, timestep):
    """Standard deviation of the total energy (eV) over 80 fs of NVE dynamics, and that of the kinetic energy."""
    atoms = bulk("Cu", a=3.8, cubic=True)
    atoms.calc = PotentialCalculator(potential)
    deviation = np.sqrt(600 * units.kB / atoms.get_masses()[0])  # of each component at 600 K
    atoms.set_velocities(np.random.default_rng(0).normal(scale=deviation, size=(4, 3)))
    energies = []
    dynamics = VelocityVerlet(atoms, timestep * units.fs)
    dynamics.attach(lambda: energies.append((atoms.get_total_energy(), atoms.get_kinetic_energy())))
    dynamics.run(int(80 / timestep))
    return np.std(energies, axis=0)


def test_dynamics_conserve_energy(potential):
    coarse, fine = (_energy_deviation(potential, timestep) for timestep in (2.0, 1.0))
    assert fine[1] > 0.01
    assert fine[0] < 1e-3 * fine[1]
    assert fine[0] == pytest.approx(coarse[0] / 4, rel=0.1)  # velocity Verlet is of second order


def test_one_warning_a_calculation_outside_the_training_data():
    potential = NeuralNetworkPotential.from_functions(["Cu"], FUNCTIONS, hidden=(4,))
    train = [ase.Atoms("Cu3", positions=d * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]])) for d in (2.4, 2.6)]
    for atoms in train:
        atoms.calc = SinglePointCalculator(atoms, energy=0.0)
    potential.adapt(train)
    atoms = train[0].copy()
    atoms.calc = PotentialCalculator(potential)
    atoms.get_forces()  # inside: pytest makes an error of any warning
    atoms.positions *= 1.3
    with pytest.warns(ExtrapolationWarning, match="outside its range in the training data") as record:
        atoms.get_potential_energy()
        atoms.get_forces()
    assert len(record) == 1
    atoms.positions *= 1.1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        atoms.get_forces()


def test_dynamics_stop_where_atoms_leave_the_range(tmp_path):
    """What is outside is kept, without results, beside what was kept before; only what is worse than all before it."""
    potential = NeuralNetworkPotential.from_functions(["Cu"], FUNCTIONS, hidden=(4,), dtype="float64")
    line = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]])
    train = [ase.Atoms("Cu4", positions=d * line) for d in (2.4, 2.6)]
    for atoms in train:
        atoms.calc = SinglePointCalculator(atoms, energy=0.0)
    potential.adapt(train)
    atoms, frames = ase.Atoms("Cu4", positions=2.5 * line), tmp_path / "outside.extxyz"
    atoms.calc = PotentialCalculator(potential, stop_at=3, frames=frames)
    atoms.set_velocities(np.array([[-2.0], [0.0], [0.3], [1.0]]) * [0.02, 0, 0])
    dynamics = VelocityVerlet(atoms, timestep=2 * units.fs)
    stopped = r"atom \d \(Cu\): G.* of [34] atoms are outside, at which the calculation was to stop; written to"
    with (
        pytest.warns(ExtrapolationWarning, match="in all . values of [12] atoms are outside$"),
        pytest.raises(ExtrapolationError, match=stopped),
    ):
        dynamics.run(500)
    assert dynamics.nsteps > 3
    kept = ase.io.read(frames, ":")
    counts = [frame.info["n_outside"] for frame in kept]
    assert len(counts) > 1 and counts[-2] < 3 <= counts[-1] and (np.diff(counts) > 0).all()
    assert "outside its range" in kept[-1].info["outside"] and kept[-1].calc is None
    np.testing.assert_allclose(kept[-1].positions, atoms.positions, atol=1e-7)
    atoms.calc = PotentialCalculator(potential, stop_at=1, frames=frames)
    with pytest.raises(ExtrapolationError):
        atoms.get_forces()
    assert len(ase.io.read(frames, ":")) == len(kept) + 1
    with pytest.raises(ValueError, match="`stop_at` must be 1 or more. Received: 0"):
        PotentialCalculator(potential, stop_at=0)


def test_results_can_be_written(alloy, tmp_path):
    energy, forces = alloy.get_potential_energy(), alloy.get_forces()
    alloy.get_stress()
    for name in ("a.traj", "a.extxyz"):
        alloy.write(tmp_path / name)
        again = ase.io.read(tmp_path / name)
        assert again.get_potential_energy() == pytest.approx(energy, abs=1e-7)
        np.testing.assert_allclose(again.get_forces(), forces, atol=1e-7)

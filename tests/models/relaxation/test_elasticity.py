import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.lj import LennardJones
from ase.units import GPa

from atomzoo.datasets.engines.lammps import Lammps, potential_file
from atomzoo.models.relaxation.elasticity import elastic_constants, equilibrium
from tests.lammps_program import needs_lammps


def with_pairs(atoms):
    atoms.calc = LennardJones(sigma=2.0, epsilon=0.3, rc=5.0, smooth=True)
    return atoms


@pytest.fixture(scope="module")
def crystal():
    return equilibrium(bulk("Ar", "fcc", a=3.0, cubic=True), with_pairs)


def test_pair_potentials_obey_cauchy(crystal):
    """C12 = C44 where atoms are centers of symmetry and forces are central."""
    constants = elastic_constants(crystal, with_pairs)
    np.testing.assert_allclose(constants[:3, 3:], 0, atol=1e-6)
    np.testing.assert_allclose(constants[3, 3], constants[0, 1], rtol=1e-4)
    assert constants[0, 0] > constants[0, 1] > 0


def test_bulk_modulus_is_the_curvature_of_the_energy(crystal):
    scales = 1 + 1e-3 * np.array([-1, 0, 1])
    energies = []
    for scale in scales:
        atoms = crystal.copy()
        atoms.set_cell(scale * atoms.cell, scale_atoms=True)
        energies.append(with_pairs(atoms).get_potential_energy())
    curvature = (energies[0] - 2 * energies[1] + energies[2]) / 1e-6  # d2E / ds2 = 9 V B
    bulk_modulus = elastic_constants(crystal, with_pairs)[:3, :3].mean()
    assert bulk_modulus == pytest.approx(curvature / (9 * crystal.get_volume()), rel=1e-3)


def test_equilibrium_has_no_stress_and_the_least_energy(crystal):
    assert np.abs(crystal.get_stress()).max() < 1e-7
    for scale in (0.999, 1.001):
        atoms = crystal.copy()
        atoms.set_cell(scale * atoms.cell, scale_atoms=True)
        assert with_pairs(atoms).get_potential_energy() > crystal.get_potential_energy()


def test_a_sheared_cell_is_straightened(crystal):
    sheared = crystal.copy()
    sheared.set_cell(sheared.cell.array @ [[1.01, 0.01, 0], [0.01, 0.99, 0], [0, 0, 1.0]], scale_atoms=True)
    lengths = equilibrium(sheared, with_pairs).cell.cellpar()
    np.testing.assert_allclose(lengths, crystal.cell.cellpar(), rtol=1e-5)


def test_no_equilibrium():
    with pytest.raises(ValueError, match="no equilibrium nearby. Received: .* after 2 steps"):
        equilibrium(bulk("Ar", "fcc", a=5.5, cubic=True), with_pairs, max_steps=2)


@needs_lammps
def test_stillinger_weber_silicon():
    """151.4, 76.4 and (with relaxed atoms) 56.4 GPa: Balamane et al., Phys. Rev. B 46, 2250 (1992), table II."""
    engine = Lammps(["pair_style sw", f"pair_coeff * * {potential_file('Si.sw')} Si"], ["Si"])
    silicon = equilibrium(bulk("Si", a=5.40, cubic=True), engine.relax)
    assert silicon.cell[0, 0] == pytest.approx(5.431, abs=1e-3)
    constants = elastic_constants(silicon, engine.relax) / GPa
    np.testing.assert_allclose(constants[:3, :3], 76.4 + (151.4 - 76.4) * np.eye(3), atol=0.1)
    np.testing.assert_allclose(constants[3:, 3:], 56.4 * np.eye(3), atol=0.1)

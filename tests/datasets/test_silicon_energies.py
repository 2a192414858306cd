import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from atomzoo.datasets.silicon_energies import silicon_energies
from tests.lammps_program import needs_lammps


def test_a_bond_at_its_minimum():
    """The depth is epsilon at 2^(1/6) sigma, half for each atom."""
    pair = Atoms("Si2", positions=[[0, 0, 0], [0, 0, 2 ** (1 / 6) * 2.0951]])
    np.testing.assert_allclose(silicon_energies(pair), [-0.5 * 2.1683] * 2, rtol=1e-6)


def test_a_right_angle_belongs_to_its_apex():
    r = 2.35
    corner = Atoms("Si3", positions=[[0, 0, 0], [r, 0, 0], [0, r, 0]])
    bonds = silicon_energies(Atoms("Si2", positions=[[0, 0, 0], [r, 0, 0]]))[0]
    across = silicon_energies(Atoms("Si2", positions=[[r, 0, 0], [0, r, 0]]))[0]
    g = np.exp(1.2 * 2.0951 / (r - 1.8 * 2.0951))
    assert silicon_energies(corner)[0] == pytest.approx(2 * bonds + 2.1683 * 21 * g**2 / 9, rel=1e-10)
    far = np.exp(1.2 * 2.0951 / (r * np.sqrt(2) - 1.8 * 2.0951))
    apex = 2.1683 * 21 * g * far * (np.sqrt(0.5) + 1 / 3) ** 2
    assert silicon_energies(corner)[1] == pytest.approx(bonds + across + apex, rel=1e-10)


@needs_lammps
def test_the_sum_is_that_of_lammps():
    from atomzoo.datasets.empirical import stillinger_weber

    structures = [bulk("Si", a=5.431, cubic=True), bulk("Si", a=5.2) * (2, 1, 1)]
    for seed, atoms in enumerate(structures):
        atoms.rattle(0.3, seed=seed)
    for atoms in stillinger_weber().label(structures):
        energies = silicon_energies(atoms)
        assert energies.sum() == pytest.approx(atoms.get_potential_energy(), rel=1e-7)
        assert np.abs(energies - atoms.get_potential_energies()).max() > 0.01

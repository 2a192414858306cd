import ase
import numpy as np
import pytest
from ase.build import molecule

from atomzoo.models.relaxation.isomers import bond_range, distinct, is_whole, sorted_distances
from tests.models.engines import labelled
from tests.physics import guises

SQUARE = ase.Atoms("Au4", positions=2.6 * np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.0]]))


def test_distances_by_hand():
    np.testing.assert_allclose(sorted_distances(SQUARE), [2.6] * 4 + [2.6 * np.sqrt(2)] * 2)
    carbon_monoxides = ase.Atoms("OCOC", positions=[[0, 0, 0], [1, 0, 0], [10, 0, 0], [12, 0, 0]])
    # C-C 11; C-O 1, 2, 9, 12; O-O 10
    np.testing.assert_allclose(sorted_distances(carbon_monoxides), [11, 1, 2, 9, 12, 10])


def test_nearest_images_count():
    pair = ase.Atoms("Au2", positions=[[0.5, 0, 0], [9.5, 0, 0]], cell=[10, 10, 10], pbc=True)
    np.testing.assert_allclose(sorted_distances(pair), [1.0])


def test_guises_are_the_same_isomer():
    atoms = molecule("CH3CH2OH")
    for what, guise, _, _ in guises(atoms):
        np.testing.assert_allclose(sorted_distances(guise), sorted_distances(atoms), atol=1e-12, err_msg=what)


def test_the_lowest_of_each_isomer_remains():
    rhombus, stretched, far = SQUARE.copy(), SQUARE.copy(), SQUARE.copy()
    rhombus.positions[2:] += [1.3, -0.3, 0]
    stretched.positions *= 1.0005
    far.positions *= 1.1
    structures = [labelled(atoms) for atoms in (rhombus, stretched, SQUARE, far)]
    energies = [atoms.get_potential_energy() for atoms in structures]
    assert abs(energies[1] - energies[2]) < 0.01 < abs(energies[3] - energies[2])
    expected = sorted([energies[0], min(energies[1:3]), energies[3]])
    assert [atoms.get_potential_energy() for atoms in distinct(structures)] == expected
    assert len(distinct(structures, energy=0.0)) == 4 and len(distinct(structures, distance=1e-3)) == 4
    assert distinct([]) == []


def test_whole_structures():
    bonds = bond_range([SQUARE, molecule("H2O")])
    assert bonds.shortest == pytest.approx({(1, 1): 1.53, (1, 8): 0.97, (79, 79): 2.6}, abs=0.01)
    assert bonds.nearest == pytest.approx({1: 0.97, 8: 0.97, 79: 2.6}, abs=0.01)
    assert bonds.longest == pytest.approx(2.6)
    far = SQUARE.copy()
    far.positions[0, 2] = 3.0
    assert is_whole(SQUARE, bonds) and not is_whole(far, bonds)
    # two pairs, each whole, far from each other
    far.positions[2:, 1] += 5.0
    assert not is_whole(far, bonds)
    close = SQUARE.copy()
    close.positions[1] = [1.0, 0, 0]
    assert not is_whole(close, bonds)
    close.positions[1] = close.positions[0]
    assert not is_whole(close, bonds)


def test_each_pair_of_elements_has_its_own_shortest_distance():
    """Two O at the distance of O-H are no sound structure; pairs that are not in the sound ones may be anywhere."""
    bonds = bond_range([molecule("H2O2")])
    shrunk = molecule("H2O2")
    shrunk.set_distance(*np.flatnonzero(shrunk.symbols == "O"), 1.0, fix=0)
    assert is_whole(molecule("H2O2"), bonds) and not is_whole(shrunk, bonds)
    assert is_whole(shrunk, bond_range([molecule("H2O")]))


def test_an_atom_that_has_left_its_molecule():
    """A hydrogen atom beside a molecule is farther from all than hydrogen is, though no farther than molecules are."""
    dimer = molecule("H2O") + molecule("H2O")
    dimer.positions[3:, 1] += 4.0
    bonds, broken = bond_range([dimer]), dimer.copy()
    broken.positions[2] += 0.9 * (broken.positions[2] - broken.positions[0])
    assert bonds.longest > 2.4 and bonds.nearest[1] < 1.0
    assert is_whole(dimer, bonds) and not is_whole(broken, bonds)

"""Symmetry operations of crystals: their numbers are known, they form groups, and displacements keep them."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from atomzoo.datasets.generate.silicon.symmetry import find_operations, random_subgroup, symmetrized, symmetrized_strain


@pytest.fixture
def cube():
    return bulk("Si", a=5.43, cubic=True)


def test_orders_of_space_groups(cube):
    """Rotations times lattice points: 48 x 1, 48 x 4, and 24 in the hexagonal close packing."""
    assert len(find_operations(bulk("Si", a=5.43))) == 48
    assert len(find_operations(cube)) == 192
    assert len(find_operations(bulk("Mg", "hcp", a=3.2, c=5.2))) == 24
    chaos = Atoms("Si3", np.random.default_rng(0).random((3, 3)) * 4, cell=[3, 4, 5], pbc=True)
    (identity,) = find_operations(chaos)
    np.testing.assert_array_equal(identity.rotation, np.eye(3))


def test_operations_map_the_structure_onto_itself(cube):
    fractional = cube.get_scaled_positions()
    for operation in find_operations(cube)[::7]:
        moved = fractional @ operation.rotation.T + operation.translation
        difference = moved - fractional[operation.permutation]
        np.testing.assert_allclose(difference - np.rint(difference), 0, atol=1e-9)


@pytest.mark.parametrize("n_laue", [2, 3, 4])
def test_displaced_and_strained_structures_keep_the_subgroup_and_no_more(cube, n_laue):
    rng = np.random.default_rng(n_laue)
    group = random_subgroup(find_operations(cube), rng, n_laue)
    displacements = symmetrized(cube, rng.normal(scale=0.1, size=(8, 3)), group)
    strain = rng.normal(scale=0.05, size=(3, 3))
    strain = symmetrized_strain(cube, strain + strain.T, group)
    cube.positions += displacements
    cube.set_cell(cube.cell @ (np.eye(3) + strain), scale_atoms=True)
    kept = {operation.key for operation in find_operations(cube)}
    assert {operation.key for operation in group} <= kept
    assert len(kept) < 192 / 2
    laue = {min(key, tuple(-x for x in key)) for key in (tuple(op.rotation.ravel()) for op in group)}
    assert len(laue) == n_laue


def test_displacements_keep_their_size(cube):
    rng = np.random.default_rng(5)
    operations = find_operations(cube)
    sizes = []
    for _ in range(200):
        group = random_subgroup(operations, rng, 2)
        displacements = symmetrized(cube, rng.normal(size=(8, 3)), group)
        sizes.append(displacements[np.abs(displacements) > 1e-9] ** 2)
    assert np.concatenate(sizes).mean() == pytest.approx(1.0, rel=0.1)


def test_no_subgroup():
    chaos = Atoms("Si3", np.random.default_rng(0).random((3, 3)) * 4, cell=[3, 4, 5], pbc=True)
    assert random_subgroup(find_operations(chaos), np.random.default_rng(0), 4) is None

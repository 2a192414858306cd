import itertools

import ase
import numpy as np
import pytest
from ase.build import bulk

from atomzoo.datasets.arrays.neighbors import neighbor_list, pairs_within, triplet_list
from atomzoo.datasets.arrays.validation import find_problem


def brute_force(atoms, cutoff, images=6):
    """All (i, j, shift) by trying every image within `images` cells in each periodic direction."""
    ranges = [range(-images, images + 1) if periodic else (0,) for periodic in atoms.pbc]
    found = set()
    for image in itertools.product(*ranges):
        shift = np.array(image) @ atoms.cell.array
        distances = np.linalg.norm(atoms.positions[None] + shift - atoms.positions[:, None], axis=-1)
        for i, j in np.argwhere(distances < cutoff):
            if i != j or any(image):
                found.add((int(i), int(j), *np.round(shift, 8) + 0.0))
    return found


def as_set(pairs):
    listed = [(int(i), int(j), *np.round(shift, 8) + 0.0) for i, j, shift in zip(*pairs, strict=True)]
    assert len(set(listed)) == len(listed)
    return set(listed)


def random_structure(seed, pbc=(True, True, True), n_atoms=4, size=3.0):
    rng = np.random.default_rng(seed)
    cell = size * np.eye(3) + rng.normal(scale=0.3 * size, size=(3, 3))
    return ase.Atoms(f"Au{n_atoms}", positions=rng.uniform(-size, 2 * size, (n_atoms, 3)), cell=cell, pbc=pbc)


def test_shells_of_fcc():
    a = 4.08
    atoms = bulk("Au", a=a)
    for cutoff, count in ((0.8 * a, 12), (1.1 * a, 12 + 6), (1.3 * a, 12 + 6 + 24)):
        first, second, shifts = neighbor_list(atoms, cutoff)
        assert len(first) == count and not first.any() and not second.any()
    distances = np.sort(np.linalg.norm(shifts, axis=1))
    np.testing.assert_allclose(distances, np.repeat([a / 2**0.5, a, a * 1.5**0.5], [12, 6, 24]))


@pytest.mark.parametrize("pbc", list(itertools.product([True, False], repeat=3)))
def test_cell_smaller_than_cutoff(pbc):
    for seed in range(3):
        atoms = random_structure(seed, pbc)
        assert as_set(neighbor_list(atoms, 5.0)) == brute_force(atoms, 5.0)


@pytest.mark.parametrize("height", [0.0, 1.0, 30.0])
def test_vector_along_a_direction_that_is_not_periodic_plays_no_role(height):
    slab = ase.Atoms("Au2", positions=[[0, 0, 0], [1.4, 1.4, 2.0]], cell=[2.9, 2.9, height], pbc=[True, True, False])
    # Of either atom: 4 images at 2.9 A, and 4 of the other atom at sqrt(1.4^2 + 1.4^2 + 2^2) = 2.81 A to
    # sqrt(1.5^2 + 1.5^2 + 2^2) = 2.92 A.
    first, second, shifts = neighbor_list(slab, 3.0)
    assert np.bincount(first).tolist() == [8, 8]
    assert not shifts[:, 2].any()


def test_isolated_atom_and_molecule():
    assert len(neighbor_list(ase.Atoms("Au"), 5.0)[0]) == 0
    first, second, shifts = neighbor_list(ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]]), 5.0)
    assert first.tolist() == [0, 1] and second.tolist() == [1, 0] and not shifts.any()


def test_order_is_by_atom_then_neighbor_then_image():
    first, second, shifts = neighbor_list(bulk("Si", cubic=True), 6.0)
    images = np.rint(shifts / 5.43).astype(int)
    keys = list(zip(first.tolist(), second.tolist(), images.tolist(), strict=True))
    assert keys == sorted(keys)


def test_pairs_come_in_both_directions():
    first, second, shifts = neighbor_list(random_structure(0), 5.0)
    forward = as_set((first, second, shifts))
    assert forward == as_set((second, first, -shifts))


def test_structure_is_not_modified():
    atoms = random_structure(0, (True, False, True))
    before = atoms.copy()
    neighbor_list(atoms, 5.0)
    assert atoms == before


def test_triplets_against_brute_force(monkeypatch):
    # few pairs at once, so that there are several chunks
    monkeypatch.setattr("atomzoo.datasets.arrays.neighbors.PAIRS_AT_ONCE", 1)
    monkeypatch.setattr("atomzoo.datasets.arrays.neighbors.ATOMS_AT_ONCE", 3)
    displacements = np.random.default_rng(0).normal(scale=2.0, size=(10, 9, 3))
    displacements[2, 5:] = displacements[3] = np.nan
    expected = [
        [(j, k) for j, k in itertools.combinations(range(9), 2) if np.linalg.norm(one[j] - one[k]) < 3.0]
        for one in displacements
    ]
    counts, slots = triplet_list(displacements, 3.0)
    assert counts.tolist() == [len(pairs) for pairs in expected]
    assert [tuple(pair) for pair in slots.tolist()] == sum(expected, [])
    assert counts[3] == 0 and 0 < counts[2] <= 10


def test_no_triplets_without_two_neighbors():
    for n_neighbors in (0, 1):
        counts, slots = triplet_list(np.zeros((2, n_neighbors, 3)), 3.0)
        assert counts.tolist() == [0, 0] and slots.shape == (0, 2)


@pytest.mark.parametrize(
    ("far", "pbc", "cell"),
    [
        ([2000, 2000, 0], (True, True, False), [9000, 9000, 0]),
        ([2, 2, 2], (True, True, True), [1000, 1000, 3.6]),
        ([2, 2, 2], (True, True, True), [9000, 3.6, 3.8]),
        ([900, 2, 2], (False, True, True), [0, 1000, 3.6]),
        ([9000, 9000, 0], (False, False, False), [0, 0, 0]),
    ],
)
@pytest.mark.parametrize("cutoff", [1.0, 3.7])
def test_large_and_thin(far, pbc, cell, cutoff):
    """Where vesin by itself would divide by zero, which ends the process."""
    atoms = ase.Atoms("Au3", [[0, 0, 0], [0.5, 0, 0], far], cell=cell, pbc=pbc)
    first, second, shifts = neighbor_list(atoms, cutoff)
    images = np.array(list(itertools.product(*((-1, 0, 1) if p else (0,) for p in pbc)))) @ np.diag(cell)
    displacements = atoms.positions[None, :, None] - atoms.positions[:, None, None] + images
    distances = np.linalg.norm(displacements, axis=-1)
    assert len(first) == ((distances < cutoff) & (distances > 0)).sum() >= 2
    found = np.linalg.norm(atoms.positions[second] - atoms.positions[first] + shifts, axis=1)
    np.testing.assert_allclose(np.sort(found), np.sort(distances[(distances < cutoff) & (distances > 0)]))


def test_distances_of_large_and_thin():
    atoms = ase.Atoms("Au2", [[0, 0, 0], [0.5, 0, 0]], cell=[1000, 1000, 3.6], pbc=True)
    first, second, distances = pairs_within(atoms, 1.0, "ijd")
    assert (first.tolist(), second.tolist(), distances.tolist()) == ([0], [1], [0.5])


def test_cells_that_are_too_long():
    for length in (1e5, 1e9):
        assert find_problem(ase.Atoms("Au", cell=[length, 4, 4], pbc=True)) == f"its cell is {length:.3g} A long"

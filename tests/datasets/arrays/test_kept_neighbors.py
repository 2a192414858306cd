import ase
import numpy as np
import pytest
from ase.build import bulk

from atomzoo.datasets.arrays import kept_neighbors
from atomzoo.datasets.arrays.kept_neighbors import SKIN, KeptNeighborLists, KeptNeighbors
from atomzoo.datasets.arrays.neighbors import neighbor_list

CUTOFF = 4.0


@pytest.fixture
def atoms():
    atoms = bulk("NaCl", "rocksalt", a=5.6)
    atoms.rattle(0.1, seed=0)
    return atoms


def pairs(kept, atoms):
    """The pairs within the cutoff, in their order, and their displacements."""
    first = np.repeat(np.arange(len(atoms)), np.diff(kept.starts))
    displacements = atoms.positions[kept.second] + kept.shifts - atoms.positions[first]
    near = np.linalg.norm(displacements, axis=1) < CUTOFF
    return np.stack([first, kept.second], axis=1)[near], displacements[near]


@pytest.mark.parametrize("skin", [0.0, 0.7])
def test_pairs_are_those_of_the_neighbor_list(atoms, skin):
    kept = KeptNeighbors(atoms, ["Cl", "Na"], CUTOFF, skin)
    first, second, shifts = neighbor_list(atoms, CUTOFF)
    found, displacements = pairs(kept, atoms)
    np.testing.assert_array_equal(found, np.stack([first, second], axis=1))
    np.testing.assert_array_equal(displacements, atoms.positions[second] + shifts - atoms.positions[first])
    assert kept.species.tolist() == [1, 0] and (len(kept.second) > len(first)) == (skin > 0)


def test_it_serves_until_an_atom_has_moved_half_the_skin(atoms):
    kept, moved = KeptNeighbors(atoms, ["Cl", "Na"], CUTOFF, 0.7), atoms.copy()
    assert kept.serve(atoms)
    moved.positions[1] += 0.999 * 0.35 / np.sqrt(3) * np.ones(3)
    assert kept.serve(moved)
    found, expected = pairs(kept, moved), pairs(KeptNeighbors(moved, ["Cl", "Na"], CUTOFF), moved)
    np.testing.assert_array_equal(found[0], expected[0])
    moved.positions[1] = atoms.positions[1] + 0.351 / np.sqrt(3) * np.ones(3)
    assert not kept.serve(moved)
    moved.positions[1] = np.nan
    assert not kept.serve(moved)


@pytest.mark.parametrize("change", ["cell", "pbc", "numbers", "order", "more"])
def test_it_serves_no_other_structure(atoms, change):
    kept, other = KeptNeighbors(atoms, ["Cl", "Na"], CUTOFF, 0.7), atoms.copy()
    if change == "cell":
        other.cell[0, 0] += 1e-12
    elif change == "pbc":
        other.pbc = (True, True, False)
    elif change == "numbers":
        other.symbols[0] = "Cl"
    elif change == "order":
        other = other[::-1]
    else:
        other += ase.Atoms("Na", [[9.0, 9.0, 9.0]])
    assert not kept.are_alike(other) and not kept.serve(other)


def test_without_a_skin_it_serves_the_same_structure(atoms):
    kept = KeptNeighbors(atoms, ["Cl", "Na"], CUTOFF)
    assert kept.serve(atoms.copy())
    atoms.positions[0, 0] += 1e-15
    assert not kept.serve(atoms)


def test_lists_get_a_skin_when_structures_move(atoms, monkeypatch):
    made = []
    monkeypatch.setattr(
        kept_neighbors, "KeptNeighbors", lambda *args: made.append((args[-1], args[-2])) or KeptNeighbors(*args)
    )
    lists, other = KeptNeighborLists(["Cl", "Na"], CUTOFF), atoms.copy()
    for move in (0.0, 0.0, 0.01, 0.01, 0.5):
        other.positions[0, 0] += move
        assert len(list(lists.of([atoms, other]))) == 2
    assert made == [(0, 0.0), (1, 0.0), (1, SKIN), (1, SKIN)]
    monkeypatch.setattr(kept_neighbors, "KEPT_PAIRS", 10)
    assert len(list(lists.of([atoms, other]))) == 2  # which are not kept
    made.clear()
    list(lists.of([atoms, other]))
    assert made == [(0, 0.0), (1, 0.0)]


def test_bad_structures_are_named(atoms):
    atoms.positions[0] = np.inf
    with pytest.raises(ValueError, match="^structure 3: the position of atom 0 is not finite"):
        KeptNeighbors(atoms, ["Na", "Cl"], CUTOFF, number=3)

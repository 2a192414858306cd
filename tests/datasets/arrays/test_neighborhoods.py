import ase
import numpy as np
import pytest
from ase.build import bulk, molecule

from atomzoo.datasets.arrays import neighborhoods
from atomzoo.datasets.arrays.batch import find_displacements, to_arrays
from atomzoo.datasets.arrays.neighborhoods import CHUNK, Pairs, chunks, rounded

ELEMENTS = ["Si", "O", "H"]


@pytest.fixture(scope="module")
def structures():
    crystal = bulk("Si", cubic=True)
    crystal.rattle(0.1, seed=0)
    return [molecule("H2O"), crystal, ase.Atoms("H"), crystal[:3] * (2, 1, 1)]


@pytest.fixture(scope="module")
def pairs(structures):
    return Pairs.of(structures, ELEMENTS, 5.0)


def test_pairs_are_those_of_a_batch(structures, pairs):
    arrays = to_arrays(structures, ELEMENTS, 5.0)
    taken = arrays["neighbors"] >= 0
    assert pairs.n_atoms.tolist() == [3, 8, 1, 6] and pairs.species.tolist() == arrays["species"].tolist()
    np.testing.assert_array_equal(pairs.first, np.nonzero(taken)[0])
    np.testing.assert_array_equal(pairs.second, arrays["neighbors"][taken])
    np.testing.assert_allclose(pairs.displacements, find_displacements(arrays)[taken], atol=1e-13)


@pytest.mark.parametrize("size", [2, 4, CHUNK])
def test_chunks_put_every_pair_in_its_place(pairs, monkeypatch, size):
    monkeypatch.setattr(neighborhoods, "CHUNK", size)
    found, seen = list(chunks(pairs, 5.0)), []
    for chunk in found:
        n = len(chunk.atoms)
        assert n <= len(chunk.taken) <= size and chunk.triplets is None
        assert not chunk.taken[n:].any() and (chunk.species[n:] == -1).all()
        np.testing.assert_array_equal(chunk.species[:n], pairs.species[chunk.atoms])
        owner, slot = np.nonzero(chunk.taken)
        np.testing.assert_array_equal(chunk.atoms[owner], pairs.first[chunk.pairs])
        np.testing.assert_array_equal(chunk.displacements[owner, slot], pairs.displacements[chunk.pairs])
        np.testing.assert_array_equal(chunk.neighbor_species[owner, slot], pairs.species[pairs.second[chunk.pairs]])
        assert not chunk.displacements[~chunk.taken].any() and (chunk.neighbor_species[~chunk.taken] == -1).all()
        seen += chunk.pairs.tolist()
    assert sorted(seen) == list(range(len(pairs.first)))
    assert sorted(np.concatenate([chunk.atoms for chunk in found])) == list(range(18))
    assert len(found) == 1 if size == CHUNK else len(found) > 4


@pytest.mark.parametrize(("width", "triplets", "n_features"), [(768, True, 30), (96, True, 60), (768, False, 500)])
def test_rows_follow_memory(width, triplets, n_features):
    """As many as fit, but one where nothing fits; few neighbors go together as ever."""
    rows = neighborhoods._most_rows(width, triplets, n_features)
    places = width * (width - 1) / 2 if triplets else width
    needed = 8 * (neighborhoods.NUMBERS + n_features) * places
    assert rows * needed <= neighborhoods.MEMORY < 2 * rows * needed
    assert neighborhoods._most_rows(10**5, True, 30) == 1 and neighborhoods._most_rows(48, False, 30) > CHUNK


def test_atoms_with_many_neighbors_go_in_small_chunks(pairs, monkeypatch):
    whole = list(chunks(pairs, 5.0, True, 10))
    assert len(whole) == 1
    monkeypatch.setattr(neighborhoods, "MEMORY", 1.1 * 2 * 8 * 34 * whole[0].taken.shape[1] ** 2 / 2)
    found = list(chunks(pairs, 5.0, True, 10))
    assert [chunk.taken.shape for chunk in chunks(pairs, 5.0, False, 10, True)] == [
        chunk.taken.shape for chunk in found
    ]
    assert len(list(chunks(pairs, 5.0, False, 10))) < len(found)
    assert {len(chunk.taken) for chunk in found} == {2} and len(found) == 9
    assert sorted(np.concatenate([chunk.pairs for chunk in found])) == list(range(len(pairs.first)))


@pytest.mark.parametrize("size", [4, CHUNK])
def test_triplets_of_chunks_are_those_of_a_batch(structures, pairs, monkeypatch, size):
    monkeypatch.setattr(neighborhoods, "CHUNK", size)
    expected = to_arrays(structures, ELEMENTS, 5.0, triplets=True)["triplets"]
    for chunk in chunks(pairs, 5.0, triplets=True):
        for atom, found in zip(chunk.atoms, chunk.triplets, strict=False):
            places = [(j, k) for j, k in found.tolist() if j >= 0]
            assert places == [(j, k) for j, k in expected[atom].tolist() if j >= 0]
        assert (chunk.triplets[len(chunk.atoms) :] == -1).all()


def test_atoms_without_neighbors():
    pairs = Pairs.of([ase.Atoms("H"), ase.Atoms("O")], ELEMENTS, 3.0)
    (chunk,) = chunks(pairs, 3.0, triplets=True)
    assert chunk.atoms.tolist() == [0, 1] and chunk.species.tolist() == [2, 1] and not chunk.taken.any()
    assert len(pairs.first) == 0 and chunk.taken.shape == (2, 8) and (chunk.triplets == -1).all()


def test_few_shapes_for_many_structures():
    """For each of which a program is compiled: of clusters of 2 to 80 atoms, and of crystals beside them."""
    rng = np.random.default_rng(0)
    clusters = [ase.Atoms(f"H{n}", rng.uniform(0, n ** (1 / 3) * 2, (n, 3))) for n in range(2, 81)]
    shapes = {chunk.taken.shape for chunk in chunks(Pairs.of(clusters, ELEMENTS, 4.0), 4.0)}
    assert len(shapes) <= 2 * len({width for _, width in shapes}) <= 16
    assert all(rounded(width) == width and size & (size - 1) == 0 and size <= CHUNK for size, width in shapes)
    # A few structures at a time, as in dynamics, are of one shape as long as the numbers of neighbors are alike.
    few = [{chunk.taken.shape for chunk in chunks(Pairs.of([atoms], ELEMENTS, 4.0), 4.0)} for atoms in clusters]
    assert all(len(shapes) == 1 for shapes in few)


def test_few_widths_none_much_too_wide():
    widths = [rounded(count) for count in range(1, 1000)]
    assert widths[7:13] == [8, 12, 12, 12, 12, 16] and len(set(widths)) == 15
    assert all(count <= width <= max(8, 1.5 * count) for count, width in enumerate(widths, start=1))


def test_bad_structures_are_named(structures):
    with pytest.raises(ValueError, match=r"structure 1: element 'Si' is not among the model's elements \['O', 'H'\]"):
        Pairs.of(structures, ["O", "H"], 3.0)
    with pytest.raises(ValueError, match="at least one structure"):
        Pairs.of([], ELEMENTS, 3.0)

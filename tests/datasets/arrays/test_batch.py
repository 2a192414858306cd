import itertools

import ase
import numpy as np
import pytest
from ase.build import bulk, molecule

from atomzoo.datasets.arrays.batch import (
    StructureTable,
    elements_of,
    filled,
    find_displacements,
    pad,
    ranges,
    to_arrays,
)

ELEMENTS = ["Si", "O", "H"]


@pytest.fixture(scope="module")
def structures():
    crystal = bulk("Si", cubic=True)
    crystal.rattle(0.1, seed=0)
    return [molecule("H2O"), crystal, ase.Atoms("H")]


def test_shapes_types_and_order(structures):
    arrays = to_arrays(structures, ELEMENTS, 3.0, triplets=True)
    n_neighbors, n_triplets = arrays["neighbors"].shape[1], arrays["triplets"].shape[1]
    rows = arrays.pop("rows")
    assert {key: (value.shape, value.dtype.name) for key, value in arrays.items()} == {
        "positions": ((12, 3), "float64"),
        "species": ((12,), "int32"),
        "structure": ((12,), "int32"),
        "neighbors": ((12, n_neighbors), "int32"),
        "shifts": ((12, n_neighbors, 3), "float64"),
        "n_atoms": ((3,), "float64"),
        "composition": ((3, 3), "float64"),
        "volume": ((3,), "float64"),
        "periodic": ((3, 3, 3), "float64"),
        "triplets": ((12, n_triplets, 2), "int32"),
    }
    assert arrays["species"].tolist() == [1, 2, 2, *8 * [0], 2]
    assert arrays["structure"].tolist() == [*3 * [0], *8 * [1], 2] and arrays["n_atoms"].tolist() == [3, 8, 1]
    assert [row.tolist() for row in rows] == [list(range(3, 11)), [0], [1, 2, 11]]
    assert arrays["neighbors"][0].tolist() == [1, 2] + [-1] * (n_neighbors - 2)
    assert arrays["neighbors"][1, :2].tolist() == [0, 2]
    assert (arrays["neighbors"][11] == -1).all() and (arrays["triplets"][11] == -1).all()
    assert not arrays["shifts"][:3].any()
    np.testing.assert_allclose(arrays["volume"], [np.inf, structures[1].cell.volume, np.inf])


def test_neighbors_are_rows_of_the_same_structure(structures):
    arrays = to_arrays(2 * structures, ELEMENTS, 3.0)
    neighbors = arrays["neighbors"]
    own, slot = np.nonzero(neighbors >= 0)
    assert len(own) > 60 and (arrays["structure"][own] == arrays["structure"][neighbors[own, slot]]).all()
    first, second = neighbors[:12], neighbors[12:]
    np.testing.assert_array_equal(np.where(second >= 0, second - 12, -1), first)


def test_an_element_that_is_not_there_has_no_rows(structures):
    assert [len(row) for row in to_arrays(structures[:1], ELEMENTS, 3.0)["rows"]] == [0, 1, 2]


def test_positions_keep_every_bit(structures):
    arrays = to_arrays(structures, ELEMENTS, 3.0)
    np.testing.assert_array_equal(arrays["positions"][3:11], structures[1].positions)


def test_displacements_are_minimum_images(structures):
    arrays = to_arrays(structures, ELEMENTS, 2.6)  # less than half the cell: each neighbor occurs once
    displacements = find_displacements(arrays)[3:11]
    expected = structures[1].get_all_distances(mic=True, vector=True)
    neighbors = arrays["neighbors"][3:11]
    for i, slot in np.argwhere(neighbors >= 0):
        np.testing.assert_allclose(displacements[i, slot], expected[i, neighbors[i, slot] - 3], atol=1e-12)
    assert (neighbors >= 0).sum() == ((expected**2).sum(-1) < 2.6**2).sum() - 8
    assert np.isnan(displacements[neighbors < 0]).all()


def test_displacements_do_not_depend_on_the_cell_an_atom_is_in(structures):
    moved = structures[1].copy()
    moved.positions[3] += [1, -2, 3] @ moved.cell.array
    before, after = (find_displacements(to_arrays([atoms], ["Si"], 6.0)) for atoms in (structures[1], moved))
    for one, other in zip(before, after, strict=True):  # images of a neighbor may change places
        order = [np.lexsort(np.round(rows, 6).T) for rows in (one, other)]
        np.testing.assert_allclose(one[order[0]], other[order[1]], atol=1e-12)


def test_triplets_against_brute_force(structures):
    arrays = to_arrays(structures, ELEMENTS, 4.5, triplets=True)
    displacements = find_displacements(arrays)
    for i, found in enumerate(arrays["triplets"]):
        vectors = displacements[i][arrays["neighbors"][i] >= 0]
        pairs = itertools.combinations(range(len(vectors)), 2)
        expected = [[j, k] for j, k in pairs if np.linalg.norm(vectors[j] - vectors[k]) < 4.5]
        assert found[: len(expected)].tolist() == expected
        assert (found[len(expected) :] == -1).all()


def test_no_neighbors_at_all_leave_one_empty_place():
    arrays = to_arrays([ase.Atoms("H"), ase.Atoms("H")], ["H"], 3.0, triplets=True)
    assert arrays["neighbors"].tolist() == [[-1], [-1]] and arrays["triplets"].tolist() == 2 * [[[-1, -1]]]


def test_batches_of_a_table_have_empty_rows_up_to_the_widths(structures):
    table = StructureTable(structures, ELEMENTS, 3.0)
    batches = [np.array([2, 0]), np.array([1])]
    widths = table.widths(batches, triplets=True)
    assert (widths.structures, widths.rows, widths.of_elements) == (2, 8, (8, 1, 3))
    first, second = (table.batch(chosen, widths) for chosen in batches)
    assert {key: np.shape(value) for key, value in first.items() if key != "rows"} == {
        key: np.shape(value) for key, value in second.items() if key != "rows"
    }
    assert first["species"].tolist() == [2, 1, 2, 2, -1, -1, -1, -1]
    assert first["structure"].tolist() == [0, 1, 1, 1, 2, 2, 2, 2]
    assert [row.tolist() for row in first["rows"]] == [8 * [8], [1], [0, 2, 3]]
    assert [row.tolist() for row in second["rows"]] == [list(range(8)), [8], [8, 8, 8]]
    assert first["neighbors"][1, :2].tolist() == [2, 3] and (first["neighbors"][4:] == -1).all()
    assert second["structure"].tolist() == 8 * [0] and second["n_atoms"].tolist() == [8, 1]
    np.testing.assert_allclose(second["volume"], [structures[1].cell.volume, np.inf])
    alone = to_arrays(structures[1:2], ELEMENTS, 3.0, triplets=True)
    for key in ("neighbors", "shifts", "positions"):
        np.testing.assert_array_equal(second[key], alone[key])


def test_volume_is_infinite_without_a_cell_and_periodicity():
    slab = ase.Atoms("Au", cell=[3, 3, 10], pbc=[True, True, False])
    missing = ase.Atoms("Au", cell=[3, 3, 0], pbc=[True, True, False])
    cell = ase.Atoms("Au", cell=[3, 3, 10], pbc=True)
    cluster = ase.Atoms("Au", cell=[3, 3, 10])
    arrays = to_arrays([slab, missing, cell, cluster], ["Au"], 4.0)
    np.testing.assert_allclose(arrays["volume"], [90.0, np.inf, 90.0, np.inf])
    np.testing.assert_allclose(arrays["periodic"][[0, 2]], [np.diag([1, 1, 0]), np.eye(3)], atol=1e-15)
    assert arrays["shifts"][0].tolist() == arrays["shifts"][1].tolist()


def damaged(change):
    atoms = bulk("Au", cubic=True)
    change(atoms)
    return atoms


@pytest.mark.parametrize(
    ("atoms", "message"),
    [
        (ase.Atoms("X"), "structure 1: atom 0 is no chemical element, but X"),
        (molecule("H2O"), r"structure 1: element 'O' is not among the model's elements \['Au'\]"),
        (damaged(lambda a: a.positions.__setitem__((2, 1), np.nan)), "structure 1: the position of atom 2 is not fin"),
        (damaged(lambda a: a.positions.__setitem__((0, 0), np.inf)), "structure 1: the position of atom 0 is not fin"),
        (damaged(lambda a: a.cell.array.__setitem__((0, 0), np.nan)), "structure 1: the cell is not finite"),
        (damaged(lambda a: a.cell.array.__setitem__(2, a.cell.array[0])), "structure 1: .*spans no volume"),
        (damaged(lambda a: a.set_cell(np.zeros((3, 3)))), "structure 1: .*spans no volume"),
        (damaged(lambda a: a.set_cell(1.1 * np.arange(9).reshape(3, 3))), "structure 1: .*spans no volume"),
        (ase.Atoms(), "structure 1: it has no atoms"),
    ],
)
def test_unusable_structures(atoms, message):
    with pytest.raises(ValueError, match=message) as error:
        to_arrays([bulk("Au"), atoms], ["Au"], 4.0)
    assert "\n" not in str(error.value)


def test_no_structures():
    with pytest.raises(ValueError, match="at least one structure"):
        to_arrays([], ["Au"], 4.0)


def test_pad():
    assert pad(np.arange(3), np.array([1, 0, 2]), 3, -1).tolist() == [[0, -1, -1], [-1, -1, -1], [1, 2, -1]]
    assert pad(np.ones((1, 2)), np.array([0, 1]), 1, 0.0).tolist() == [[[0, 0]], [[1, 1]]]


def test_filled_and_ranges():
    assert filled(np.array([[1, 2]]), 3, -1).tolist() == [[1, 2], [-1, -1], [-1, -1]]
    assert filled(np.array([7]), 1, 0).tolist() == [7]
    assert ranges(np.array([5, 0, 9]), np.array([1, 0, 3])).tolist() == [5, 9, 10, 11]


def test_elements_by_atomic_number():
    assert elements_of([molecule("H2O"), ase.Atoms("Au"), ase.Atoms("C")]) == ["H", "C", "O", "Au"]

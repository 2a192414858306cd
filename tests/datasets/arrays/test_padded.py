import itertools

import ase
import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms

from atomzoo.datasets.arrays.batch import find_displacements, labels, pad, round_size, to_arrays


def labelled(atoms, **results):
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


@pytest.fixture
def structures():
    crystal = bulk("Si", cubic=True)
    crystal.rattle(0.1, seed=0)
    return [molecule("H2O"), crystal, ase.Atoms("H")]


ELEMENTS = ["Si", "O", "H"]


def test_shapes_types_and_padding(structures):
    arrays = to_arrays(structures, ELEMENTS, 3.0, triplets=True)
    n_neighbors = arrays["neighbors"].shape[2]
    n_triplets = arrays["triplets"].shape[2]
    assert n_neighbors % 8 == 0 and n_triplets == round_size(n_triplets)
    assert {key: (value.shape, value.dtype.name) for key, value in arrays.items()} == {
        "positions": ((3, 8, 3), "float64"),
        "species": ((3, 8), "int32"),
        "neighbors": ((3, 8, n_neighbors), "int32"),
        "shifts": ((3, 8, n_neighbors, 3), "float64"),
        "volume": ((3,), "float64"),
        "triplets": ((3, 8, n_triplets, 2), "int32"),
    }
    assert arrays["species"][0].tolist() == [1, 2, 2, -1, -1, -1, -1, -1]
    assert arrays["neighbors"][0, 0].tolist() == [1, 2] + [-1] * (n_neighbors - 2)
    assert arrays["neighbors"][0, 1, :2].tolist() == [0, 2]
    assert (arrays["neighbors"][2] == -1).all() and (arrays["triplets"][2] == -1).all()
    assert not arrays["positions"][0, 3:].any() and not arrays["shifts"][0].any()
    np.testing.assert_allclose(arrays["volume"], [np.inf, structures[1].cell.volume, np.inf])


def test_positions_keep_every_bit(structures):
    arrays = to_arrays(structures, ELEMENTS, 3.0)
    assert np.array_equal(arrays["positions"][1], structures[1].positions)


def test_displacements_are_minimum_images(structures):
    arrays = to_arrays(structures, ELEMENTS, 2.6)  # less than half the cell: each neighbor occurs once
    displacements = find_displacements(arrays)[1]
    expected = structures[1].get_all_distances(mic=True, vector=True)
    neighbors = arrays["neighbors"][1]
    for i, slot in np.argwhere(neighbors >= 0):
        np.testing.assert_allclose(displacements[i, slot], expected[i, neighbors[i, slot]], atol=1e-12)
    assert (neighbors >= 0).sum() == ((expected**2).sum(-1) < 2.6**2).sum() - 8


def test_displacements_do_not_depend_on_the_cell_an_atom_is_in(structures):
    moved = structures[1].copy()
    moved.positions[3] += [1, -2, 3] @ moved.cell.array
    before, after = (find_displacements(to_arrays([atoms], ["Si"], 6.0))[0] for atoms in (structures[1], moved))
    for one, other in zip(before, after, strict=True):  # images of a neighbor may change places
        order = [np.lexsort(np.round(rows, 6).T) for rows in (one, other)]
        np.testing.assert_allclose(one[order[0]], other[order[1]], atol=1e-12)


def test_triplets_against_brute_force(structures):
    arrays = to_arrays(structures, ELEMENTS, 4.5, triplets=True)
    displacements = find_displacements(arrays)
    for b, i in itertools.product(range(3), range(8)):
        vectors = displacements[b, i][arrays["neighbors"][b, i] >= 0]
        pairs = itertools.combinations(range(len(vectors)), 2)
        expected = [[j, k] for j, k in pairs if np.linalg.norm(vectors[j] - vectors[k]) < 4.5]
        found = arrays["triplets"][b, i]
        assert found[: len(expected)].tolist() == expected
        assert (found[len(expected) :] == -1).all()


def test_widths_are_at_least_those_asked_for(structures):
    arrays = to_arrays(structures, ELEMENTS, 3.0, triplets=True, n_atoms=10, n_neighbors=48, n_triplets=500)
    assert arrays["triplets"].shape == (3, 10, 500, 2) and arrays["shifts"].shape == (3, 10, 48, 3)
    smaller = to_arrays(structures, ELEMENTS, 3.0, triplets=True, n_atoms=1, n_neighbors=1, n_triplets=1)
    default = to_arrays(structures, ELEMENTS, 3.0, triplets=True)
    assert all(np.array_equal(smaller[key], default[key]) for key in default)


def test_volume_is_infinite_unless_periodic_in_three_directions():
    slab = ase.Atoms("Au", cell=[3, 3, 10], pbc=[True, True, False])
    missing = ase.Atoms("Au", cell=[3, 3, 0], pbc=[True, True, False])
    cell = ase.Atoms("Au", cell=[3, 3, 10], pbc=True)
    arrays = to_arrays([slab, missing, cell], ["Au"], 4.0)
    np.testing.assert_allclose(arrays["volume"], [np.inf, np.inf, 90.0])
    assert np.array_equal(arrays["neighbors"][0], arrays["neighbors"][1])


def damaged(change):
    atoms = bulk("Au", cubic=True)
    change(atoms)
    return atoms


@pytest.mark.parametrize(
    ("atoms", "message"),
    [
        (ase.Atoms("X"), r"structure 1: element 'X' is not among the model's elements \['Au'\]"),
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


def test_labels():
    forces = np.array([[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]])
    pair = labelled(ase.Atoms("H2", positions=[[0, 0, 0], [0, 0, 0.7]]), energy=-31.0, forces=forces)
    pair.set_constraint(FixAtoms([0]))  # what is fixed in a relaxation has forces all the same
    single = labelled(ase.Atoms("H"), energy=-13.0, forces=np.zeros((1, 3)))
    found = labels([single, pair])
    assert found["energy"].tolist() == [-13.0, -31.0] and found["energy"].dtype == np.float64
    np.testing.assert_array_equal(found["forces"], [np.zeros((2, 3)), forces])
    assert labels([single], n_atoms=4)["forces"].shape == (1, 4, 3)
    assert list(labels([single], names=("energy",))) == ["energy"]


def test_energies_of_atoms():
    structures = [labelled(ase.Atoms("H"), energies=np.array([2.0])), labelled(bulk("Au"), energies=np.array([3.0]))]
    structures.append(labelled(ase.Atoms("H2", [[0, 0, 0], [0, 0, 1]]), energies=np.array([4.0, 5.0])))
    np.testing.assert_array_equal(labels(structures, ("energies",))["energies"], [[2, 0], [3, 0], [4, 5]])


def test_stress_labels():
    crystal = labelled(bulk("Au"), stress=np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    expected = [[1, 6, 5], [6, 2, 4], [5, 4, 3]]
    found = labels([crystal, ase.Atoms("Au")], ("stress",))["stress"]
    np.testing.assert_array_equal(found, [expected, np.zeros((3, 3))])


@pytest.mark.parametrize(
    ("atoms", "names", "message"),
    [
        (ase.Atoms("H"), ("energy",), "structure 1: it has no label 'energy'"),
        (labelled(ase.Atoms("H"), energy=0.0), ("energy", "forces"), "structure 1: it has no label 'forces'"),
        (labelled(ase.Atoms("H"), energy=np.nan), ("energy",), "structure 1: its label 'energy' is not finite"),
        (labelled(ase.Atoms("H"), forces=[[0, np.nan, 0]]), ("forces",), "structure 1: its label 'forces' is not fin"),
        (labelled(bulk("Au"), energy=0.0), ("stress",), "structure 1: it has no label 'stress'"),
    ],
)
def test_bad_labels(atoms, names, message):
    good = labelled(ase.Atoms("H"), energy=0.0, forces=np.zeros((1, 3)))
    with pytest.raises(ValueError, match=message):
        labels([good, atoms], names)


def test_unknown_label():
    with pytest.raises(ValueError, match="Received: 'dipole'"):
        labels([labelled(ase.Atoms("H"), energy=0.0)], ("dipole",))


def test_pad():
    padded = pad(np.arange(3), np.array([[1, 0], [2, 0]]), 3, -1)
    assert padded.tolist() == [[[0, -1, -1], [-1, -1, -1]], [[1, 2, -1], [-1, -1, -1]]]


def test_round_size():
    sizes = [round_size(n) for n in range(1, 2000)]
    assert sizes[:10] == [1, 2, 3, 4, 5, 6, 7, 8, 10, 10] and round_size(33) == 40
    assert all(n <= size < 1.25 * n for n, size in enumerate(sizes, start=1))
    assert len(set(sizes)) < 41

import numpy as np
from keras import ops

from atomzoo.datasets.arrays.batch import find_displacements, to_arrays
from atomzoo.models.potential import forces as geometry
from atomzoo.models.potential.gradients import value_and_gradient
from tests.examples import crystal
from tests.physics import assert_close

# Two structures in one row: a chain of three atoms and a pair; the last row is empty.
NEIGHBORS = np.array([[1, -1], [0, 2], [1, -1], [4, -1], [3, -1], [-1, -1]], dtype="int32")
SPECIES = np.array([0, 1, 0, 1, 0, -1], dtype="int32")
STRUCTURE = np.array([0, 0, 0, 1, 1, 2], dtype="int32")


def arrays():
    structures = [crystal(["Ti", "O"]), crystal(["Ti", "O"], pbc=False)[:3]]
    return to_arrays(structures, ["Ti", "O"], 4.0)


def test_neighbor_species():
    found = np.asarray(geometry.neighbor_species(SPECIES, NEIGHBORS))
    assert found.tolist() == [[1, -1], [0, 0], [1, -1], [0, -1], [1, -1], [-1, -1]]


def test_displacements():
    x = arrays()
    expected = find_displacements(x)
    found = np.asarray(geometry.displacements(x["positions"], x["neighbors"], x["shifts"]))
    assert found.dtype == np.float64 and np.isnan(expected).any()
    np.testing.assert_array_equal(found, np.nan_to_num(expected))


def test_forces_by_hand():
    """Pairs pull with what their two atoms say: F_i = sum_j dE/dD_ij - sum_k dE/dD_ki."""
    gradient = np.zeros((6, 2, 3))
    gradient[0, 0] = [1, 0, 0]  # D_01
    gradient[1, 1] = [0, 2, 0]  # D_12
    gradient[4, 0] = [0, 0, 4]  # D_43
    forces = np.asarray(geometry.forces(gradient, NEIGHBORS))
    assert forces.tolist() == [[1, 0, 0], [-1, 2, 0], [0, -2, 0], [0, 0, -4], [0, 0, 4], [0, 0, 0]]


def test_forces_are_the_negative_gradient_with_respect_to_positions():
    x = arrays()
    weights = np.random.default_rng(0).normal(size=x["shifts"].shape)

    def energy(displacements):
        return ops.sum(ops.sin(displacements) * weights)

    def energy_of_positions(positions):
        return energy(geometry.displacements(positions, x["neighbors"], x["shifts"]))

    _, expected = value_and_gradient(energy_of_positions, x["positions"])
    displacements = geometry.displacements(x["positions"], x["neighbors"], x["shifts"])
    gradient = np.array(value_and_gradient(energy, displacements)[1])
    gradient[x["neighbors"] < 0] = 0
    forces = np.asarray(geometry.forces(gradient, x["neighbors"]))
    assert_close(forces, -np.asarray(expected), 1e-13)
    for k in range(2):
        np.testing.assert_allclose(forces[x["structure"] == k].sum(axis=0), 0, atol=1e-12)


def test_stress():
    gradient, displacements = np.zeros((3, 1, 3)), np.zeros((3, 1, 3))
    displacements[:, 0], gradient[:, 0] = [2.0, 0, 0], [3.0, 1.0, 0]
    structure = np.array([0, 1, 2])  # the last row is empty
    stress = np.asarray(
        geometry.stress(
            geometry.virials(displacements=displacements, gradient=gradient),
            structure,
            np.array([4.0, np.inf]),
            np.tile(np.eye(3), (2, 1, 1)),
        )
    )
    assert stress.tolist() == [[1.5, 0.5, 0, 0, 0, 0, 0, 0, 0], 9 * [0]]


def test_sums_leave_out_empty_rows():
    values = np.array([[1.0, 10], [2, 20], [4, 40], [8, 80], [16, 160], [1e9, 1e9]])
    assert np.asarray(geometry.structure_sums(values, STRUCTURE, 2)).tolist() == [[7, 70], [24, 240]]

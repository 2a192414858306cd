"""By effective-medium theory, whose energies see periodic images as DFT's do."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.reproductions.barch_tubman_2017.free_clusters import FRAME, FreeClusters, freed, is_free, to_frame
from tests.models.engines import EMTEngine, labelled


class Seeing(EMTEngine):
    """Remembers what it was given."""

    def label(self, structures):
        (self.last,) = structures
        return super().label(structures)


@pytest.fixture
def y_shape():
    atoms = gold_isomers(4)["y"]
    atoms.rattle(0.05, seed=1)
    return freed(labelled(atoms))


def test_frame_is_orthonormal():
    np.testing.assert_allclose(FRAME @ FRAME.T, np.eye(3), atol=1e-15)


def test_labels_are_those_of_the_free_cluster(y_shape):
    (copy,) = FreeClusters(EMTEngine()).label([y_shape])
    np.testing.assert_array_equal(copy.positions, y_shape.positions)
    assert not copy.pbc.any() and not copy.cell.any()
    expected = labelled(y_shape)  # images are out of its range
    assert copy.get_potential_energy() == pytest.approx(expected.get_potential_energy(), abs=1e-10)
    np.testing.assert_allclose(copy.get_forces(), expected.get_forces(), atol=1e-10)


def test_copies_turned_moved_and_mirrored_are_one_in_the_box(y_shape):
    boxed = []
    for seed, mirror in ((0, 1), (1, 1), (2, -1)):
        turned = y_shape.copy()
        turned.positions = Rotation.random(random_state=seed).apply(y_shape.positions) * [1, 1, mirror] + seed
        engine = Seeing()
        FreeClusters(engine).label([turned])
        assert engine.last.pbc.all()
        np.testing.assert_allclose(engine.last.positions.mean(axis=0), 5.0)
        boxed.append(engine.last.positions)
    np.testing.assert_allclose(boxed[1], boxed[0], atol=1e-9)
    np.testing.assert_allclose(boxed[2], boxed[0], atol=1e-9)
    along = np.ptp((boxed[0] - 5.0) @ FRAME.T, axis=0)
    assert along[0] < along[1] < along[2]


def test_rotations_are_orthogonal_also_of_degenerate_shapes():
    for atoms in (gold_isomers(3)["triangle"], gold_isomers(4)["tetrahedron"], gold_isomers(2)["distance-2.6"]):
        rotation = to_frame(atoms)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)


def test_what_is_free():
    atoms = gold_isomers(3)["linear"]
    assert is_free(atoms)
    atoms.set_cell([8.0] * 3)  # 5.3 A long, and too near to its images
    atoms.positions = [[0, 0, 0], [2.65, 0, 0], [5.3, 0, 0]]
    assert not is_free(atoms)


def test_freed_keeps_labels(y_shape):
    boxed = labelled(gold_isomers(4)["rhombus"])
    boxed.info["step"] = 3
    free = freed(boxed)
    assert free.info["step"] == 3 and not free.pbc.any()
    assert free.get_potential_energy() == boxed.get_potential_energy()
    np.testing.assert_array_equal(free.get_forces(), boxed.get_forces())

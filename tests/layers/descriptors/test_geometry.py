import numpy as np

from atomzoo.layers.descriptors.geometry import distances_and_directions, element_masks
from atomzoo.models.potential.gradients import value_and_gradient


def test_distances_and_directions():
    displacements = np.array([[[3.0, 0.0, 4.0], [0.0, -2.0, 0.0]], [[0.0, 0.0, 0.0], [1.0, 2.0, 2.0]]])
    distances, directions = distances_and_directions(displacements)
    np.testing.assert_allclose(np.asarray(distances), [[5, 2], [0, 3]])
    expected = [[[0.6, 0, 0.8], [0, -1, 0]], [[0, 0, 0], [1 / 3, 2 / 3, 2 / 3]]]
    np.testing.assert_allclose(np.stack([np.asarray(c) for c in directions], axis=-1), expected)


def test_a_zero_displacement_has_zero_slope():
    displacements = np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 2.0]])
    _, gradient = value_and_gradient(lambda d: distances_and_directions(d)[0], displacements)
    np.testing.assert_allclose(np.asarray(gradient), [[0, 0, 0], [1 / 3, 2 / 3, 2 / 3]])
    _, gradient = value_and_gradient(lambda d: sum(distances_and_directions(d)[1]), displacements)
    assert np.isfinite(np.asarray(gradient)).all()


def test_tiny_displacements_keep_their_direction():
    _, (x, y, _) = distances_and_directions(np.array([[3e-100, 4e-100, 0.0]]))
    np.testing.assert_allclose([float(x[0]), float(y[0])], [0.6, 0.8])


def test_element_masks():
    masks = np.asarray(element_masks(np.array([[0, 1, -1], [1, 1, 2]]), 3, "float32"))
    assert masks.dtype == np.float32
    assert masks.tolist() == [[[1, 0, 0], [0, 1, 0], [0, 0, 0]], [[0, 0, 0], [1, 1, 0], [0, 0, 1]]]

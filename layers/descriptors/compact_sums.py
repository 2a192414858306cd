"""Sums of compact functions over neighbors, and over pairs of neighbors."""

import keras
import numpy as np
from keras import ops

from atomzoo.layers import trigonometry
from atomzoo.layers.descriptors.compact_profiles import angular_range, compact_profiles, radial_range
from atomzoo.layers.descriptors.geometry import distances_and_directions
from atomzoo.layers.descriptors.pairs import neighbor_pairs, take_rows
from atomzoo.layers.descriptors.radial_g1_g2_g3 import take_columns


class CompactRadial(keras.layers.Layer):
    """C2: a table (ranges of distances, channels), of which each function is one place.

    A channel is what neighbors of each element count: 1 and 0 for a function of one element, or its weights.

    Args:
        functions: List of resolved `CompactFunction` of kind C2.
        elements: Chemical symbols, in the order of the species indices.

    Call arguments:
        displacements: Tensor (..., M, 3) in A.
        masks: Tensor (..., n_elements, M), see `element_masks`.

    Returns:
        Tensor (..., n_functions).
    """

    def __init__(self, functions, elements, **kwargs):
        super().__init__(**kwargs)
        self.ranges, ranges = _different(map(radial_range, functions))
        self.channels, channels = _different(tuple(_element_weights(f, elements)) for f in functions)
        self.columns = [r * len(self.channels) + c for r, c in zip(ranges, channels, strict=True)]

    def call(self, displacements, masks):
        distances, _ = distances_and_directions(displacements)
        weights = ops.matmul(ops.convert_to_tensor(self.channels, dtype=masks.dtype), masks)
        sums = ops.matmul(compact_profiles(distances, self.ranges), ops.swapaxes(weights, -1, -2))
        return take_columns(sums, 2, self.columns)


class CompactWide(keras.layers.Layer):
    """C5: a table (ranges of distances, ranges of angles, channels), of which each function is one place.

    A channel is what each pair of elements counts: 1 and 0 for a function of two elements, or products of its weights.
    As the factors of both distances are separate, sums over all j and k are products of matrices: with the factors
    R_j of neighbors of one element and R_k of those of another, R A R^T for the matrix A of each pair's angular part.

    Args:
        functions: List of resolved `CompactFunction` of kind C5.
        elements: Chemical symbols, in the order of the species indices.

    Call arguments:
        displacements: Tensor (..., M, 3) in A.
        masks: Tensor (..., n_elements, M), see `element_masks`.

    Returns:
        Tensor (..., n_functions).
    """

    def __init__(self, functions, elements, **kwargs):
        super().__init__(**kwargs)
        self.ranges, ranges = _different(map(radial_range, functions))
        self.angles, angles = _different(map(angular_range, functions))
        self.channels, channels = _different(tuple(_pair_weights(f, elements)) for f in functions)
        places = zip(ranges, angles, channels, strict=True)
        self.columns = [(r * len(self.angles) + a) * len(self.channels) + c for r, a, c in places]

    def call(self, displacements, masks):
        distances, directions = distances_and_directions(displacements)
        u, (n_elements, n_neighbors) = ops.stack(directions, axis=-1), masks.shape[-2:]
        angular = compact_profiles(trigonometry.arccos(ops.matmul(u, _last(u))), self.angles)  # (..., M, angles, M)
        others = ops.convert_to_tensor(1.0 - np.eye(n_neighbors)[:, None], dtype=angular.dtype)
        radial = compact_profiles(distances, self.ranges)[..., :, None, :] * masks[..., None, :, :]
        atoms, n_ranges, n_angles = ops.shape(masks)[:-2], len(self.ranges), len(self.angles)
        flat = ops.reshape(radial, (*atoms, n_ranges * n_elements, n_neighbors))
        flat = ops.matmul(flat, ops.reshape(angular * others, (*atoms, n_neighbors, n_angles * n_neighbors)))
        sums = ops.reshape(flat, (*atoms, n_ranges, n_elements * n_angles, n_neighbors))
        sums = ops.reshape(ops.matmul(sums, _last(radial)), (*atoms, n_ranges, n_elements, n_angles, n_elements))
        sums = ops.reshape(ops.swapaxes(sums, -3, -2), (*atoms, n_ranges, n_angles, n_elements**2))
        weights = ops.convert_to_tensor(np.transpose(self.channels), dtype=angular.dtype)
        return take_columns(0.5 * ops.matmul(sums, weights), 3, self.columns)  # each pair counts once


class CompactNarrow(keras.layers.Layer):
    """C4: a table (channels, ranges of distances, ranges of angles), of which each function is one place.

    Args:
        functions: List of resolved `CompactFunction` of kind C4.
        elements: Chemical symbols, in the order of the species indices.

    Call arguments:
        displacements: Tensor (..., M, 3) in A.
        masks: Tensor (..., n_elements, M), see `element_masks`.
        triplets: Integer tensor (..., T, 2), the slots j, k of each pair, -1 = padding; None for all pairs.

    Returns:
        Tensor (..., n_functions).
    """

    def __init__(self, functions, elements, **kwargs):
        super().__init__(**kwargs)
        self.ranges, ranges = _different(map(radial_range, functions))
        self.angles, angles = _different(map(angular_range, functions))
        self.channels, channels = _different(tuple(_pair_weights(f, elements)) for f in functions)
        places = zip(channels, ranges, angles, strict=True)
        self.columns = [(c * len(self.ranges) + r) * len(self.angles) + a for c, r, a in places]

    def call(self, displacements, masks, triplets=None):
        j, k = neighbor_pairs(displacements.shape[-2], triplets)
        distances, directions = distances_and_directions(displacements)
        # What triplets take from each neighbor, side by side, to be moved at once.
        table = [displacements, ops.stack(directions, axis=-1), _last(masks)]
        table = ops.concatenate([*table, _last(compact_profiles(distances, self.ranges))], axis=-1)
        (d_j, u_j, s_j, radial_j), (d_k, u_k, s_k, radial_k) = (
            self._split(take_rows(table, slots), masks.shape[-2]) for slots in (j, k)
        )
        between, _ = distances_and_directions(d_k - d_j)
        radial = _last(radial_j * radial_k) * compact_profiles(between, self.ranges)  # (..., ranges, T)
        angular = _last(compact_profiles(trigonometry.arccos(ops.sum(u_j * u_k, axis=-1)), self.angles))
        counts = self._counts(s_j, s_k, triplets)
        sums = [ops.matmul(radial * counts[..., c : c + 1, :], angular) for c in range(len(self.channels))]
        return take_columns(ops.stack(sums, axis=-3), 3, self.columns)

    @staticmethod
    def _split(rows, n_elements):
        """Displacement, direction, mask of elements, and value for each range, of rows (..., T, columns)."""
        return rows[..., :3], rows[..., 3:6], rows[..., 6 : 6 + n_elements], rows[..., 6 + n_elements :]

    def _counts(self, s_j, s_k, triplets):
        """What each pair of neighbors counts in each channel: (..., channels, T)."""
        products = s_j[..., :, None] * s_k[..., None, :]  # (..., T, n_elements, n_elements)
        products = ops.reshape(products, (*ops.shape(products)[:-2], s_j.shape[-1] ** 2))
        counts = ops.matmul(ops.convert_to_tensor(self.channels, dtype=products.dtype), _last(products))
        if triplets is None:
            return counts
        return ops.where(triplets[..., None, :, 0] >= 0, counts, ops.zeros_like(counts))


def _last(tensor):
    return ops.swapaxes(tensor, -1, -2)


def _different(keys):
    """The different keys in the order they come, and the number of each."""
    keys = list(keys)
    different = list(dict.fromkeys(keys))
    return different, [different.index(key) for key in keys]


def _element_weights(function, elements):
    weights = dict(function.weights) or {element: 1.0 for element in function.neighbors}
    return [weights.get(element, 0.0) for element in elements]


def _pair_weights(function, elements):
    """A symmetric matrix (n_elements, n_elements), flat."""
    if function.weights:
        weights = _element_weights(function, elements)
        return np.outer(weights, weights).ravel().tolist()
    a, b = (elements.index(element) for element in function.neighbors)
    matrix = np.zeros((len(elements), len(elements)))
    matrix[a, b] = matrix[b, a] = 1.0
    return matrix.ravel().tolist()

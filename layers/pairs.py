"""Unordered pairs: of elements, and of neighbor slots."""

import numpy as np
from keras import ops


def element_pairs(functions, elements):
    """The different pairs of neighbor elements of angular functions, as species indices.

    Returns:
        List of (a, b) with a <= b, and for each function the number of its pair.
    """
    of_function = [tuple(sorted(elements.index(element) for element in f.neighbors)) for f in functions]
    pairs = sorted(set(of_function))
    return pairs, [pairs.index(pair) for pair in of_function]


def neighbor_pairs(n_neighbors, triplets=None):
    """The slots j and k of each pair of neighbors: from a triplet list (..., T, 2), else all j < k of M slots."""
    if triplets is None:
        return np.triu_indices(n_neighbors, 1)
    return triplets[..., 0], triplets[..., 1]


def take_slots(values, slots):
    """Values (..., M) of the neighbors in `slots`, static (T,) or one list an atom (..., T); -1 is read as slot 0."""
    if isinstance(slots, np.ndarray) and slots.ndim == 1:
        return ops.take(values, slots, axis=-1)
    return ops.take_along_axis(values, ops.maximum(slots, 0), axis=-1)

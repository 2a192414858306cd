"""Unordered pairs: of elements, and of neighbor slots."""

import math

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


def angular_columns(functions, elements, factor_index):
    """What angular functions share: their values are columns of a table (factors, pairs of elements, polynomials).

    Args:
        functions: List of resolved `SymmetryFunction` of kind G4 or G5.
        elements: Chemical symbols, in the order of the species indices.
        factor_index: For each function the number of its radial factor.

    Returns:
        The different pairs of elements, the different polynomials (zeta, lambda), and each function's column.
    """
    polynomials = sorted({(function.zeta, function.lambda_) for function in functions})
    pairs, pair_index = element_pairs(functions, elements)
    columns = [
        (factor * len(pairs) + pair) * len(polynomials) + polynomials.index((function.zeta, function.lambda_))
        for function, factor, pair in zip(functions, factor_index, pair_index, strict=True)
    ]
    return pairs, polynomials, columns


def neighbor_pairs(n_neighbors, triplets=None):
    """The slots j and k of each pair of neighbors: from a triplet list (..., T, 2), else all j < k of M slots."""
    if triplets is None:
        return np.triu_indices(n_neighbors, 1)
    return triplets[..., 0], triplets[..., 1]


def take_rows(table, slots):
    """Rows (..., T, C) of a table (..., M, C) of neighbors: those in `slots`, static (T,) or one list an atom (..., T).

    -1 is read as slot 0. Rows of C numbers are taken from the table of all atoms at once, because XLA is slow where it
    gathers numbers one by one, and slower where their gradients are added up again.
    """
    if isinstance(slots, np.ndarray) and slots.ndim == 1:
        return ops.take(table, slots, axis=-2)
    *atoms, n_slots, n_columns = ops.shape(table)
    n_atoms = math.prod(atoms)
    first = ops.reshape(ops.arange(n_atoms, dtype=slots.dtype) * n_slots, (*atoms, 1))
    return ops.take(ops.reshape(table, (-1, n_columns)), ops.maximum(slots, 0) + first, axis=0)

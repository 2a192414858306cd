"""Derivatives of features as training on forces and stress needs them: by atom and not by image, evaluated once."""

import math

import numpy as np
from scipy.sparse import csr_array

PART = 1024  # atoms whose pairs are in memory at once


def feature_derivatives(potential, pairs, neighbors, with_virials):
    """Derivatives of all features with respect to the positions of other atoms, and to strain.

    Args:
        potential: `NeuralNetworkPotential`.
        pairs, neighbors, with_virials: see `derivatives_by_atom`.

    Returns:
        Gradients (N, M, 3, F) and virials (N, 3, 3, F) or None, in the dtype of the potential.
    """
    counts, shape = neighbors.n_neighbors, (3, potential.descriptor.n_features)
    gradients = np.zeros((len(counts), neighbors.width, *shape), potential.compute_dtype)
    virials = np.zeros((len(counts), 3, *shape), potential.compute_dtype) if with_virials else None
    for atoms, chosen, part in pairs.parts(PART):
        of_pairs = potential.engines.feature_gradients(part)
        found = derivatives_by_atom(of_pairs, part, neighbors.part(atoms, chosen), with_virials)
        gradients[atoms, : found[0].shape[1]] = found[0]
        if with_virials:
            virials[atoms] = found[1]
    return gradients, virials


def derivatives_by_atom(of_pairs, pairs, neighbors, with_virials):
    """Derivatives with respect to the displacements of pairs, as those with respect to positions and to strain.

    A force sums over all images of a neighbor alike, and small cells have many: those are added up here. The stress
    needs, beside them, the sum of D outer dG/dD over an atom's pairs, its virial.

    Args:
        of_pairs: array (P, 3, ...), of what belongs to each pair's first atom.
        pairs: `Pairs` of N atoms.
        neighbors: their `DistinctNeighbors`.
        with_virials: whether the second result is wanted.

    Returns:
        Gradients (N, M, 3, ...), M the largest number of distinct neighbors, 0 in empty places; virials (N, 3, 3, ...)
        or None.
    """
    counts = neighbors.n_neighbors
    gradients = np.zeros((len(counts), neighbors.width, *of_pairs.shape[1:]), of_pairs.dtype)
    is_taken = np.arange(neighbors.width) < counts[:, None]
    gradients[is_taken] = _sums(neighbors.of_pairs, len(neighbors.second), of_pairs)
    if not with_virials:
        return gradients, None
    virials = [_sums(pairs.first, len(counts), of_pairs, pairs.displacements[:, axis]) for axis in range(3)]
    return gradients, np.stack(virials, axis=1)


def _sums(places, n_places, values, weights=None):
    """Weighted sums (n_places, ...) of the values (P, ...) of each place; negative places do not count."""
    counted = np.flatnonzero(places >= 0)
    weights = np.ones(len(counted)) if weights is None else weights[counted]
    matrix = csr_array((weights, (places[counted], counted)), shape=(n_places, len(values)))
    _, *shape = values.shape
    return (matrix @ values.reshape(len(values), math.prod(shape))).reshape(n_places, *shape)

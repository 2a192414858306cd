"""Derivatives of features as training on forces and stress needs them: by atom and not by image, evaluated once."""

import math

import numpy as np
from scipy.sparse import csr_array

PART = 1024  # atoms whose pairs are in memory at once


def feature_derivatives(potential, pairs, neighbors, with_virials):
    """Derivatives of all features with respect to the positions of other atoms, and to strain.

    A force sums over all images of a neighbor alike, and small cells have many: those are added up here. The stress
    needs, beside them, the sum of D outer dG/dD over an atom's pairs, its virial.

    Args:
        potential: `NeuralNetworkPotential`.
        pairs: `Pairs` of N atoms.
        neighbors: their `DistinctNeighbors`.
        with_virials: whether the second result is wanted.

    Returns:
        Gradients (N, M, 3, F), M the largest number of distinct neighbors, 0 in empty places; virials (N, 3, 3, F) or
        None. Both in the dtype of the potential.
    """
    counts, shape = neighbors.n_neighbors, (3, potential.descriptor.n_features)
    gradients = np.zeros((len(counts), max(int(counts.max()), 1), *shape), potential.compute_dtype)
    virials = np.zeros((len(counts), 3, *shape), potential.compute_dtype) if with_virials else None
    first_entry = np.cumsum(counts) - counts
    for atoms, chosen, part in pairs.parts(PART):
        of_pairs = potential.engines.feature_gradients(part)
        entries = neighbors.of_pairs[chosen] - first_entry[atoms.start]
        n_entries = int(counts[atoms].sum())
        summed = _sums(entries, n_entries, of_pairs)
        gradients[atoms][np.arange(gradients.shape[1]) < counts[atoms, None]] = summed
        for axis in range(3 if with_virials else 0):
            weights = part.displacements[:, axis]
            virials[atoms, axis] = _sums(part.first, len(part.species), of_pairs, weights)
    return gradients, virials


def _sums(places, n_places, values, weights=None):
    """Weighted sums (n_places, 3, F) of the values (P, 3, F) of each place; negative places do not count."""
    counted = np.flatnonzero(places >= 0)
    weights = np.ones(len(counted)) if weights is None else weights[counted]
    matrix = csr_array((weights, (places[counted], counted)), shape=(n_places, len(values)))
    _, *shape = values.shape
    return (matrix @ values.reshape(len(values), math.prod(shape))).reshape(n_places, *shape)

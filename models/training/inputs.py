"""What does not change while a network is trained, evaluated once: features, and their derivatives."""

import numpy as np

from atomzoo.datasets.arrays.neighborhoods import Pairs
from atomzoo.datasets.arrays.structure_weights import structure_weights
from atomzoo.models.training.force_projections import projected_forces, random_directions

GRADIENT_LIMIT = 4e9  # bytes


def prepared(potential, dataset, structures, forces, n_directions, seed=0, features=None, projections=None):
    """A `StructureDataset` with features in place of the geometry where they stay fixed and fit in memory.

    With features at hand energies need no symmetry function; with their derivatives neither do forces. Derivatives with
    respect to all coordinates take n_atoms x n_neighbors x 3 x n_features numbers: where these are more than 4 GB they
    are evaluated anew each time.

    Args:
        potential: `NeuralNetworkPotential`.
        dataset: `StructureDataset` of the structures, with labels of energies, and of forces if these are "exact".
        structures: list of `ase.Atoms`.
        forces: None, "exact" or "projected".
        n_directions: number of directions for "projected".
        seed: of the directions.
        features: array (N, F), if they have been evaluated before.
        projections: pair of directions (N, K, 3) and rates (N, K, F), if they have been evaluated before.
    """
    if potential.descriptor.trainable_variables:
        if forces == "projected":
            raise ValueError("Projected forces need fixed functions. Received: trained ones")
        return dataset
    pairs = Pairs.of_table(dataset.table)
    cached = {"features": potential.evaluator.values(pairs) if features is None else np.asarray(features)}
    if potential.core is not None:
        cached["core_energies"], core_gradient = potential.evaluator.core(pairs)
    if forces == "projected":
        directions, rates = projections or _projections(potential, structures, pairs, n_directions, seed)
        cached["feature_projections"] = np.asarray(rates)
        if potential.core is not None:
            cached["core_projections"] = _rates(core_gradient, pairs, directions)
        weights = structure_weights(structures, "forces")
        dataset = dataset.with_label("projected_forces", projected_forces(structures, directions), weights)
    elif forces == "exact" or "stress" in dataset.labels:
        n_atoms, n_features = cached["features"].shape
        size = gradient_bytes(n_atoms, dataset.widths.neighbors, n_features, potential.compute_dtype)
        if size > GRADIENT_LIMIT:
            return dataset
        cached["feature_gradients"] = _placed(potential.evaluator.gradients(pairs), pairs, dataset)
        if potential.core is not None:
            cached["core_gradients"] = _placed(core_gradient, pairs, dataset)
    return dataset.cached(geometry="feature_gradients" in cached, **cached)


def gradient_bytes(n_atoms, n_neighbors, n_features, dtype):
    """The memory that the derivatives of all features with respect to all coordinates take."""
    return n_atoms * n_neighbors * 3 * n_features * (8 if dtype == "float64" else 4)


def _projections(potential, structures, pairs, n_directions, seed):
    directions = random_directions(structures, n_directions, seed)
    return directions, potential.evaluator.projections(pairs, directions)


def _rates(gradient, pairs, directions):
    """Rates (N, K) of the atoms' energies, given gradients (P, 3), as all atoms move along `directions` (N, K, 3)."""
    moves = directions[pairs.second] - directions[pairs.first]
    rates = np.einsum("pd,pkd->kp", gradient, moves)
    return np.stack([np.bincount(pairs.first, rate, len(directions)) for rate in rates], axis=-1)


def _placed(found, pairs, dataset):
    """Values (P, ...) of pairs in each atom's places for neighbors, (N, M, ...)."""
    counts = np.bincount(pairs.first, minlength=len(pairs.species))
    placed = np.zeros((len(counts), dataset.widths.neighbors, *found.shape[1:]), found.dtype)
    placed[np.arange(dataset.widths.neighbors) < counts[:, None]] = found
    return placed

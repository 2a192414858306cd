"""What does not change while a network is trained, evaluated once: features, and their derivatives."""

import numpy as np

from atomzoo.datasets.arrays.distinct_neighbors import DistinctNeighbors
from atomzoo.datasets.arrays.neighborhoods import Pairs
from atomzoo.datasets.arrays.structure_weights import structure_weights
from atomzoo.models.training.feature_derivatives import derivatives_by_atom, feature_derivatives
from atomzoo.models.training.force_projections import projected_forces, random_directions

DERIVATIVE_LIMIT = 4e9  # bytes


def prepared(potential, dataset, structures, forces, n_directions, seed=0, features=None, projections=None):
    """A `StructureDataset` with features in place of the geometry where they stay fixed and fit in memory.

    With features at hand energies need no symmetry function; with their derivatives neither do forces and stress. Where
    these (see `derivative_bytes`) are more than 4 GB they are evaluated anew each time.

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
    cached = {"features": potential.engines.features(pairs) if features is None else np.asarray(features)}
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
        neighbors, has_stress = DistinctNeighbors.of(dataset.table), "stress" in dataset.labels
        n_atoms, n_features = cached["features"].shape
        size = derivative_bytes(n_atoms, neighbors.width, n_features, has_stress, potential.compute_dtype)
        if size > DERIVATIVE_LIMIT:
            return dataset
        gradients, virials = feature_derivatives(potential, pairs, neighbors, has_stress)
        cached |= {"feature_gradients": gradients} | ({"feature_virials": virials} if has_stress else {})
        if potential.core is not None:
            gradients, virials = derivatives_by_atom(core_gradient, pairs, neighbors, has_stress)
            cached |= {"core_gradients": gradients} | ({"core_virials": virials} if has_stress else {})
        return dataset.cached(neighbors, **cached)
    return dataset.cached(**cached)


def derivative_bytes(n_atoms, n_neighbors, n_features, stress, dtype):
    """The memory that the derivatives of all features take.

    Args:
        n_atoms: of all structures.
        n_neighbors: the largest number of distinct neighbors of an atom.
        n_features: of an atom.
        stress: whether those with respect to strain are among them.
        dtype: "float32" or "float64".
    """
    return n_atoms * (n_neighbors + 3 * stress) * 3 * n_features * (8 if dtype == "float64" else 4)


def _projections(potential, structures, pairs, n_directions, seed):
    directions = random_directions(structures, n_directions, seed)
    return directions, potential.evaluator.projections(pairs, directions)


def _rates(gradient, pairs, directions):
    """Rates (N, K) of the atoms' energies, given gradients (P, 3), as all atoms move along `directions` (N, K, 3)."""
    moves = directions[pairs.second] - directions[pairs.first]
    rates = np.einsum("pd,pkd->kp", gradient, moves)
    return np.stack([np.bincount(pairs.first, rate, len(directions)) for rate in rates], axis=-1)

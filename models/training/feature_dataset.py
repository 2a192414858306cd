"""Training a potential on energies from cached features, without any neighbor list."""

import keras
import numpy as np

from atomzoo.datasets.arrays.padded import find_species, labels, pad, round_size
from atomzoo.datasets.arrays.structure_dataset import StructureDataset


class FeatureDataset(StructureDataset):
    """Structures as the features of their atoms, for `fit`, `fit_lbfgs`, `evaluate` and `predict` on energies.

    It is what `NeuralNetworkPotential.dataset` gives, with `features` (B, A, F) in place of the geometry: of 7815
    structures that is 0.1 GB instead of several. Symmetry functions must not be trained, nor forces.

    Args:
        structures: list of `ase.Atoms` with energies.
        features: array (N, F), unscaled, a row for each atom; see `cached_features`.
        potential: `NeuralNetworkPotential`; `potential.adapt(structures, features)` sets its scaling.
        batch_size: number of structures in a batch.
        shuffle, seed: see `StructureDataset`.

    Raises:
        ValueError: features of other structures or functions, or a structure without energy.

    Example:
        >>> from atomzoo.datasets import gold_clusters
        >>> from atomzoo.models import NeuralNetworkPotential
        >>> from atomzoo.models.potential.function_sets import load_function_set
        >>> train, _ = gold_clusters.load_data(2)
        >>> potential = NeuralNetworkPotential(["Au"], load_function_set("barch-tubman-2017", ["Au"]), hidden=(5,))
        >>> features = np.concatenate(potential.evaluator.features(train))
        >>> potential.adapt(train, features)
        >>> potential.compile()
        >>> history = potential.fit(FeatureDataset(train, features, potential), verbose=0)
    """

    def __init__(self, structures, features, potential, batch_size=32, shuffle=False, seed=0):
        keras.utils.PyDataset.__init__(self)  # the buckets are made here, from other inputs
        expected = (sum(map(len, structures)), len(potential.functions))
        if np.shape(features) != expected:
            raise ValueError(f"`features` must have the shape {expected}. Received: {np.shape(features)}")
        self.n_structures = len(structures)
        self.cutoff, self.batch_size = potential.cutoff, batch_size
        self.shuffle, self.seed, self.epoch = shuffle, seed, 0
        self._buckets = _buckets(structures, features, potential)
        self._triplet_widths = None
        self._batches = self._plan()


def _buckets(structures, features, potential):
    """As those of `StructureDataset`, structures of similar size together."""
    species = find_species(structures, potential.elements)
    energies = labels(structures, ("energy",))["energy"]
    counts = np.array([len(atoms) for atoms in structures])
    sizes = np.array([round_size(count) for count in counts])
    structure = np.repeat(np.arange(len(structures)), counts)
    buckets = []
    for size in np.unique(sizes):
        indices, rows = np.flatnonzero(sizes == size), sizes[structure] == size
        chosen, width = counts[indices], counts[indices].max()
        values = np.asarray(features[rows], dtype=potential.compute_dtype)
        x = {"species": pad(species[rows], chosen, width, -1), "features": pad(values, chosen, width, 0.0)}
        weights = {"energy": 1.0 / chosen**2}
        buckets.append({"x": x, "y": {"energy": energies[indices]}, "weights": weights, "indices": indices})
    return buckets

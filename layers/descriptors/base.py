"""The interface of all descriptors: from the neighbors of an atom to the inputs of its network."""

import math

import keras

from atomzoo.layers.descriptors.functions import check_elements


class Descriptor(keras.layers.Layer):
    """Base class of the layers that turn an atom's neighbors into features, which `NeuralNetworkPotential` takes.

    A subclass sets `n_features` in its `__init__` and implements `call` and, to be saved, `get_config`. Features must
    not change with rotations or with the order of the neighbors, must go to zero smoothly for a neighbor at the cutoff,
    and must not depend on what the displacement is where the species is -1; values and slopes must be finite there.

    Args:
        elements: List of chemical symbols; a species index is a position in it.
        cutoff: Float. The largest distance of a neighbor in A, which the neighbor list needs.

    Call arguments:
        displacements: Float tensor (..., M, 3), R_j - R_i in A. Anything where the species is -1.
        neighbor_species: Integer tensor (..., M), -1 = padding.
        triplets: Integer tensor (..., T, 2) or None: only where `needs_triplets`.

    Returns:
        Features (..., F).

    Attributes:
        n_features: Int, F.
        needs_triplets: Bool. Whether lists of triplets save time: pairs of neighbor slots that are closer to each other
            than the cutoff.
        sums_over_pairs: Bool. Whether its memory grows with the number of all pairs of neighbors, so that fewer atoms
            are evaluated at once.

    Raises:
        ValueError: if an element is repeated, or the cutoff is not a positive radius.

    Example:

    >>> import numpy as np
    >>> from keras import ops
    >>> from atomzoo.layers import Descriptor
    >>> class Coordination(Descriptor):
    ...     def __init__(self, elements, cutoff, **kwargs):
    ...         super().__init__(elements, cutoff, **kwargs)
    ...         self.n_features = 1
    ...
    ...     def call(self, displacements, neighbor_species, triplets=None):
    ...         squared = ops.sum(displacements**2, axis=-1) / self.cutoff**2
    ...         smooth = ops.maximum(1.0 - squared, 0.0) ** 2
    ...         return ops.sum(ops.where(neighbor_species >= 0, smooth, 0.0), axis=-1, keepdims=True)
    >>> layer = Coordination(["Si"], cutoff=4.0)
    >>> float(layer(np.array([[2.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), np.array([0, -1]))[0])
    0.5625
    """

    needs_triplets = False
    sums_over_pairs = False

    def __init__(self, elements, cutoff, **kwargs):
        super().__init__(**kwargs)
        check_elements(elements)
        if not (math.isfinite(cutoff) and cutoff > 0):
            raise ValueError(f"`cutoff` must be a positive radius in A. Received: cutoff={cutoff}")
        self.elements = list(elements)
        self.cutoff = float(cutoff)

    @property
    def feature_names(self):
        """One name for each feature, for messages and plots."""
        return [f"feature {number}" for number in range(self.n_features)]

    def build(self, *input_shapes):
        self.built = True

    def compute_output_shape(self, displacements_shape, neighbor_species_shape=None, triplets_shape=None):
        return (*displacements_shape[:-2], self.n_features)

    def get_config(self):
        return {**super().get_config(), "elements": self.elements, "cutoff": self.cutoff}

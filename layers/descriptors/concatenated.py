"""Several descriptors side by side."""

import keras
from keras import ops

from atomzoo.layers.descriptors.base import Descriptor
from atomzoo.layers.descriptors.compact import CompactDescriptor


@keras.saving.register_keras_serializable(package="atomzoo")
class ConcatenatedDescriptor(Descriptor):
    """The features of several descriptors, one after another: symmetry functions and Chebyshev functions, say.

    Args:
        descriptors: List of `Descriptor` of the same elements.
        columns: List of ints, the order in which features are given; None for that of the descriptors.

    Call arguments:
        displacements, neighbor_species, triplets: See `Descriptor`.

    Returns:
        Tensor (..., F).

    Raises:
        ValueError: if there are none, or they are of different elements.

    Example:

    >>> from atomzoo.layers import ChebyshevDescriptor, ConcatenatedDescriptor, SymmetryFunction
    >>> from atomzoo.layers import SymmetryFunctionLayer, chebyshev_basis
    >>> parts = [SymmetryFunctionLayer([SymmetryFunction("G1", cutoff=6.0)], ["Si"])]
    >>> parts.append(ChebyshevDescriptor(chebyshev_basis(["Si"], 4.0, 2, 4.0, 1), ["Si"]))
    >>> layer = ConcatenatedDescriptor(parts)
    >>> layer.n_features, layer.cutoff
    (6, 6.0)
    """

    def __init__(self, descriptors, columns=None, **kwargs):
        descriptors = [
            keras.saving.deserialize_keras_object(given) if isinstance(given, dict) else given for given in descriptors
        ]
        if not descriptors or any(part.elements != descriptors[0].elements for part in descriptors):
            found = [part.elements for part in descriptors]
            raise ValueError(f"`descriptors` must be one or more of the same elements. Received: elements {found}")
        super().__init__(descriptors[0].elements, max(part.cutoff for part in descriptors), **kwargs)
        self.descriptors = descriptors
        self.n_features = sum(part.n_features for part in descriptors)
        self.needs_triplets = any(part.needs_triplets for part in descriptors)
        self.sums_over_pairs = any(part.sums_over_pairs for part in descriptors)
        self.columns = list(range(self.n_features)) if columns is None else list(columns)

    @property
    def functions(self):
        """The functions of all descriptors, one for each feature."""
        return self._in_order([function for part in self.descriptors for function in part.functions])

    @property
    def feature_names(self):
        """The names of all descriptors' features."""
        return self._in_order([name for part in self.descriptors for name in part.feature_names])

    @property
    def cutoff_function(self):
        """The one of all descriptors; compact functions have none of their own. Files of other programs hold one.

        Raises:
            ValueError: if there are several.
        """
        parts = [part for part in self.descriptors if not isinstance(part, CompactDescriptor)] or self.descriptors
        shapes = [(type(part.cutoff_function).__name__, _shape(part.cutoff_function)) for part in parts]
        if any(shape != shapes[0] for shape in shapes):
            raise ValueError(f"All functions must have one cutoff function. Received: {shapes}")
        return parts[0].cutoff_function

    @property
    def double_count(self):
        """Whether all descriptors count each pair of neighbors twice.

        Raises:
            ValueError: if some do, and others do not.
        """
        counts = {getattr(part, "double_count", False) for part in self.descriptors}
        if len(counts) > 1:
            raise ValueError("All functions must count each pair of neighbors once, or all twice. Received: both")
        return counts.pop()

    def _in_order(self, values):
        return [values[column] for column in self.columns]

    def build(self, *input_shapes):
        for part in self.descriptors:
            if not part.built:  # those of a configuration are
                part.build()
        self.built = True

    def call(self, displacements, neighbor_species, triplets=None):
        parts = [part(displacements, neighbor_species, triplets) for part in self.descriptors]
        return ops.take(ops.concatenate(parts, axis=-1), self.columns, axis=-1)

    def get_config(self):
        config = super().get_config()
        for name in ("elements", "cutoff"):  # those of the descriptors
            config.pop(name)
        descriptors = [keras.saving.serialize_keras_object(part) for part in self.descriptors]
        return {**config, "descriptors": descriptors, "columns": self.columns}


def _shape(cutoff_function):
    """What tells a cutoff function from another of its kind, but for its radius."""
    config = cutoff_function.get_config()
    return {name: value for name, value in config.items() if name not in ("name", "dtype", "trainable", "cutoff")}

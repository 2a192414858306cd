"""Linear scaling of symmetry-function values, for each central element and each function."""

import math

import keras
import numpy as np
from keras import ops

METHODS = ("min-max", "centered", "min-max-centered", "z-score", "none")
# Of the methods that have one: what "low" and "high" below are unless given.
OUTPUT_RANGES = {"min-max": (-1.0, 1.0), "min-max-centered": (0.0, 1.0), "z-score": (0.0, 1.0)}
ROUNDING = 16  # units in the last place by which sums over the neighbors of equal environments may differ


@keras.saving.register_keras_serializable(package="atomzoo")
class FeatureScaling(keras.layers.Layer):
    """Scales each feature G by statistics of the data, one set for each element of the central atom.

    | method | scaled value | low, high unless given |
    |---|---|---|
    | "min-max" | low + (high - low) (G - min) / (max - min) | -1, 1 |
    | "centered" | G - mean | |
    | "min-max-centered" | low + (high - low) (G - mean) / (max - min) | 0, 1 |
    | "z-score" | low + (high - low) (G - mean) / std | 0, 1 |
    | "none" | G | |

    The layer also keeps each feature's range in the data, which extrapolation warnings compare with, and the number of
    atoms of each element in them (`count`, 0 before `adapt` or `set_statistics`).

    Args:
        n_elements: Int, number of elements.
        n_features: Int, number of features.
        method: One of the above.
        output_range: Pair (low, high), low < high; None for that of the table.
        tolerance: Float. A feature of which max - min, or what the method divides by, is not above this is constant: it
            carries nothing, and is scaled to 0, as in aenet (except "none"). To `adapt`, so is one that varies by
            rounding of the layer's dtype only. None: all features are scaled.

    Call arguments:
        features: Float tensor (..., F).
        species: Integer tensor (...), the element index of each atom; padded atoms (-1) may get any value.

    Returns:
        Tensor (..., F).

    Raises:
        ValueError: if the method is unknown, or the range is bad or one that the method does not have.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import FeatureScaling
    >>> layer = FeatureScaling(n_elements=1, n_features=1)
    >>> layer.adapt(np.array([[1.0], [3.0]]), np.array([0, 0]))
    >>> layer(np.array([[2.0], [3.0]]), np.array([0, 0])).numpy().tolist()
    [[0.0], [1.0]]
    """

    def __init__(self, n_elements, n_features, method="min-max", output_range=None, tolerance=1e-10, **kwargs):
        super().__init__(**kwargs)
        if method not in METHODS:
            raise ValueError(f"`method` must be one of {', '.join(METHODS)}. Received: method={method!r}")
        self.n_elements = n_elements
        self.n_features = n_features
        self.method = method
        self.output_range = _output_range(method, output_range)
        self.tolerance = tolerance

    def build(self, *input_shapes):
        for name, initial in (("minimum", "zeros"), ("maximum", "ones"), ("mean", "zeros"), ("deviation", "ones")):
            shape = (self.n_elements, self.n_features)
            weight = self.add_weight(name=name, shape=shape, initializer=initial, trainable=False, dtype="float64")
            setattr(self, name, weight)
        shape = (self.n_elements,)
        self.count = self.add_weight(name="count", shape=shape, initializer="zeros", trainable=False, dtype="float64")
        self.built = True

    def adapt(self, features, species):
        """Sets the statistics from data.

        Args:
            features: Array (..., F).
            species: Integer array (...), -1 = padding. An element that does not occur keeps its statistics.
        """
        features, species = np.asarray(features, dtype="float64"), np.asarray(species)
        for element in range(self.n_elements):
            values = features[species == element]
            if len(values):
                self.set_statistics(element, *self._statistics(values), count=len(values))

    def _statistics(self, values):
        """Minimum, maximum, mean and standard deviation (F,) of values (n, F)."""
        minimum, maximum, deviation = values.min(axis=0), values.max(axis=0), values.std(axis=0)
        rounding = ROUNDING * np.finfo(self.compute_dtype).eps * np.maximum(np.abs(minimum), np.abs(maximum))
        # Scaled to order one, the rounding of a feature that is constant would be noise, unlike in the other dtype.
        if self.tolerance is not None:
            constant = maximum - minimum <= rounding
            maximum, deviation = np.where(constant, minimum, maximum), np.where(constant, 0.0, deviation)
        return minimum, maximum, values.mean(axis=0), deviation

    def set_statistics(self, element, minimum, maximum, mean, deviation, count=1, columns=None):
        """Sets the statistics of one element, as `adapt` does, from numbers that another program found.

        Args:
            element: Int, index of the element.
            minimum, maximum, mean, deviation: Arrays, one value for each feature.
            count: Int, number of atoms they were found over; anything but 0 where it is not known.
            columns: Indices of the features that the arrays hold, None for all F; others keep their statistics.
        """
        if not self.built:
            self.build()
        columns = slice(None) if columns is None else columns
        values = {"minimum": minimum, "maximum": maximum, "mean": mean, "deviation": deviation}
        for name, value in values.items():
            table = np.array(getattr(self, name))
            table[element, columns] = value
            getattr(self, name).assign(table)
        counts = np.array(self.count)
        counts[element] = count
        self.count.assign(counts)

    def is_constant(self):
        """Which features are constant, and scaled to 0: bool tensor (n_elements, F)."""
        width = self.maximum - self.minimum
        if self.method == "none" or self.tolerance is None:
            return ops.zeros_like(width, dtype="bool")
        _, scale = self._reference_and_scale()
        return (width <= self.tolerance) | (scale <= self.tolerance)

    def _reference_and_scale(self):
        minimum, maximum, mean, deviation = (
            ops.convert_to_tensor(table) for table in (self.minimum, self.maximum, self.mean, self.deviation)
        )
        return {
            "min-max": (minimum, maximum - minimum),
            "centered": (mean, ops.ones_like(mean)),
            "min-max-centered": (mean, maximum - minimum),
            "z-score": (mean, deviation),
            "none": (ops.zeros_like(mean), ops.ones_like(mean)),
        }[self.method]

    def offset_and_factor(self):
        """The scaling as (G - offset) * factor: two tensors (n_elements, F) in float64."""
        reference, scale = self._reference_and_scale()
        low, high = self.output_range or (0.0, 1.0)
        constant = self.is_constant()
        factor = ops.where(constant, 0.0, (high - low) / ops.where(constant, ops.ones_like(scale), scale))
        return reference - scale * (low / (high - low)), factor

    def call(self, features, species):
        offset, factor = (ops.cast(table, features.dtype) for table in self.offset_and_factor())
        if self.n_elements == 1:
            return (features - offset[0]) * factor[0]
        element = ops.maximum(species, 0)
        return (features - ops.take(offset, element, axis=0)) * ops.take(factor, element, axis=0)

    def compute_output_shape(self, features_shape, species_shape=None):
        return features_shape

    def get_config(self):
        return {
            **super().get_config(),
            "n_elements": self.n_elements,
            "n_features": self.n_features,
            "method": self.method,
            "output_range": self.output_range,
            "tolerance": self.tolerance,
        }


def _output_range(method, given):
    """(low, high), or None for a method without."""
    if given is None:
        return OUTPUT_RANGES.get(method)
    if method not in OUTPUT_RANGES:
        raise ValueError(f"the method {method!r} has no output range. Received: output_range={given}")
    low, high = (float(value) for value in given)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"`output_range` must be two numbers, the lower first. Received: output_range={given}")
    return low, high

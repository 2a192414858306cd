"""Linear scaling of symmetry-function values, for each central element and each function."""

import math

import keras
import numpy as np
from keras import ops

from atomzoo.layers.feature_batch_normalization import FeatureBatchNormalization
from atomzoo.layers.feature_statistics import FeatureStatistics
from atomzoo.layers.principal_components import PrincipalComponents

METHODS = ("min-max", "centered", "min-max-centered", "z-score", "principal-components", "batch-normalization", "none")
# Of the methods that have one: what "low" and "high" below are unless given.
OUTPUT_RANGES = {"min-max": (-1.0, 1.0), "min-max-centered": (0.0, 1.0), "z-score": (0.0, 1.0)}


@keras.saving.register_keras_serializable(package="atomzoo")
class FeatureScaling(FeatureStatistics):
    """Scales each feature G by statistics of the data, one set for each element of the central atom.

    | method | scaled value | low, high unless given |
    |---|---|---|
    | "min-max" | low + (high - low) (G - min) / (max - min) | -1, 1 |
    | "centered" | G - mean | |
    | "min-max-centered" | low + (high - low) (G - mean) / (max - min) | 0, 1 |
    | "z-score" | low + (high - low) (G - mean) / std | 0, 1 |
    | "principal-components" | z-scores, rotated and scaled to uncorrelated values: `PrincipalComponents` | |
    | "batch-normalization" | z-scores, by batch and moving statistics: `FeatureBatchNormalization` | |
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
        momentum: Float in [0, 1), of the moving statistics of "batch-normalization".

    Call arguments:
        features: Float tensor (..., F).
        species: Integer tensor (...), the element index of each atom; padded atoms (-1) may get any value.
        training: Bool. Whether "batch-normalization" takes the statistics of the batch.

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

    def __init__(
        self, n_elements, n_features, method="min-max", output_range=None, tolerance=1e-10, momentum=0.99, **kwargs
    ):
        # Features may come in float64, which the difference from a mean needs more than what follows.
        super().__init__(n_elements, n_features, tolerance, **{"autocast": False, **kwargs})
        if method not in METHODS:
            raise ValueError(f"`method` must be one of {', '.join(METHODS)}. Received: method={method!r}")
        self.method = method
        self.output_range = _output_range(method, output_range)
        self.momentum = momentum
        self.second_step = self._second_step()

    def _second_step(self):
        """The layer that follows the z-scores, None for the other methods."""
        size, options = (self.n_elements, self.n_features), {"dtype": self.dtype_policy}
        if self.method == "principal-components":
            return PrincipalComponents(*size, **options)
        if self.method == "batch-normalization":
            return FeatureBatchNormalization(*size, self.momentum, **options)
        return None

    def build(self, *input_shapes):
        super().build()
        if self.second_step:
            self.second_step.build()

    def adapt(self, features, species):
        super().adapt(features, species)
        if self.second_step:
            features, species = np.asarray(features, dtype="float64"), np.asarray(species)
            for element in np.unique(species[species >= 0]):
                offset, factor = (np.asarray(table)[element] for table in self.offset_and_factor())
                self.second_step.adapt(element, (features[species == element] - offset) * factor)

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
        }["z-score" if self.second_step else self.method]

    def offset_and_factor(self):
        """The scaling, or its first step, as (G - offset) * factor: two tensors (n_elements, F) in float64."""
        reference, scale = self._reference_and_scale()
        low, high = self.output_range or (0.0, 1.0)
        constant = self.is_constant()
        factor = ops.where(constant, 0.0, (high - low) / ops.where(constant, ops.ones_like(scale), scale))
        return reference - scale * (low / (high - low)), factor

    def call(self, features, species, training=False):
        features = ops.convert_to_tensor(features)
        offset, factor = (ops.cast(table, features.dtype) for table in self.offset_and_factor())
        if self.n_elements == 1:
            scaled = (features - offset[0]) * factor[0]
        else:
            element = ops.maximum(species, 0)
            scaled = (features - ops.take(offset, element, axis=0)) * ops.take(factor, element, axis=0)
        scaled = ops.cast(scaled, self.compute_dtype)
        return self.second_step(scaled, species, training=training) if self.second_step else scaled

    def _linear(self, element):
        """The scaling as ((G - offset) * factor) @ matrix + shift: (F,), (F,), (F, F), (F,), float64."""
        offset, factor = (np.array(table)[element] for table in self.offset_and_factor())
        if self.second_step:
            return offset, factor, *self.second_step.matrix_and_shift(element)
        return offset, factor, np.eye(self.n_features), np.zeros(self.n_features)

    def folded(self, element, kernel, bias):
        """The scaling as (G - offset) * factor, the rest of it in the dense layer that follows.

        Whatever the method, scaled(G) @ kernel + bias == ((G - offset) * factor) @ new_kernel + new_bias.

        Args:
            element: Int, index of the element.
            kernel: Array (F, H).
            bias: Array (H,).

        Returns:
            Arrays offset (F,), factor (F,), new_kernel (F, H), new_bias (H,), float64.

        Example:

        >>> import numpy as np
        >>> from atomzoo.layers import FeatureScaling
        >>> layer = FeatureScaling(1, 2, "principal-components")
        >>> layer.adapt(np.array([[1.0, 4.0], [3.0, 2.0], [2.0, 6.0]]), np.array([0, 0, 0]))
        >>> offset, factor, kernel, bias = layer.folded(0, np.eye(2), np.zeros(2))
        >>> offset.tolist(), bias.tolist()
        ([2.0, 4.0], [0.0, 0.0])
        """
        kernel, bias = np.asarray(kernel, "float64"), np.asarray(bias, "float64")
        offset, factor, matrix, shift = self._linear(element)
        return offset, factor, matrix @ kernel, bias + shift @ kernel

    def compute_output_shape(self, features_shape, species_shape=None):
        return features_shape

    def get_config(self):
        return {
            **super().get_config(),
            "method": self.method,
            "output_range": self.output_range,
            "momentum": self.momentum,
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

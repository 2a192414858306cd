"""Linear scaling of symmetry-function values, for each central element and each function."""

import keras
import numpy as np
from keras import ops

METHODS = ("min-max", "centered", "min-max-centered", "z-score", "none")
# A feature that varies less than this over the data carries nothing: it is set to zero, as aenet does.
CONSTANT = 1e-10


@keras.saving.register_keras_serializable(package="atomzoo")
class FeatureScaling(keras.layers.Layer):
    """Scales each feature G by statistics of the data, one set for each element of the central atom.

    | method | scaled value |
    |---|---|
    | "min-max" | 2 (G - min) / (max - min) - 1 |
    | "centered" | G - mean |
    | "min-max-centered" | (G - mean) / (max - min) |
    | "z-score" | (G - mean) / std |
    | "none" | G |

    A feature that is constant over the data is scaled to 0 (except "none"). The layer also keeps each feature's range
    in the data, which extrapolation warnings compare with, and the number of atoms of each element in them (`count`, 0
    before `adapt`).

    Args:
        n_elements: Int, number of elements.
        n_features: Int, number of features.
        method: One of the above.

    Call arguments:
        features: Float tensor (..., F).
        species: Integer tensor (...), the element index of each atom; padded atoms (-1) may get any value.

    Returns:
        Tensor (..., F).

    Raises:
        ValueError: if the method is unknown.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import FeatureScaling
    >>> layer = FeatureScaling(n_elements=1, n_features=1)
    >>> layer.adapt(np.array([[1.0], [3.0]]), np.array([0, 0]))
    >>> layer(np.array([[2.0], [3.0]]), np.array([0, 0])).numpy().tolist()
    [[0.0], [1.0]]
    """

    def __init__(self, n_elements, n_features, method="min-max", **kwargs):
        super().__init__(**kwargs)
        if method not in METHODS:
            raise ValueError(f"`method` must be one of {', '.join(METHODS)}. Received: method={method!r}")
        self.n_elements = n_elements
        self.n_features = n_features
        self.method = method

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
        if not self.built:
            self.build()
        features, species = np.asarray(features, dtype="float64"), np.asarray(species)
        statistics = {
            "minimum": lambda values: values.min(axis=0),
            "maximum": lambda values: values.max(axis=0),
            "mean": lambda values: values.mean(axis=0),
            "deviation": lambda values: values.std(axis=0),
        }
        present = [element for element in range(self.n_elements) if np.any(species == element)]
        for name, statistic in statistics.items():
            weight = getattr(self, name)
            table = np.asarray(weight).copy()
            for element in present:
                table[element] = statistic(features[species == element])
            weight.assign(table)
        counts = np.asarray(self.count).copy()
        counts[present] = [np.sum(species == element) for element in present]
        self.count.assign(counts)

    def offset_and_factor(self):
        """The scaling as (G - offset) * factor: two tensors (n_elements, F) in float64."""
        width = self.maximum - self.minimum
        offset, scale = {
            "min-max": lambda: (0.5 * (self.minimum + self.maximum), 0.5 * width),
            "centered": lambda: (ops.convert_to_tensor(self.mean), ops.ones_like(width)),
            "min-max-centered": lambda: (ops.convert_to_tensor(self.mean), width),
            "z-score": lambda: (ops.convert_to_tensor(self.mean), ops.convert_to_tensor(self.deviation)),
            "none": lambda: (ops.zeros_like(width), ops.ones_like(width)),
        }[self.method]()
        varies = (width > CONSTANT) & (scale > CONSTANT)
        if self.method == "none":
            varies = ops.ones_like(varies)
        factor = ops.where(varies, 1.0 / ops.where(varies, scale, ops.ones_like(scale)), ops.zeros_like(scale))
        return offset, factor

    def call(self, features, species):
        offset, factor = (ops.cast(table, features.dtype) for table in self.offset_and_factor())
        if self.n_elements == 1:
            return (features - offset[0]) * factor[0]
        element = ops.maximum(species, 0)
        return (features - ops.take(offset, element, axis=0)) * ops.take(factor, element, axis=0)

    def compute_output_shape(self, features_shape, species_shape=None):
        return features_shape

    def get_config(self):
        config = {"n_elements": self.n_elements, "n_features": self.n_features, "method": self.method}
        return {**super().get_config(), **config}

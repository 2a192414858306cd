"""Statistics of feature values in the data, for each central element."""

import keras
import numpy as np

ROUNDING = 16  # units in the last place by which sums over the neighbors of equal environments may differ


class FeatureStatistics(keras.layers.Layer):
    """Base of `FeatureScaling`: the statistics of each feature, one set for each element of the central atom.

    Args:
        n_elements: Int, number of elements.
        n_features: Int, number of features F.
        tolerance: Float; None if features that vary by rounding of the layer's dtype only are not constant.

    Attributes:
        minimum, maximum, mean, deviation: Weights (n_elements, F), float64.
        count: Weight (n_elements,), the number of atoms of each element, 0 before `adapt` or `set_statistics`.
    """

    def __init__(self, n_elements, n_features, tolerance, **kwargs):
        super().__init__(**kwargs)
        self.n_elements = n_elements
        self.n_features = n_features
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

    def get_config(self):
        return {
            **super().get_config(),
            "n_elements": self.n_elements,
            "n_features": self.n_features,
            "tolerance": self.tolerance,
        }

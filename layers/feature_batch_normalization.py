"""Batch normalization of scaled features, for each central element."""

import keras
import numpy as np
from keras import ops

EPSILON = 1e-3  # added to the variances, of features whose own were 1 in the data; the value of Keras


class FeatureBatchNormalization(keras.layers.Layer):
    """The second step of `FeatureScaling("batch-normalization")`: x = gamma (z - mean) / sqrt(variance + 1e-3) + beta.

    As `keras.layers.BatchNormalization`, but with statistics, gamma and beta for each element, which leave out padding.
    In training, mean and variance are those of the element's atoms in the batch, and the moving ones follow:
    moving = momentum moving + (1 - momentum) batch. Elsewhere the moving ones are taken; of an element that does not
    occur in a batch they stay.

    It works on z-scores, because symmetry functions may vary by 1e-3 or less, and Keras' epsilon would swamp variances
    of 1e-6. In other words, epsilon is a thousandth of each feature's variance in the data that `adapt` has seen; and
    the moving statistics, which begin at mean 0 and variance 1, begin at those of the data.

    Args:
        n_elements: Int, number of elements.
        n_features: Int, number of features.
        momentum: Float in [0, 1).

    Call arguments:
        values: Float tensor (..., F), z-scores.
        species: Integer tensor (...), -1 = padding, which may get any value.
        training: Bool. Whether the statistics are those of the batch.

    Returns:
        Tensor (..., F).

    Raises:
        ValueError: if the momentum is out of range.

    References:
        Ioffe and Szegedy, Batch normalization, Proc. 32nd Int. Conf. Machine Learning (2015), algorithms 1 and 2.
    """

    def __init__(self, n_elements, n_features, momentum=0.99, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= momentum < 1:
            raise ValueError(f"`momentum` must lie in [0, 1). Received: momentum={momentum}")
        self.shape = (n_elements, n_features)
        self.momentum = momentum

    def build(self, *input_shapes):
        self.gamma = self.add_weight(name="gamma", shape=self.shape, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=self.shape, initializer="zeros")
        options = {"shape": self.shape, "trainable": False, "dtype": "float64"}
        self.moving_mean = self.add_weight(name="moving_mean", initializer="zeros", **options)
        self.moving_variance = self.add_weight(name="moving_variance", initializer="ones", **options)
        self.built = True

    def adapt(self, element, values):
        """Sets the moving statistics of one element to those that z-scores have."""
        for weight, value in ((self.moving_mean, 0.0), (self.moving_variance, 1.0)):
            table = np.array(weight)
            table[element] = value
            weight.assign(table)

    def call(self, values, species, training=False):
        if training and self.trainable:
            counts, mean, variance = self._moments(values, species)
            self._follow(counts, mean, variance)
        else:
            mean, variance = (ops.cast(w, values.dtype) for w in (self.moving_mean, self.moving_variance))
        factor = ops.cast(self.gamma, values.dtype) * ops.rsqrt(variance + EPSILON)
        shift = ops.cast(self.beta, values.dtype) - mean * factor
        return values * self._of_atoms(factor, species) + self._of_atoms(shift, species)

    def _moments(self, values, species):
        """Number of atoms (n_elements,), mean and variance (n_elements, F) in the batch; 0 without atoms."""
        values, species = ops.reshape(values, (-1, self.shape[1])), ops.reshape(species, (-1,))
        values = ops.where((species >= 0)[:, None], values, ops.zeros_like(values))
        masks = ops.stack([ops.cast(ops.equal(species, k), values.dtype) for k in range(self.shape[0])])
        counts = ops.sum(masks, axis=1)
        divisor = ops.maximum(counts, 1.0)[:, None]
        mean = ops.matmul(masks, values) / divisor
        variance = ops.matmul(masks, (values - self._of_atoms(mean, species)) ** 2) / divisor
        return counts, mean, variance

    def _follow(self, counts, mean, variance):
        rate = (1.0 - self.momentum) * ops.cast(counts > 0, "float64")[:, None]
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            now = ops.cast(moving, "float64")
            moving.assign(now + rate * (ops.cast(batch, "float64") - now))

    def _of_atoms(self, table, species):
        """The row of each atom's element of a table (n_elements, F)."""
        return table[0] if self.shape[0] == 1 else ops.take(table, ops.maximum(species, 0), axis=0)

    def matrix_and_shift(self, element):
        """The step in use, as z @ matrix + shift: float64 arrays (F, F) and (F,)."""
        weights = (self.gamma, self.beta, self.moving_mean, self.moving_variance)
        gamma, beta, mean, variance = (np.array(weight, "float64")[element] for weight in weights)
        factor = gamma / np.sqrt(variance + EPSILON)
        return np.diag(factor), beta - mean * factor

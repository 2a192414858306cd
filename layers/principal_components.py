"""Rotation of scaled features to uncorrelated ones, for each central element."""

import keras
import numpy as np
from keras import ops

DAMPING = 1e-3  # added to the variances, of features whose own are 1


class PrincipalComponents(keras.layers.Layer):
    """The second step of `FeatureScaling("principal-components")`: x = z V / sqrt(variance + 1e-3).

    V and the variances are the eigenvectors and eigenvalues of the covariance of the z-scores of an element's atoms.
    Symmetry functions are strongly correlated: of 70, a dozen combinations may hold nearly all variance, and a network
    finds the others slowly, as its gradients along them are small. Here all that matter have variance about 1; those
    whose variance is below the damping stay small: what data hardly vary in must not tell structures apart.

    Args:
        n_elements: Int, number of elements.
        n_features: Int, number of features.

    Call arguments:
        values: Float tensor (..., F), z-scores.
        species: Integer tensor (...), -1 = padding, which becomes 0.

    Returns:
        Tensor (..., F).

    References:
        LeCun, Bottou, Orr and Mueller, Efficient BackProp (1998), section 4.3.
    """

    def __init__(self, n_elements, n_features, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.shape = (n_elements, n_features, n_features)

    def build(self, *input_shapes):
        identity = np.broadcast_to(np.eye(self.shape[-1]), self.shape)
        self.matrices = self.add_weight(
            name="matrices",
            shape=self.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(identity, dtype=dtype),
            trainable=False,
            dtype="float64",
        )
        self.built = True

    def adapt(self, element, values):
        """Sets the matrix of one element from the z-scores (n, F) of its atoms."""
        variances, vectors = np.linalg.eigh(values.T @ values / len(values))
        matrices = np.array(self.matrices)
        matrices[element] = vectors / np.sqrt(np.maximum(variances, 0.0) + DAMPING)
        self.matrices.assign(matrices)

    def call(self, values, species, training=False):
        result = ops.zeros_like(values)
        for element in range(self.shape[0]):
            rotated = ops.matmul(values, ops.cast(self.matrices[element], values.dtype))
            result = ops.where(ops.equal(species, element)[..., None], rotated, result)
        return result

    def matrix_and_shift(self, element):
        """The step as z @ matrix + shift: float64 arrays (F, F) and (F,)."""
        return np.array(self.matrices)[element], np.zeros(self.shape[-1])

"""One neural network for each element: features of an atom to its energy."""

import keras
from keras import ops

from atomzoo.layers import trigonometry


class AtomicDense(keras.layers.Conv1D):
    """A width-1 `Conv1D` over the atom axis.

    A convolution of width 1 is a matrix product; evaluated as such it is three times faster in float64.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(filters, 1, **kwargs)

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, self.kernel[0]) + self.bias)


@keras.saving.register_keras_serializable(package="atomzoo")
class AtomicNetwork(keras.layers.Layer):
    """Atomic energies: for each element a stack of width-1 `Conv1D` layers over the atom axis, the last one linear.

    Args:
        elements: List of chemical symbols.
        n_features: Int, number of features.
        hidden: Widths of the hidden layers, or a dict of these for each element.
        activation: Name of the hidden layers' activation, any that Keras knows.
        seed: Int. The same seed gives the same initial weights (Glorot uniform, zero biases).

    Call arguments:
        features: Float tensor (B, A, F).
        species: Integer tensor (B, A), -1 = padding.

    Returns:
        Atomic energies (B, A), in units of the scale of `AtomSum`; 0 for padded atoms.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import AtomicNetwork
    >>> network = AtomicNetwork(["Ti", "O"], n_features=3, hidden=(8, 8))
    >>> energies = network(np.ones((1, 3, 3)), np.array([[0, 1, -1]]))
    >>> energies.shape, float(energies[0, 2])
    (TensorShape([1, 3]), 0.0)

    References:
        Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007), fig. 1.
    """

    def __init__(self, elements, n_features, hidden=(30, 30), activation="tanh", seed=0, **kwargs):
        super().__init__(**kwargs)
        self.elements = list(elements)
        self.n_features = n_features
        self.hidden = _widths(hidden, self.elements)
        self.activation = activation
        self.seed = seed
        self.stacks = [self._stack(index, element) for index, element in enumerate(self.elements)]

    def _stack(self, index, element):
        widths = (*self.hidden[element], 1)
        activation = trigonometry.tanh if self.activation == "tanh" else self.activation
        return [
            AtomicDense(
                width,
                activation=activation if layer < len(widths) - 1 else None,
                kernel_initializer=keras.initializers.GlorotUniform(seed=1000 * self.seed + 100 * index + layer),
                dtype=self.dtype_policy,
                name=f"{element}_{layer}",
            )
            for layer, width in enumerate(widths)
        ]

    def build(self, *input_shapes):
        for stack in self.stacks:
            n_inputs = self.n_features
            for dense in stack:
                dense.build((None, None, n_inputs))
                n_inputs = dense.filters
        self.built = True

    def call(self, features, species):
        energies = ops.zeros_like(features[..., 0])
        for index, stack in enumerate(self.stacks):
            values = features
            for dense in stack:
                values = dense(values)
            energies = ops.where(ops.equal(species, index), values[..., 0], energies)
        return energies

    def compute_output_shape(self, features_shape, species_shape=None):
        return features_shape[:-1]

    def get_config(self):
        return {
            **super().get_config(),
            "elements": self.elements,
            "n_features": self.n_features,
            "hidden": self.hidden,
            "activation": self.activation,
            "seed": self.seed,
        }


def _widths(hidden, elements):
    """`hidden` as a dict of lists for each element."""
    widths = hidden if isinstance(hidden, dict) else {element: hidden for element in elements}
    widths = {element: [int(width) for width in widths[element]] for element in elements}
    if any(width < 1 for element in elements for width in widths[element]):
        raise ValueError(f"`hidden` must be widths of at least 1. Received: hidden={hidden}")
    return widths

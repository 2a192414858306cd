"""One neural network for each element: features of an atom to its energy."""

import keras
from keras import ops

from atomzoo.layers.activations import get_activation
from atomzoo.layers.per_atom_conv1d import PerAtomConv1D


class AtomicKernel(keras.initializers.GlorotUniform):
    """Glorot uniform numbers drawn in float32, so that networks of either dtype begin with the same weights."""

    def __call__(self, shape, dtype=None):
        return ops.cast(super().__call__(shape, "float32"), dtype or keras.config.floatx())


@keras.saving.register_keras_serializable(package="atomzoo")
class AtomicNetwork(keras.layers.Layer):
    """Atomic energies: for each element a stack of width-1 `Conv1D` layers over the atom axis, the last of width 1.

    Args:
        elements: List of chemical symbols.
        n_features: Int, number of features.
        hidden: Widths of the hidden layers, or a dict of these for each element.
        activation: Name of the hidden layers' activation (see `get_activation`), the last layer being linear; or a list
            of names, one for each layer, the last included; or a dict of either for each element.
        feature_columns: Dict of the features that each element's network takes: lists of column numbers. None: all.
        seed: Int. The same seed gives the same initial weights (Glorot uniform, zero biases), whatever the dtype.
        dropout: Float in [0, 1). The fraction of the last hidden layer's outputs that is set to zero in training.

    Call arguments:
        features: Float tensor (B, A, F), or (N, F), the atoms of all structures in a row.
        species: Integer tensor (B, A) or (N,), -1 = padding.
        rows: None, in which case every network is evaluated on all atoms, and those of its element are chosen; or a
            list of integer tensors (W,), for each element the numbers of its rows among the N, N = empty: then each
            network is evaluated on its own atoms only.
        training: Bool. Whether there is dropout.

    Returns:
        Atomic energies (B, A) or (N,), in units of the scale of `AtomSum`; 0 for padded atoms.

    Raises:
        ValueError: if a width, an activation, a column or the dropout is bad; which, and what was received.

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

    def __init__(
        self,
        elements,
        n_features,
        hidden=(30, 30),
        activation="tanh",
        seed=0,
        feature_columns=None,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.elements = list(elements)
        self.n_features = n_features
        self.hidden = _widths(hidden, self.elements)
        self.activation = _activations(activation, self.hidden)
        self.feature_columns = _columns(feature_columns, self.elements, n_features)
        self.seed = seed
        self.stacks = [self._stack(index, element) for index, element in enumerate(self.elements)]
        if not 0 <= dropout < 1:
            raise ValueError(f"`dropout` must lie in [0, 1). Received: dropout={dropout}")
        self.dropout = dropout
        # Keras counts the state of its random numbers as weights: files of networks without dropout hold none.
        self.dropout_layer = keras.layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy) if dropout else None

    def _stack(self, index, element):
        widths = (*self.hidden[element], 1)
        return [
            PerAtomConv1D(
                width,
                activation=get_activation(self.activation[element][layer]),
                kernel_initializer=AtomicKernel(seed=1000 * self.seed + 100 * index + layer),
                dtype=self.dtype_policy,
                name=f"{element}_{layer}",
            )
            for layer, width in enumerate(widths)
        ]

    def build(self, *input_shapes):
        for element, stack in zip(self.elements, self.stacks, strict=True):
            n_inputs = len(self.feature_columns[element]) if self.feature_columns else self.n_features
            for dense in stack:
                dense.build((None, None, n_inputs))
                n_inputs = dense.filters
        self.built = True

    def call(self, features, species, rows=None, training=False):
        if rows is not None and len(self.elements) > 1:
            return self._energies_by_rows(features, rows, training)
        energies = ops.zeros_like(features[..., 0])
        for index in range(len(self.elements)):
            # Atoms of other elements, and padding, are masked at the input: what an unbounded activation makes of
            # them may overflow, and its slope would be NaN.
            chosen = ops.equal(species, index)
            values = ops.where(chosen[..., None], features, ops.zeros_like(features))
            energies = ops.where(chosen, self._outputs(index, values, training), energies)
        return energies

    def _energies_by_rows(self, features, rows, training):
        n_atoms = ops.shape(features)[0]
        # Empty slots read, and write, a row of their own at the end. Along axis 0 TensorFlow's gradient is no tensor.
        table = ops.pad(features, ((0, 1), (0, 0)))[None]
        outputs = [self._outputs(k, ops.take(table, chosen, axis=1)[0], training) for k, chosen in enumerate(rows)]
        return ops.segment_sum(ops.concatenate(outputs), ops.concatenate(rows), n_atoms + 1)[:-1]

    def _outputs(self, index, values, training):
        """What the network of element `index` makes of features (..., F): (...)."""
        if self.feature_columns:
            values = ops.take(values, self.feature_columns[self.elements[index]], axis=-1)
        *hidden, last = self.stacks[index]
        for dense in hidden:
            values = dense(values)
        if self.dropout_layer:
            values = self.dropout_layer(values, training=training)
        return last(values)[..., 0]

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
            "feature_columns": self.feature_columns,
            "dropout": self.dropout,
        }


def _widths(hidden, elements):
    """`hidden` as a dict of lists for each element."""
    widths = hidden if isinstance(hidden, dict) else {element: hidden for element in elements}
    widths = {element: [int(width) for width in widths[element]] for element in elements}
    if any(width < 1 for element in elements for width in widths[element]):
        raise ValueError(f"`hidden` must be widths of at least 1. Received: hidden={hidden}")
    return widths


def _activations(activation, hidden):
    """`activation` as a dict of lists for each element, one name for each layer."""
    names = {}
    for element, widths in hidden.items():
        given = activation[element] if isinstance(activation, dict) else activation
        names[element] = [given] * len(widths) + ["linear"] if isinstance(given, str) else list(given)
        if len(names[element]) != len(widths) + 1:
            raise ValueError(
                f"`activation` of {element} must be a name, or one for each of its {len(widths)} hidden layers "
                f"and the last. Received: {given}"
            )
    return names


def _columns(columns, elements, n_features):
    """`feature_columns` as a dict of lists for each element, or None."""
    if columns is None:
        return None
    columns = {element: [int(column) for column in columns[element]] for element in elements}
    for element, chosen in columns.items():
        if not chosen or not all(0 <= column < n_features for column in chosen):
            raise ValueError(
                f"`feature_columns` of {element} must be one or more of the columns 0 to {n_features - 1}. "
                f"Received: {chosen}"
            )
    return columns

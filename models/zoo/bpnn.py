"""BPNN: a Behler-Parrinello network of given layers, as a functional Keras model on symmetry-function values."""

import keras
from keras import layers, ops

from atomzoo.layers import AtomSum, FeatureScaling


@keras.saving.register_keras_serializable(package="atomzoo")
class OfElement(layers.Layer):
    """Values (B, A, C) of the atoms of one element; 0 for all others, whatever they hold, and for padding.

    Args:
        index: Int, of the element.
    """

    def __init__(self, index, **kwargs):
        super().__init__(**kwargs)
        self.index = index

    def call(self, values, species):
        return ops.where(ops.equal(species, self.index)[..., None], values, ops.zeros_like(values))

    def compute_output_shape(self, values_shape, species_shape=None):
        return values_shape

    def get_config(self):
        return {**super().get_config(), "index": self.index}


def bpnn(elements, n_symmetries, hidden=(32, 32, 32, 32), activation="relu", dropout=0.0, learning_rate=1e-3, seed=0):
    """A Behler-Parrinello network on symmetry-function values: E = sum_i subnet_element(i)(G_i).

    Each element has a subnet, applied to all its atoms; the summation layer has weight 1 and bias 0, and is not
    trained. It is compiled with Adam, the mean absolute error as loss and the root mean squared error as metric. Unlike
    `NeuralNetworkPotential` it takes the values of symmetry functions, not structures, and has no forces.

    The layer "scaling" (`FeatureScaling`, z-score) does nothing until it is adapted; "sum" (`AtomSum`) has the shifts
    and the scale of energies. Losses are taken in float32: train on energies that it holds, such as cohesive energies,
    not on totals of thousands of eV.

    Args:
        elements: list of chemical symbols.
        n_symmetries: number of symmetry functions.
        hidden: the hidden layers of the subnets: widths, or a dict by element of lists of Keras layers, each of which
            takes (batch, n_atoms, ...) atom by atom, as `Dense` or `Conv1D` of width 1 do. A layer of width 1 follows.
        activation: of the hidden layers, if `hidden` are widths; one that Keras knows.
        dropout: rate of a `Dropout` layer before the last one; 0 for none.
        learning_rate: of Adam.
        seed: of the initial weights and the dropout.

    Returns:
        A functional `keras.Model`. Its inputs are a dict of `features` (batch, n_atoms, n_symmetries), unscaled, and
        `species` (batch, n_atoms), indices into `elements`, -1 for padding; any number of atoms. Its output is the
        energy (batch, 1), in eV.

    Raises:
        ValueError: a rate or a width that cannot be.

    Example:
        >>> import numpy as np
        >>> model = bpnn(["Ti", "O"], n_symmetries=70)
        >>> inputs = {"features": np.zeros((2, 24, 70)), "species": np.zeros((2, 24), "int32")}
        >>> model(inputs).shape
        TensorShape([2, 1])

    References:
        Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007).
    """
    subnets = build_subnets(elements, hidden, activation, dropout, seed)
    features = keras.Input((None, n_symmetries), name="features")
    species = keras.Input((None,), dtype="int32", name="species")
    scaled = FeatureScaling(len(elements), n_symmetries, method="z-score", name="scaling")(features, species)
    energies = []
    for index, element in enumerate(elements):
        values = OfElement(index, name=f"only_{element}")(scaled, species)
        for layer in subnets[element]:
            values = layer(values)
        energies.append(OfElement(index, name=f"energies_{element}")(values, species))
    atomic = layers.Add()(energies) if len(energies) > 1 else energies[0]
    energy = AtomSum(len(elements), name="sum")(layers.Reshape((-1,))(atomic), species)
    total = layers.Reshape((1,), dtype="float64", name="energy")(energy)
    model = keras.Model({"features": features, "species": species}, total)
    metrics = [keras.metrics.RootMeanSquaredError("rmse")]
    model.compile(keras.optimizers.Adam(learning_rate), loss="mae", metrics=metrics)
    model.optimizer.build(model.trainable_variables)  # so that also a model that was never trained is saved with it
    return model


def build_subnets(elements, hidden, activation="relu", dropout=0.0, seed=0):
    """The layers of each element's subnet, a dict of lists; see `bpnn`."""
    if not 0 <= dropout < 1:
        raise ValueError(f"`dropout` must be at least 0 and less than 1. Received: dropout={dropout}")
    subnets = {}
    for index, element in enumerate(elements):
        first_seed = 1000 * seed + 100 * index
        given = hidden[element] if isinstance(hidden, dict) else _dense(element, hidden, activation, first_seed)
        rate = [layers.Dropout(dropout, seed=first_seed, name=f"{element}_dropout")] if dropout else []
        last = _dense(element, [1], "linear", first_seed + 99)
        subnets[element] = [*given, *rate, *last]
    return subnets


def _dense(element, widths, activation, first_seed):
    """`Dense` layers: what they do atom by atom is a `Conv1D` of width 1, only faster."""
    return [
        layers.Dense(
            width,
            activation=activation,
            kernel_initializer=keras.initializers.GlorotUniform(first_seed + number),
            name=f"{element}_{first_seed % 100 + number}",
        )
        for number, width in enumerate(widths)
    ]

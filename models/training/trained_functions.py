"""Training of symmetry functions with the networks: a learning rate of their own, scaling that follows, their paths."""

import keras
import numpy as np

from atomzoo.layers.descriptors.radial_factors import TRAINABLE


def two_rates(optimizer, learning_rate, function_rate, relative=False):
    """An optimizer that moves eta, rs and kappa of symmetry functions at a multiple of the learning rate.

    Args:
        optimizer: class of Keras optimizers, such as `keras.optimizers.Adam`.
        learning_rate: of the networks, or a schedule of it.
        function_rate: what multiplies it for eta, rs and kappa. A step of Adam is some learning rates long whatever the
            gradient: in A^-2, A and A^-1.
        relative: whether the steps of eta are in units of eta, as if its logarithm were trained.

    Raises:
        ValueError: a rate that is not positive.

    Example:
        >>> two_rates(keras.optimizers.Adam, 1e-3, function_rate=5.0).name
        'multi_optimizer'
    """
    if not function_rate > 0:
        raise ValueError(f"`function_rate` must be positive. Received: function_rate={function_rate}")
    rate = _Multiple(learning_rate, function_rate)
    networks, functions = optimizer(learning_rate), optimizer(rate)
    etas = (_relative(optimizer) if relative else optimizer)(rate)

    def chosen(variable):
        name = variable.path.rpartition("/")[2]
        return (etas if name == "eta" else functions) if name in TRAINABLE else networks

    return keras.optimizers.MultiOptimizer(chosen)


def _relative(optimizer):
    """The class of optimizers whose steps are in units of the variables."""

    class Relative(optimizer):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient, variable, learning_rate * variable)

    return Relative


class _Multiple(keras.optimizers.schedules.LearningRateSchedule):
    """A number times a learning rate or a schedule of it."""

    def __init__(self, rate, factor):
        super().__init__()
        self.rate, self.factor = rate, factor

    def __call__(self, step):
        rate = self.rate(step) if callable(self.rate) else self.rate
        return self.factor * rate


class FollowingScaling(keras.callbacks.Callback):
    """Adapts the feature scaling again after each epoch, as trained symmetry functions move out of their range.

    The first layer of each network takes up the change, so that energies stay what they were (`readapt`). So inputs
    of the networks keep their size, as by the batch normalization of Barch and Tubman (2017), without its noise.

    Args:
        structures: list of `ase.Atoms`, those of the training or some of them.
    """

    def __init__(self, structures):
        super().__init__()
        self._structures, self._pairs = structures, None

    def on_train_begin(self, logs=None):
        self._pairs = self.model.evaluator.pairs(self._structures)

    def on_epoch_end(self, epoch, logs=None):
        readapt(self.model, self.model.evaluator.values(self._pairs), self._pairs.species)


def readapt(potential, features, species):
    """Sets the feature scaling from features, and the first layer of each network so that energies do not change.

    Of z = f (G - o) and z' = f' (G - o'), the kernel becomes W f / f', and the bias b + W f (o' - o).

    Args:
        potential: `NeuralNetworkPotential`.
        features: (N, F), unscaled.
        species: (N,), indices of elements.

    Example:
        >>> from atomzoo.datasets import gold_clusters
        >>> from atomzoo.layers import SymmetryFunction
        >>> from atomzoo import NeuralNetworkPotential
        >>> train, _ = gold_clusters.load_data(2)
        >>> functions = [SymmetryFunction("G2", 6.0, eta=0.1)]
        >>> potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(3,))
        >>> potential.adapt(train[:9])
        >>> readapt(potential, np.concatenate(potential.evaluator.features(train)), np.zeros(2 * len(train), int))
        >>> int(potential.feature_scaling.count[0]) == 2 * len(train)
        True
    """
    scaling, network = potential.feature_scaling, potential.atomic_network
    offset, factor = (np.asarray(table) for table in scaling.offset_and_factor())
    scaling.adapt(features, species)
    new_offset, new_factor = (np.asarray(table) for table in scaling.offset_and_factor())
    shift = factor * (new_offset - offset)
    ratio = np.divide(factor, new_factor, out=np.ones_like(factor), where=new_factor != 0)
    for index, (element, stack) in enumerate(zip(potential.elements, network.stacks, strict=True)):
        columns = (network.feature_columns or {}).get(element, slice(None))
        kernel, bias = (np.asarray(weight) for weight in (stack[0].kernel, stack[0].bias))
        stack[0].kernel.assign(kernel * ratio[index, columns, None])
        stack[0].bias.assign(bias + (shift[index, columns] @ kernel).reshape(bias.shape))


class ParameterPaths(keras.callbacks.Callback):
    """Records the trained parameters of symmetry functions, before training and after each epoch.

    Attributes:
        paths: dict of arrays (epochs + 1, n), by name: "radial eta", "radial rs" and "radial kappa" (G2, G3),
            "angular eta" and "angular rs" (G5 of integer zeta), "wide ..." (other G5), "narrow ..." (G4).
    """

    def on_train_begin(self, logs=None):
        self._rows = [_parameters(self.model.descriptor)]

    def on_epoch_end(self, epoch, logs=None):
        self._rows.append(_parameters(self.model.descriptor))

    @property
    def paths(self):
        return {name: np.array([row[name] for row in self._rows]) for name in self._rows[0]}


def _parameters(layer):
    """The present values of the trained parameters: dict of arrays, by part of the layer and parameter."""
    parts = {name: getattr(layer, name) for name in ("radial", "angular", "narrow", "wide")}
    weights = {
        f"{name} {parameter}": getattr(part.factors, parameter)
        for name, part in parts.items()
        if part is not None
        for parameter in layer.trainable_parameters
    }
    return {name: np.array(weight, "float64") for name, weight in weights.items() if weight.shape[0]}


def jumps(path):
    """Which parameters came closer to where another of their kind began than to where they began themselves.

    The paper reports two kinds of parameters: those that stay, and those that jump to another's start.

    Args:
        path: array (epochs + 1, n), of `ParameterPaths.paths`.

    Returns:
        (n,) bool.

    Example:
        >>> jumps(np.array([[0.0, 1.0, 2.0], [0.9, 1.1, 2.3]])).tolist()
        [True, False, False]
    """
    distances = np.abs(path[-1][:, None] - path[0])
    return distances.min(axis=1) < np.diagonal(distances)  # none does where all began alike


def plot_paths(axes, path, label):
    """Draws parameters over epochs, those that jump in color (`jumps`).

    Args:
        axes: `matplotlib.axes.Axes`.
        path: array (epochs + 1, n), of `ParameterPaths.paths`.
        label: of the parameter, for the y axis.
    """
    for values, jumped in zip(path.T, jumps(path), strict=True):
        axes.plot(values, lw=1.2, color="tab:red" if jumped else "tab:gray")
    axes.set(xlabel="epoch", ylabel=label)

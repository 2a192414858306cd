"""Full-batch training by L-BFGS: how aenet trains, and what small data sets need."""

import keras
import numpy as np
import scipy.optimize
from keras import ops

from atomzoo.models.potential.gradients import compiled, value_and_gradient
from atomzoo.models.training.cached_inputs import with_cached_features, with_cached_gradients


def fit_lbfgs(potential, dataset, max_iterations=1000, loss_weights=None, weight_decay=0.0, callback=None):
    """Trains a potential on all data at once with scipy's L-BFGS-B.

    The loss is the weighted mean of the squared errors of what `loss_weights` names, with the weights of the dataset:
    the energy's is that of energies per atom. Loss and gradient are one XLA program; features that are not trained are
    evaluated once.

    Args:
        potential: `NeuralNetworkPotential`, best of dtype float64: in float32 the line search ends early, in rounding.
        dataset: `StructureDataset` with labels for all of `loss_weights`.
        max_iterations: Int.
        loss_weights: Dict by output; {"energy": 1.0} (the default), or {"energy": 1.0, "forces": 0.1}, say.
        weight_decay: Strength of the penalty on the squares of the networks' weights (biases are free), in units of the
            squared energy scale of `AtomSum`. It keeps a network smooth where data are few; it is a Gaussian prior of
            width 1 on each weight if it is (noise / scale)^2 / number of structures.
        callback: Function of the iteration (int) and its loss (float), called after each.

    Returns:
        List of the loss after each iteration.

    Raises:
        ValueError: if the dataset lacks a label that `loss_weights` names.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> from atomzoo.models import NeuralNetworkPotential, fit_lbfgs
    >>> from atomzoo.models.potential.function_sets import load_function_set
    >>> train, _ = gold_clusters.load_data(n_atoms=3)
    >>> functions = load_function_set("barch-tubman-2017", ["Au"])
    >>> potential = NeuralNetworkPotential(["Au"], functions, hidden=(5,), dtype="float64")
    >>> potential.adapt(train)
    >>> losses = fit_lbfgs(potential, potential.dataset(train), max_iterations=5)
    >>> losses[-1] < losses[0]
    True

    References:
        Byrd, Lu, Nocedal and Zhu, SIAM J. Sci. Comput. 16, 1190 (1995).
    """
    loss_weights = loss_weights or {"energy": 1.0}
    missing = [name for name in loss_weights if name not in dataset.buckets[0]["y"]]
    if missing:
        raise ValueError(f"The dataset has no labels {missing[0]!r}. Received: loss_weights={loss_weights}")
    potential.compile(loss={name: "mse" for name in loss_weights}, loss_weights=loss_weights)
    cache = with_cached_gradients if potential.derivatives else with_cached_features
    objective = Objective(potential, cache(potential, dataset), loss_weights, weight_decay)
    losses = []

    def after_iteration(intermediate_result):
        losses.append(float(intermediate_result.fun))
        if callback is not None:
            callback(len(losses), losses[-1])

    result = scipy.optimize.minimize(
        objective,
        objective.start(),
        jac=True,
        method="L-BFGS-B",
        bounds=objective.bounds(),
        callback=after_iteration,
        # The loss falls by small steps for long: stop on the number of iterations, not on a small decrease.
        options={"maxiter": max_iterations, "maxfun": 10 * max_iterations, "maxcor": 30, "ftol": 0.0, "gtol": 0.0},
    )
    objective.assign(result.x)
    return losses


class Objective:
    """Loss and gradient of a potential on a whole dataset, as a function of one vector of all trainable weights."""

    def __init__(self, potential, dataset, loss_weights, weight_decay=0.0):
        self.potential = potential
        self.loss_weights = loss_weights
        self.weight_decay = weight_decay * float(potential.atom_sum.scale) ** 2
        self.n_structures = dataset.n_structures
        self.variables = potential.trainable_variables
        kernels = {id(v) for v in potential.atomic_network.trainable_variables if v.name == "kernel"}
        self.is_kernel = np.repeat([id(v) in kernels for v in self.variables], [v.numpy().size for v in self.variables])
        self._run = compiled(self._loss_and_gradient, potential)
        self._batches = [
            keras.tree.map_structure(ops.convert_to_tensor, (bucket["x"], bucket["y"], bucket["weights"]))
            for bucket in dataset.buckets
        ]

    def __call__(self, vector):
        """Loss and gradient (NumPy), summed over the size buckets."""
        results = [self._run(vector, *batch) for batch in self._batches]
        decaying = np.where(self.is_kernel, vector, 0.0)
        return (
            sum(float(loss) for loss, _ in results) + self.weight_decay * float(decaying @ decaying),
            sum(np.asarray(gradient) for _, gradient in results) + 2.0 * self.weight_decay * decaying,
        )

    def start(self):
        """The present weights as one float64 vector."""
        return np.concatenate([np.asarray(v).ravel().astype("float64") for v in self.variables])

    def bounds(self):
        """0 as the smallest eta, as Keras optimizers keep it; no others."""
        lowest = [0.0 if isinstance(v.constraint, keras.constraints.NonNeg) else -np.inf for v in self.variables]
        return scipy.optimize.Bounds(np.repeat(lowest, [v.numpy().size for v in self.variables]))

    def assign(self, vector):
        """Sets the weights."""
        for variable, value in zip(self.variables, self._split(vector), strict=True):
            variable.assign(value)

    def _split(self, vector):
        pieces, start = [], 0
        for variable in self.variables:
            size = int(np.prod(variable.shape))
            pieces.append(ops.cast(ops.reshape(vector[start : start + size], variable.shape), variable.dtype))
            start += size
        return pieces

    def _loss_and_gradient(self, vector, *batch):
        return value_and_gradient(lambda v: self._loss(v, *batch), vector)

    def _loss(self, vector, x, y, weights):
        with keras.StatelessScope(state_mapping=list(zip(self.variables, self._split(vector), strict=True))):
            predicted = self.potential(x)
        errors = {name: _weighted_error(y[name] - predicted[name], weights[name]) for name in self.loss_weights}
        return sum(self.loss_weights[name] * error for name, error in errors.items()) / self.n_structures


def _weighted_error(error, weights):
    """Squared error, mean over atoms and components as in the losses of Keras; weighted sum over structures."""
    components = tuple(range(len(weights.shape), len(error.shape)))
    squared = ops.mean(error**2, axis=components) if components else error**2
    return ops.sum(weights * squared) / int(np.prod(weights.shape[1:]))

"""Full-batch training by L-BFGS: how aenet trains, and what small data sets need."""

import keras
import numpy as np
import scipy.optimize
from keras import ops

from atomzoo.models.potential.gradients import compiled, value_and_gradient


def minimize_loss(potential, train, validation, iterations, callbacks=()):
    """Minimizes the compiled loss of a potential over all batches together, with scipy's L-BFGS-B.

    Loss and gradient are one XLA program. Callbacks are called as `keras.Model.fit` calls them, an iteration for an
    epoch; the potential has the weights of the iteration then.

    Args:
        potential: `NeuralNetworkPotential`, compiled; best of dtype float64: in float32 the line search ends early, in
            rounding.
        train: `StructureDataset`, whose batches do not change.
        validation: another one, whose loss is measured after each iteration, or None.
        iterations: Int.
        callbacks: List of `keras.callbacks.Callback`, which may set `model.stop_training`.

    Returns:
        `keras.callbacks.History`, with "loss" and, with validation data, "val_loss", for each iteration.

    References:
        Byrd, Lu, Nocedal and Zhu, SIAM J. Sci. Comput. 16, 1190 (1995).
    """
    objective = Objective(potential, train)
    held_out = Objective(potential, validation) if validation is not None else None
    calls = keras.callbacks.CallbackList(list(callbacks), add_history=True, model=potential, epochs=iterations, steps=1)
    potential.stop_training = False
    calls.on_train_begin()
    history, count, logs = potential.history, 0, {}

    def after_iteration(intermediate_result):
        nonlocal count, logs
        calls.on_epoch_begin(count)
        if callbacks:  # which may look at the weights
            objective.assign(intermediate_result.x)
        logs = {"loss": float(intermediate_result.fun)}
        if held_out is not None:
            logs["val_loss"] = held_out.value(intermediate_result.x)
        calls.on_epoch_end(count, logs)
        count += 1
        if potential.stop_training:
            raise StopIteration

    result = scipy.optimize.minimize(
        objective,
        objective.start(),
        jac=True,
        method="L-BFGS-B",
        bounds=objective.bounds(),
        callback=after_iteration,
        # The loss falls by small steps for long: stop on the number of iterations, not on a small decrease.
        options={"maxiter": iterations, "maxfun": 10 * iterations, "maxcor": 30, "ftol": 0.0, "gtol": 0.0},
    )
    if not potential.stop_training:  # else a callback may have put back better weights
        objective.assign(result.x)
    calls.on_train_end(logs)
    return history


class Objective:
    """The compiled loss and its gradient over a whole dataset, as a function of one vector of all trainable weights."""

    def __init__(self, potential, dataset):
        self.potential = potential
        self.variables = potential.trainable_variables
        self.n_structures = dataset.n_structures
        self._gradient = compiled(self._loss_and_gradient, potential)
        self._value = compiled(self._loss, potential)
        self._batches, self._shares = [], []
        for k in range(len(dataset)):
            x, y, weights = dataset[k]
            self._batches.append(keras.tree.map_structure(ops.convert_to_tensor, (x, y, weights)))
            self._shares.append(len(np.unique(x["structure"][x["species"] >= 0])) / dataset.n_structures)

    def __call__(self, vector):
        """Loss and gradient (NumPy)."""
        results = [self._gradient(vector, *batch) for batch in self._batches]
        losses, gradients = zip(*results, strict=True)
        return self._mean(map(float, losses)), self._mean(map(np.asarray, gradients))

    def value(self, vector):
        """The loss alone."""
        return self._mean(float(self._value(vector, *batch)) for batch in self._batches)

    def _mean(self, values):
        """Each batch counts by its number of structures."""
        return sum(share * value for share, value in zip(self._shares, values, strict=True))

    def start(self):
        """The present weights as one float64 vector."""
        return np.concatenate([np.asarray(v).ravel().astype("float64") for v in self.variables])

    def bounds(self):
        """0 as the smallest eta, as Keras optimizers keep it; no others."""
        lowest = [0.0 if isinstance(v.constraint, keras.constraints.NonNeg) else -np.inf for v in self.variables]
        return scipy.optimize.Bounds(np.repeat(lowest, [int(np.prod(v.shape)) for v in self.variables]))

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
            return self.potential.loss_of(x, y, weights)

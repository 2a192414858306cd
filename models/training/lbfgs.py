"""Full-batch training by L-BFGS: how aenet trains, and what small data sets need."""

import functools

import keras
import numpy as np
import scipy.optimize
from keras import ops

from atomzoo.models.potential.gradients import compiled, value_and_gradient

LEG = 500  # iterations between the places where a training with a checkpoint may go on


def minimize_loss(potential, train, validation, iterations, callbacks=(), first=0, leg=None):
    """Minimizes the compiled loss of a potential over all batches together, with scipy's L-BFGS-B.

    Callbacks are called as `keras.Model.fit` calls them, an iteration for an epoch; the potential has the weights of
    the iteration then.

    Args:
        potential: `NeuralNetworkPotential`, compiled; best of dtype float64: in float32 the line search ends early, in
            rounding.
        train: `StructureDataset`, whose batches do not change.
        validation: another one, whose loss is measured after each iteration, or None.
        iterations: Int.
        callbacks: List of `keras.callbacks.Callback`, which may set `model.stop_training`.
        first: Int, number of iterations that have been done before.
        leg: Int, number of iterations after which it begins anew, so that another process may go on there; None for
            never, which needs fewer iterations.

    Returns:
        `keras.callbacks.History`, with "loss" and, with validation data, "val_loss" and "val_energy_per_atom_rmse" (eV)
        and so on, for each iteration.
    """
    objective = objective_of(potential, train, potential.loss_of)
    held_out = None if validation is None else objective_of(potential, validation, potential.loss_and_errors_of)
    calls = keras.callbacks.CallbackList(list(callbacks), add_history=True, model=potential, epochs=iterations, steps=1)
    potential.stop_training = False
    calls.on_train_begin()
    logs, done = {}, first

    def after_iteration(vector, loss):
        nonlocal done
        calls.on_epoch_begin(done)
        if callbacks:  # which may look at the weights
            objective.assign(vector)
        logs["loss"] = loss
        if held_out is not None:
            logs["val_loss"], *errors = map(float, held_out.value(vector))
            logs.update({f"val_{n}_rmse": error**0.5 for n, error in zip(potential.fitted, errors, strict=True)})
        calls.on_epoch_end(done, logs)
        done += 1
        return potential.stop_training

    before = -1
    while before < done < iterations and not potential.stop_training:
        before = done
        end = iterations if leg is None else min(iterations, done - done % leg + leg)
        vector = objective.minimum(end - done, after_iteration)
        if not potential.stop_training:  # else a callback may have put back better weights
            objective.assign(vector)
    calls.on_train_end(logs)
    return potential.history


def objective_of(potential, dataset, loss):
    """The `Objective` of a compiled potential: the mean of a loss of it over the structures of a `StructureDataset`."""
    batches = [dataset[k] for k in range(len(dataset))]
    counts = [len(np.unique(x["structure"][x["species"] >= 0])) for x, _, _ in batches]
    return Objective(potential, loss, batches, [count / dataset.n_structures for count in counts])


class Objective:
    """A loss of a Keras model and its gradient, as a function of one vector of all trainable weights.

    Loss and gradient are one XLA program for each batch, which holds it: to hand it over takes TensorFlow longer than
    the loss of a small set.

    Args:
        model: Keras model.
        loss: function of the tensors of a batch, which uses the model's weights, to a scalar tensor.
        batches: list of tuples of arrays, or of dicts and tuples of these.
        shares: list of what each batch counts in the mean.

    References:
        Byrd, Lu, Nocedal and Zhu, SIAM J. Sci. Comput. 16, 1190 (1995).
    """

    def __init__(self, model, loss, batches, shares=(1.0,)):
        self.loss, self.shares, self.variables = loss, shares, model.trainable_variables
        batches = [keras.tree.map_structure(ops.convert_to_tensor, batch) for batch in batches]
        self._values = [compiled(functools.partial(self._loss, batch), model) for batch in batches]
        self._gradients = [compiled(functools.partial(self._loss_and_gradient, batch), model) for batch in batches]

    def minimum(self, iterations, after_iteration=None):
        """The vector at the end of so many iterations from the present weights.

        Args:
            iterations: int, at most.
            after_iteration: function of the vector and the loss after an iteration, which returns whether to stop.
        """

        def callback(intermediate_result):
            if after_iteration is not None:
                if after_iteration(intermediate_result.x, float(intermediate_result.fun)):
                    raise StopIteration

        # The loss falls by small steps for long: stop on the number of iterations, not on a small decrease.
        options = {"maxiter": iterations, "maxfun": 10 * iterations, "maxcor": 30, "ftol": 0.0, "gtol": 0.0}
        arguments = {"jac": True, "method": "L-BFGS-B", "bounds": self.bounds(), "callback": callback}
        return scipy.optimize.minimize(self, self.start(), options=options, **arguments).x

    def __call__(self, vector):
        """Loss and gradient (NumPy)."""
        losses, gradients = zip(*(gradient(vector) for gradient in self._gradients), strict=True)
        return self._mean(map(float, losses)), self._mean(map(np.asarray, gradients))

    def value(self, vector):
        """The loss alone, a number, or an array of several."""
        return self._mean(np.asarray(value(vector)) for value in self._values)

    def _mean(self, values):
        return sum(share * value for share, value in zip(self.shares, values, strict=True))

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

    def _loss_and_gradient(self, batch, vector):
        return value_and_gradient(functools.partial(self._loss, batch), vector)

    def _loss(self, batch, vector):
        with keras.StatelessScope(state_mapping=list(zip(self.variables, self._split(vector), strict=True))):
            return self.loss(*batch)

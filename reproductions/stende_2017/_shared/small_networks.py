"""Networks of a few numbers, without symmetry functions: made as in the thesis, trained by L-BFGS or Adam."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from atomzoo.models.potential.gradients import value_and_gradient
from atomzoo.models.training.lbfgs import Objective


def sigmoid_network(n_inputs, hidden, n_outputs, seed, dtype="float64", limit=None):
    """A `keras.Sequential` of sigmoid layers and a linear one.

    Args:
        n_inputs, n_outputs: Int.
        hidden: Tuple of widths.
        seed: Int, of the initial weights.
        dtype: "float64" or "float32".
        limit: Float; weights and biases start uniform in [-limit, limit]. None: Keras' defaults.
    """

    def options(number):
        if limit is None:
            return {"kernel_initializer": keras.initializers.GlorotUniform(seed=1000 * seed + number)}
        names = ("kernel_initializer", "bias_initializer")
        return {
            name: keras.initializers.RandomUniform(-limit, limit, seed=1000 * seed + 2 * number + k)
            for k, name in enumerate(names)
        }

    layers = [keras.layers.Dense(n, "sigmoid", dtype=dtype, **options(k)) for k, n in enumerate(hidden)]
    last = keras.layers.Dense(n_outputs, dtype=dtype, **options(len(hidden)))
    model = keras.Sequential([keras.Input((n_inputs,), dtype=dtype), *layers, last])
    model.dtype_policy = dtype  # its own would be Keras' default, whatever its layers'
    return model


def fit_lbfgs(model, inputs, targets, iterations, weights=1.0):
    """Minimizes the mean of the squared errors times `weights`, over all data at once, with scipy's L-BFGS-B.

    Args:
        model: Keras model of dtype float64.
        inputs, targets: Arrays (N, n_inputs) and (N, n_outputs).
        iterations: Int.
        weights: Of the squared errors of each output.
    """
    objective = Objective(model, lambda x, y: ops.mean(weights * (model(x) - y) ** 2), [(inputs, targets)])
    objective.assign(objective.minimum(iterations))


def fit_adam(model, inputs, targets, epochs, batch_size, seed, learning_rate=1e-3):
    """Keras' Adam on shuffled mini-batches, all epochs as one of Keras: of such small steps most would be overhead.

    Args:
        model: Keras model of dtype float32.
        inputs, targets: Arrays (N, n_inputs) and (N, n_outputs); N is a multiple of `batch_size`.
        epochs, batch_size, seed: Int; the seed is that of the shuffling.
        learning_rate: Float.
    """
    steps = len(inputs) // batch_size
    pairs = tf.data.Dataset.from_tensor_slices(tuple(array.astype(model.dtype) for array in (inputs, targets)))
    batches = pairs.shuffle(len(inputs), seed=seed).batch(batch_size).repeat(epochs)
    model.compile(keras.optimizers.Adam(learning_rate), "mse", steps_per_execution=steps, jit_compile=True)
    model.fit(batches, verbose=0, shuffle=False)  # they are shuffled


def output_and_gradient(model, inputs, column=0):
    """One output (N,) of a network and its gradient with respect to the inputs (N, n_inputs)."""
    value, gradient = value_and_gradient(lambda x: model(x)[:, column], ops.cast(inputs, model.dtype))
    return np.asarray(value, "float64"), np.asarray(gradient, "float64")

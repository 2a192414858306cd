"""Automatic differentiation and compilation: the one file that knows the Keras backend.

TensorFlow's `GradientTape` is the default and the reference; JAX evaluates saved potentials.
"""

import math

import keras
import numpy as np
from keras import ops

BACKEND = keras.backend.backend()
if BACKEND == "tensorflow":
    import tensorflow as tf
    from tensorflow.python.eager import context, execute
elif BACKEND == "jax":
    import jax
else:
    raise ImportError(f"atomzoo runs on the Keras backends tensorflow and jax. Received: KERAS_BACKEND={BACKEND}")


def value_and_gradient(function, argument):
    """The value of `function(argument)` and the gradient of its sum with respect to `argument`.

    Both can be differentiated again, which training on forces does.

    Args:
        function: Of one tensor, to a tensor of any shape or a tuple whose first member is differentiated.
        argument: Float tensor.

    Example:

    >>> from atomzoo.models.potential.gradients import value_and_gradient
    >>> value, gradient = value_and_gradient(lambda x: x**2, [3.0])
    >>> float(value[0]), float(gradient[0])
    (9.0, 6.0)
    """
    argument = ops.convert_to_tensor(argument)
    if BACKEND == "tensorflow":
        with tf.GradientTape() as tape:
            tape.watch(argument)
            value = function(argument)
            target = value[0] if isinstance(value, tuple) else value
        return value, tape.gradient(target, argument, unconnected_gradients="zero")

    def summed(argument):
        value = function(argument)
        return ops.sum(value[0] if isinstance(value, tuple) else value), value

    gradient, value = jax.grad(summed, has_aux=True)(argument)
    return value, gradient


def compiled(function, layer):
    """`function(*tensors)` compiled by XLA, one program for each set of shapes.

    Args:
        function: Of tensors (or None, or dicts of tensors), which may use the weights of `layer`; each call sees them
            as they are then.
        layer: Keras layer or model.

    Returns:
        A function of arrays.
    """
    if BACKEND == "tensorflow":
        run = tf.function(function, jit_compile=True)
        # Which counts the programs of all layers as if they were one layer's, and warns of the fifth potential.
        run._omit_frequent_tracing_warning = True
    else:

        @jax.jit
        def pure(values, *tensors):
            with keras.StatelessScope(state_mapping=list(zip(layer.variables, values, strict=True))):
                return function(*tensors)

        def run(*tensors):
            return pure([variable.value for variable in layer.variables], *tensors)

    # A NumPy array would be traced as a constant, and a new one would compile a new program.
    return lambda *arrays: run(*keras.tree.map_structure(_tensor, arrays))


def values_reader(variables):
    """A function that returns the values of variables as they are when it is called, as bytes to be compared.

    Args:
        variables: list of Keras variables.

    Example:

    >>> import keras
    >>> from atomzoo.models.potential.gradients import values_reader
    >>> variable = keras.Variable([1.0])
    >>> read = values_reader([variable])
    >>> before = read()
    >>> variable.assign([2.0]) is not None and read() != before
    True
    """
    if BACKEND == "jax":
        return lambda: b"".join(np.asarray(variable.value).tobytes() for variable in variables)
    values = [variable.value for variable in variables if math.prod(variable.shape)]
    handles, count = [value.handle for value in values], len(values)
    attributes = ("N", count, "dtypes", [value.dtype.as_datatype_enum for value in values])

    def read():
        # One operation for all: one for each takes longer than the energy of a few atoms does.
        tensors = execute.quick_execute(b"_ReadVariablesOp", count, handles, attributes, context.context())
        return b"".join(tensors)

    return read


def _tensor(array):
    return None if array is None else ops.convert_to_tensor(array)

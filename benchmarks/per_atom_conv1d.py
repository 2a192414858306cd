"""`PerAtomConv1D` beside `keras.layers.Conv1D` of width 1: `python -m benchmarks.per_atom_conv1d`.

A network 70-30-30-1 with tanh on 2048 atoms (32 structures of 64), compiled by XLA, on one core: its values, their
gradient with respect to the inputs, and the gradient of squared values and slopes with respect to the weights, which
training on forces takes. Smallest processor time of 25 calls, in microseconds per atom.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

from atomzoo.layers import PerAtomConv1D
from benchmarks.timing import processor_times, run_alone

SHAPE, WIDTHS = (32, 64, 70), (30, 30, 1)


def network(name, dtype):
    """The layers as one Keras model, of `PerAtomConv1D` or `Conv1D`."""
    make = PerAtomConv1D if name == "PerAtomConv1D" else lambda width, **kwargs: keras.layers.Conv1D(width, 1, **kwargs)
    layers = [make(width, activation="tanh" if width > 1 else None, dtype=dtype) for width in WIDTHS]
    return keras.Sequential([keras.Input(SHAPE[1:], dtype=dtype), *layers])


def measure(name, dtype):
    """Microseconds per atom of a network: dict by what is evaluated."""
    model = network(name, dtype)
    inputs = tf.constant(np.random.default_rng(0).normal(size=SHAPE).astype(dtype))

    def gradient(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            values = model(inputs)
        return values, tape.gradient(values, inputs)

    def second_derivatives(inputs):
        with tf.GradientTape() as tape:
            loss = sum(tf.reduce_sum(part**2) for part in gradient(inputs))
        return tape.gradient(loss, [weight.value for weight in model.trainable_weights])

    functions = {"values": model, "gradient": gradient, "second derivatives": second_derivatives}
    n_atoms = SHAPE[0] * SHAPE[1]
    return {what: _smallest_time(function, inputs) / n_atoms * 1e6 for what, function in functions.items()}


def _smallest_time(function, inputs):
    compiled = tf.function(function, jit_compile=True)
    return min(processor_times(lambda: [part.numpy() for part in tf.nest.flatten(compiled(inputs))], 25))


def main():
    for dtype in ("float64", "float32"):
        names = ("PerAtomConv1D", "Conv1D")
        ours, plain = (run_alone("benchmarks.per_atom_conv1d", {"name": n, "dtype": dtype}, n_cores=1) for n in names)
        for what, time in ours.items():
            ratio = plain[what] / time
            print(f"{dtype} {what:18s} {names[0]} {time:.2f}  {names[1]} {plain[what]:.2f} us/atom, ratio {ratio:.2f}")


if __name__ == "__main__":
    print(json.dumps(measure(**json.loads(sys.argv[1])))) if sys.argv[1:] else main()

"""The factor that one neighbor at distance r brings into a symmetry function."""

from dataclasses import replace

import keras
import numpy as np
from keras import ops

from atomzoo.layers import trigonometry
from atomzoo.layers.descriptors.cutoffs import get_cutoff_function

# What multiplies fc(r): 1 in G1, a Gaussian in G2, G4 and G5, a cosine in G3.
SHAPES = {"G1": "constant", "G2": "gaussian", "G4": "gaussian", "G5": "gaussian", "G3": "cosine"}
PARAMETERS = {"constant": (), "gaussian": ("eta", "rs"), "cosine": ("kappa",)}
TRAINABLE = ("eta", "rs", "kappa")


class RadialFactors(keras.layers.Layer):
    """fc(r), exp(-eta (r - rs)^2) fc(r) and cos(kappa r) fc(r): each different one evaluated once.

    Functions that begin with the same parameters and cutoff share one factor, and one weight: they stay equal in
    training, and cost one exponential instead of many.

    Args:
        functions: List of `SymmetryFunction`.
        cutoff_function: Layer, name or config, see `get_cutoff_function`.
        trainable_parameters: Those of "eta", "rs", "kappa" that are trained.

    Call arguments:
        distances: Tensor (..., M) in A.

    Returns:
        Tensor (..., n_factors, M).

    Attributes:
        index: For each function, the number of its factor.
        eta, rs, kappa: Weights, shape (number of such factors,).
    """

    def __init__(self, functions, cutoff_function="cosine", trainable_parameters=(), **kwargs):
        super().__init__(**kwargs)
        self.functions = tuple(functions)
        self.trainable_parameters = tuple(trainable_parameters)
        keys = [_factor(function) for function in self.functions]
        self.factors = sorted(set(keys), key=lambda key: (tuple(PARAMETERS).index(key[0]), keys.index(key)))
        self.index = [self.factors.index(key) for key in keys]
        radii = sorted({cutoff for _, cutoff, *_ in self.factors})
        template = get_cutoff_function(cutoff_function)
        self.cutoffs = [template.with_cutoff(radius, self.dtype_policy) for radius in radii]
        self.cutoff_index = [radii.index(cutoff) for _, cutoff, *_ in self.factors]

    def build(self, input_shape=None):
        self.eta = self._add_parameter("eta", "gaussian", 2, keras.constraints.NonNeg())
        self.rs = self._add_parameter("rs", "gaussian", 3)
        self.kappa = self._add_parameter("kappa", "cosine", 4)
        self.built = True

    def _add_parameter(self, name, shape, column, constraint=None):
        values = np.array([factor[column] for factor in self.factors if factor[0] == shape], dtype="float64")
        return self.add_weight(
            name=name,
            shape=values.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(values, dtype=dtype),
            trainable=name in self.trainable_parameters and values.size > 0,
            constraint=constraint,
        )

    def call(self, distances):
        r = distances[..., None, :]
        parts = []
        if any(factor[0] == "constant" for factor in self.factors):
            n_constant = sum(factor[0] == "constant" for factor in self.factors)
            parts.append(ops.ones_like(ops.repeat(r, n_constant, axis=-2)))
        if self.eta.shape[0]:
            eta, rs = (ops.cast(value, self.compute_dtype)[:, None] for value in (self.eta, self.rs))
            parts.append(ops.exp(-eta * (r - rs) ** 2))
        if self.kappa.shape[0]:
            parts.append(trigonometry.cos(ops.cast(self.kappa, self.compute_dtype)[:, None] * r))
        shapes = ops.concatenate(parts, axis=-2) if len(parts) > 1 else parts[0]
        return shapes * self._of_factors(ops.stack([cutoff(distances) for cutoff in self.cutoffs], axis=-2))

    def product(self, distances, cutoff_values):
        """The product of Gaussian factors at several distances, with one exponential: (..., n_factors, M).

        Args:
            distances: List of tensors (..., M) in A.
            cutoff_values: Tensor (..., n_radii, M), the product of fc at these distances for each radius of `cutoffs`.
        """
        eta, rs = (ops.cast(value, self.compute_dtype)[:, None] for value in (self.eta, self.rs))
        squares = sum((r[..., None, :] - rs) ** 2 for r in distances)
        return ops.exp(-eta * squares) * self._of_factors(cutoff_values)

    def _of_factors(self, cutoff_values):
        return cutoff_values if len(self.cutoffs) == 1 else ops.take(cutoff_values, self.cutoff_index, axis=-2)

    def current_functions(self):
        """The functions with the parameters as they now are; those that are not trained, as they were given."""
        if not (self.built and self.trainable_parameters):
            return list(self.functions)
        values = {name: np.asarray(getattr(self, name)) for name in self.trainable_parameters}
        current = []
        for function, index in zip(self.functions, self.index, strict=True):
            shape = SHAPES[function.kind]
            position = sum(factor[0] == shape for factor in self.factors[:index])
            trained = [name for name in PARAMETERS[shape] if name in values]
            current.append(replace(function, **{name: float(values[name][position]) for name in trained}))
        return current


def _factor(function):
    return (SHAPES[function.kind], function.cutoff, function.eta, function.rs, function.kappa)

"""Chebyshev features, at a cost linear in the number of neighbors."""

import keras
import numpy as np
from keras import ops
from numpy.polynomial import chebyshev, legendre

from atomzoo.layers.descriptors.cutoffs import get_cutoff_function
from atomzoo.layers.descriptors.harmonics import real_harmonics
from atomzoo.layers.descriptors.radial_g1_g2_g3 import take_columns


class ChebyshevFunctions(keras.layers.Layer):
    """`ChebyshevFunction`s without a sum over triplets, exact.

    T_n is a polynomial, hence a Legendre series sum_l c_l P_l; with w_j = s_j fc(r_ij) and unit vectors u_j, as in
    `AngularFunctions`,

        sum_{j<k} T_n(u_j.u_k) w_j w_k = 1/2 [sum_l c_l sum_m A_lm^2 - sum_j w_j^2],   A_lm = sum_j w_j C_lm(u_j).

    Args:
        functions: List of `ChebyshevFunction`.
        elements: Chemical symbols, in the order of the species indices.
        cutoff_function: Layer, name or config, see `get_cutoff_function`.
        double_count: Whether each pair of neighbors is counted twice.

    Call arguments:
        distances: Tensor (..., M) in A.
        directions: The three components of the unit vectors, each (..., M).
        masks: Tensor (..., n_elements, M), see `element_masks`.

    Returns:
        Tensor (..., n_functions).
    """

    def __init__(self, functions, elements, cutoff_function="cosine", double_count=False, **kwargs):
        super().__init__(**kwargs)
        self.functions = tuple(functions)
        self.double_count = double_count
        template = get_cutoff_function(cutoff_function)
        self.channels = list(dict.fromkeys(function.weights for function in self.functions))
        self.weights_table = np.array([_weights(channel, elements) for channel in self.channels])
        self.blocks = []  # for each kind and cutoff: kind, cutoff function, largest order
        for kind, cutoff in dict.fromkeys((function.kind, function.cutoff) for function in self.functions):
            orders = [f.order for f in self.functions if (f.kind, f.cutoff) == (kind, cutoff)]
            self.blocks.append((kind, template.with_cutoff(cutoff, self.dtype_policy), max(orders)))
        self.columns = [self._column(function) for function in self.functions]

    def _column(self, function):
        """Place among the blocks' outputs, each (channels, orders)."""
        start = 0
        for kind, cutoff, largest in self.blocks:
            if (kind, cutoff.cutoff) == (function.kind, function.cutoff):
                return start + self.channels.index(function.weights) * (largest + 1) + function.order
            start += len(self.channels) * (largest + 1)

    def build(self, *input_shapes):
        self.built = True

    def call(self, distances, directions, masks):
        weights = ops.matmul(ops.convert_to_tensor(self.weights_table, dtype=self.compute_dtype), masks)
        harmonics = self._harmonics(directions)
        parts = []
        for kind, cutoff, largest in self.blocks:
            weighted = weights * cutoff(distances)[..., None, :]  # (..., channels, M)
            if kind == "T2":
                sums = ops.matmul(weighted, self._polynomials(distances, cutoff.cutoff, largest))
            else:
                sums = self._pair_sums(weighted, harmonics[..., : (largest + 1) ** 2], largest)
            parts.append(ops.reshape(sums, (*ops.shape(sums)[:-2], len(self.channels) * (largest + 1))))
        return take_columns(ops.concatenate(parts, axis=-1), 1, self.columns)

    def _harmonics(self, directions):
        degrees = [largest for kind, _, largest in self.blocks if kind == "T3"]
        return ops.stack(real_harmonics(*directions, max(degrees)), axis=-1) if degrees else None

    def _polynomials(self, distances, radius, largest):
        """T_0 to T_largest of the scaled distances, (..., M, orders); bounded beyond the radius, where fc is 0."""
        x = ops.minimum(2.0 * distances / radius - 1.0, 1.0)
        values = [ops.ones_like(x), x]
        while len(values) <= largest:
            values.append(2.0 * x * values[-1] - values[-2])
        return ops.stack(values[: largest + 1], axis=-1)

    def _pair_sums(self, weighted, harmonics, largest):
        a = ops.matmul(weighted, harmonics)
        product = ops.matmul(a * a, ops.convert_to_tensor(_legendre_table(largest), dtype=self.compute_dtype))
        sums = product - ops.sum(weighted * weighted, axis=-1, keepdims=True)  # T_n(1) is 1
        return sums if self.double_count else 0.5 * sums

    def current_functions(self):
        """The functions; nothing in them is trained."""
        return list(self.functions)


def _weights(channel, elements):
    return [dict(channel).get(element, 0.0) if channel else 1.0 for element in elements]


def _legendre_table(largest):
    """The coefficients c_l of T_0 to T_largest, repeated for the 2 l + 1 harmonics of degree l: (harmonics, orders)."""
    repeats = 2 * np.arange(largest + 1) + 1
    x, weights = legendre.leggauss(largest + 1)  # integrates the products P_l T_n exactly
    projections = legendre.legvander(x, largest).T @ (weights[:, None] * chebyshev.chebvander(x, largest))
    return np.repeat(0.5 * repeats[:, None] * projections, repeats, axis=0)

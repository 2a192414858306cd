"""The three-body symmetry function G5 for integer zeta, at a cost linear in the number of neighbors."""

import keras
import numpy as np
from keras import ops

from atomzoo.layers.descriptors.harmonics import legendre_coefficients, real_harmonics
from atomzoo.layers.descriptors.pairs import angular_columns
from atomzoo.layers.descriptors.radial_factors import RadialFactors
from atomzoo.layers.descriptors.radial_g1_g2_g3 import take_columns


class AngularFunctions(keras.layers.Layer):
    """G5 without a sum over triplets, exact.

    With w_j = exp(-eta (r_ij - rs)^2) fc(r_ij), unit vectors u_j and (1 + lambda x)^zeta = sum_l c_l P_l(x), the
    addition theorem of the spherical harmonics gives

        sum_{j<k} (1 + lambda u_j.u_k)^zeta w_j w_k
            = 1/2 [sum_l c_l sum_m A_lm^2 - (1 + lambda)^zeta sum_j w_j^2],   A_lm = sum_j w_j C_lm(u_j),

    and for neighbors of two different elements a, b: sum_l c_l sum_m A^a_lm A^b_lm. One A serves every zeta and lambda.

    Args:
        functions: List of resolved `SymmetryFunction` of kind G5 with integer zeta.
        elements: Chemical symbols, in the order of the species indices.
        cutoff_function, trainable_parameters: See `RadialFactors`.
        double_count: Whether each pair of neighbors is counted twice.

    Call arguments:
        distances: Tensor (..., M) in A.
        directions: The three components of the unit vectors, each (..., M).
        masks: Tensor (..., n_elements, M), see `element_masks`.

    Returns:
        Tensor (..., n_functions).
    """

    def __init__(
        self, functions, elements, cutoff_function="cosine", trainable_parameters=(), double_count=False, **kwargs
    ):
        super().__init__(**kwargs)
        self.factors = RadialFactors(functions, cutoff_function, trainable_parameters, dtype=self.dtype_policy)
        self.n_elements = len(elements)
        self.double_count = double_count
        self.max_degree = int(max(function.zeta for function in functions))
        self.pairs, self.polynomials, self.columns = angular_columns(functions, elements, self.factors.index)

    def build(self, *input_shapes):
        self.factors.build()
        self.built = True

    def call(self, distances, directions, masks):
        weights = self._weights(distances, masks)
        harmonics = ops.stack(real_harmonics(*directions, self.max_degree), axis=-2)  # (..., harmonics, M)
        # of each element: (..., factors, harmonics)
        a = [ops.matmul(w, ops.swapaxes(harmonics, -1, -2)) for w in weights]
        squares = {i: ops.sum(w * w, axis=-1) for i, w in enumerate(weights)}
        sums = ops.stack([self._pair_sums(a[i], a[j], squares[i] if i == j else None) for i, j in self.pairs], axis=-2)
        return take_columns(sums, 3, self.columns)

    def _weights(self, distances, masks):
        """w_j of the neighbors of each element: list of (..., factors, M)."""
        factors = self.factors(distances)
        return [factors * masks[..., element, None, :] for element in range(self.n_elements)]

    def _pair_sums(self, a, b, self_terms):
        """Sums over pairs, (..., factors, polynomials); `self_terms` sum_j w_j^2 where the elements are equal."""
        series, at_zero_angle = self._polynomial_table()
        product = ops.matmul(a * b, ops.convert_to_tensor(series, dtype=self.compute_dtype))
        if self_terms is None:
            return product
        return 0.5 * (product - self_terms[..., None] * ops.convert_to_tensor(at_zero_angle, dtype=self.compute_dtype))

    def _polynomial_table(self):
        """Of 2^(1-zeta) (1 + lambda x)^zeta: c_l, repeated for each m, (harmonics, polynomials); the value at x = 1."""
        series, at_zero_angle = [], []
        repeats = [2 * degree + 1 for degree in range(self.max_degree + 1)]
        for zeta, lambda_ in self.polynomials:
            norm = 2.0 ** (1 - zeta) * (2 if self.double_count else 1)
            series.append(norm * np.repeat(legendre_coefficients(zeta, lambda_, self.max_degree), repeats))
            at_zero_angle.append(norm * (1 + lambda_) ** zeta)
        return np.stack(series, axis=-1), np.array(at_zero_angle)

    def current_functions(self):
        """The functions with the parameters as they now are."""
        return self.factors.current_functions()

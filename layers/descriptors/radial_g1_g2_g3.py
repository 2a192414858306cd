"""The two-body symmetry functions G1, G2 and G3."""

import keras
from keras import ops

from atomzoo.layers.descriptors.radial_factors import RadialFactors


class RadialFunctions(keras.layers.Layer):
    """Sums of radial factors over the neighbors of each element.

    Args:
        functions: List of resolved `SymmetryFunction` of kind G1, G2 or G3.
        elements: Chemical symbols, in the order of the species indices.
        cutoff_function, trainable_parameters: See `RadialFactors`.

    Call arguments:
        distances: Tensor (..., M) in A.
        masks: Tensor (..., n_elements, M), see `element_masks`.

    Returns:
        Tensor (..., n_functions).
    """

    def __init__(self, functions, elements, cutoff_function="cosine", trainable_parameters=(), **kwargs):
        super().__init__(**kwargs)
        self.factors = RadialFactors(functions, cutoff_function, trainable_parameters, dtype=self.dtype_policy)
        n_elements = len(elements)
        self.columns = [
            factor * n_elements + elements.index(function.neighbors[0])
            for function, factor in zip(functions, self.factors.index, strict=True)
        ]

    def build(self, *input_shapes):
        self.factors.build()
        self.built = True

    def call(self, distances, masks):
        sums = ops.matmul(self.factors(distances), ops.swapaxes(masks, -1, -2))  # (..., factors, elements)
        return take_columns(sums, 2, self.columns)

    def current_functions(self):
        """The functions with the parameters as they now are."""
        return self.factors.current_functions()


def take_columns(values, n_axes, columns):
    """Flattens the last `n_axes` axes of `values` and picks `columns`."""
    shape = ops.shape(values)
    size = 1
    for length in values.shape[-n_axes:]:
        size *= length
    table = ops.reshape(values, (*shape[:-n_axes], size))
    return table if list(columns) == list(range(size)) else ops.take(table, columns, axis=-1)

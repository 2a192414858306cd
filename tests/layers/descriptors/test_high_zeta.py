"""G5 of a zeta so high that the linear-cost form would take more harmonics than there are pairs of neighbors."""

import numpy as np

from atomzoo.layers import SymmetryFunction, SymmetryFunctionLayer
from atomzoo.layers.descriptors.symmetry_function_layer import MAX_DEGREE
from tests.examples import neighborhood


def test_high_zeta_is_a_sum_over_triplets():
    displacements, species = neighborhood(1)
    zetas = (MAX_DEGREE, MAX_DEGREE + 1, 1_000_000)
    functions = [SymmetryFunction("G5", 5.0, eta=0.1, zeta=zeta) for zeta in zetas]
    layer = SymmetryFunctionLayer(functions, ["Au"], dtype="float64")
    assert layer.angular.max_degree == MAX_DEGREE and len(layer.wide.columns) == 2
    triplets = SymmetryFunctionLayer(functions, ["Au"], linear_g5=False, dtype="float64")
    values = np.asarray(layer(displacements, species))
    np.testing.assert_allclose(values, np.asarray(triplets(displacements, species)), rtol=1e-10, atol=1e-16)
    assert values[0] > values[1] > 0

import numpy as np
import pytest

from atomzoo.layers import SymmetryFunction, SymmetryFunctionLayer
from atomzoo.models.potential.gradients import value_and_gradient


@pytest.mark.parametrize("kind", ["G4", "G5"])
def test_slope_where_two_neighbors_are_on_one_line(kind):
    """1 + cos t is 0 in the last digit, and its slope sin t, here 1e-9, is not; in crystals many such pairs add up."""
    function = SymmetryFunction(kind, 8.0, zeta=1, lambda_=1)
    layer = SymmetryFunctionLayer([function], ["Si"], linear_g5=False, dtype="float64")
    angle = 1e-9
    displacements = np.array([[2.0, 0.0, 0.0], [-2.0, 2.0 * angle, 0.0]])
    _, gradient = value_and_gradient(lambda d: layer(d, np.zeros(2, "int32"))[..., 0], displacements)
    fc = [0.5 * (np.cos(np.pi * r / 8.0) + 1) for r in (2.0, 2.0, 4.0)]
    expected = angle / 2.0 * fc[0] * fc[1] * (fc[2] if kind == "G4" else 1.0)
    np.testing.assert_allclose(np.asarray(gradient)[:, 1], expected, rtol=1e-6)

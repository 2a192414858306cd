import matplotlib
import numpy as np
import pandas
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from atomzoo.layers import SymmetryFunction
from atomzoo.models.selection.plots import plot_angular, plot_correlations, plot_radial, plot_ranges

RADIAL = [SymmetryFunction("G2", 6.0, eta=0.5), SymmetryFunction("G2", 6.0, eta=2.0, rs=3.0, neighbors=("Si",))]
ANGULAR = [
    SymmetryFunction("G5", 6.0, eta=eta, zeta=zeta, lambda_=sign)
    for eta in (0.1, 0.2) for zeta in (1, 4) for sign in (1, -1)
]  # fmt: skip


@pytest.fixture
def axes():
    yield plt.figure().add_subplot()
    plt.close("all")


def test_radial_curves_are_those_of_the_formula(axes):
    plot_radial(axes, RADIAL + ANGULAR, distances=np.array([2.4, 2.5, 3.8]))
    first, second, distribution = axes.lines
    r = first.get_xdata()
    fc = 0.5 * (np.cos(np.pi * r / 6.0) + 1)
    np.testing.assert_allclose(first.get_ydata(), np.exp(-0.5 * r**2) * fc, atol=1e-12)
    np.testing.assert_allclose(second.get_ydata(), np.exp(-2.0 * (r - 3.0) ** 2) * fc, atol=1e-12)
    x, y = distribution.get_data()
    assert set(np.round(x[y > 0], 1)) == {2.4, 2.5, 3.8} and y.max() < 1.05


def test_equal_angular_parts_are_drawn_once(axes):
    plot_angular(axes, ANGULAR + RADIAL)
    assert len(axes.lines) == 4
    theta, narrow = axes.lines[1].get_data()  # zeta 4, lambda +1
    np.testing.assert_allclose(narrow, (1 + np.cos(np.radians(theta))) ** 4 / 8, atol=1e-12)
    np.testing.assert_allclose(axes.lines[3].get_ydata(), narrow[::-1], atol=1e-12)


def test_bars_reach_from_the_smallest_to_the_largest_value(axes):
    values = pandas.DataFrame({RADIAL[0]: [0.5, 1.0, 2.0], RADIAL[1]: [0.0, 0.0, 0.0]})
    plot_ranges(axes, values, kept=[RADIAL[0]])
    corners = np.concatenate([path.vertices for bar in axes.collections for path in bar.get_paths()])
    upper = corners[corners[:, 1] < 0.5]
    np.testing.assert_allclose([upper[:, 0].min(), upper[:, 0].max()], [0.5, 2.0])
    assert len(axes.get_yticklabels()) == 2


def test_correlations_are_colored_from_minus_one_to_one(axes):
    matrix = pandas.DataFrame([[1.0, -0.5], [-0.5, 1.0]])
    image = plot_correlations(axes, matrix)
    np.testing.assert_array_equal(image.get_array(), matrix)
    assert image.get_clim() == (-1, 1)

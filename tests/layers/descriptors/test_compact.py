"""Compact functions: values by hand and by plain loops, on one line, at the ends of their ranges, and in files."""

import json
import math

import keras
import numpy as np
import pytest
from keras import ops

from atomzoo.layers import CompactDescriptor, CompactFunction
from atomzoo.models.potential.gradients import value_and_gradient
from tests.examples import ALL_COMPACT, COMPACT, ELEMENTS, crystal, layer_inputs, neighborhood, weighted
from tests.physics import assert_close

# Two neighbors at 2 A, half of the way from 0 to 4 A, at 60 degrees: they are 2 A apart.
SIXTY = np.array([[2.0, 0.0, 0.0], [1.0, math.sqrt(3), 0.0]])
RIGHT_ANGLE = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])


def values(functions, elements, displacements, species, triplets=None):
    return np.asarray(CompactDescriptor(functions, elements, dtype="float64")(displacements, species, triplets))


@pytest.mark.parametrize(
    ("geometry", "function", "expected"),
    [
        (SIXTY, CompactFunction("C2", 4.0), 2 / 2),
        (SIXTY, CompactFunction("C2", 4.0, rlow=0.0), 2.0),
        (SIXTY, CompactFunction("C2", 2.5, rlow=-1.5, subtype="p1"), 2 * 5 / 32),  # three quarters of the way
        (SIXTY, CompactFunction("C2", 4.0, subtype="p1a"), 2 * 5 / 32),
        (SIXTY, CompactFunction("C2", 4.0, subtype="e"), 2 * math.exp(-1 / 3)),
        (SIXTY, CompactFunction("C5", 4.0, thetahigh=120), 1 / 4),
        (SIXTY, CompactFunction("C5", 4.0, thetalow=-120, thetahigh=120), 1 / 8),
        (SIXTY, CompactFunction("C5", 4.0, thetalow=60), 0.0),  # it begins there
        (SIXTY, CompactFunction("C4", 4.0, thetahigh=120), 1 / 8),
        (SIXTY, CompactFunction("C4", 4.0, thetalow=-120, thetahigh=120, subtype="p4"), 1 / 16),
        (SIXTY, CompactFunction("C4", 4.0, rlow=2.0, thetahigh=120), 0.0),
        (RIGHT_ANGLE, CompactFunction("C5", 4.0, subtype="p1a"), (5 / 32) ** 2),  # the angular part is symmetric
        (RIGHT_ANGLE, CompactFunction("C5", 4.0, thetahigh=120, subtype="p1a"), (5 / 32) ** 2 / 2),
        (RIGHT_ANGLE, CompactFunction("C5", 4.0, thetalow=0, thetahigh=144, subtype="p1"), 27 / 32 / 4),
        (RIGHT_ANGLE, CompactFunction("C4", 4 * math.sqrt(2), rlow=0.0, subtype="p1"), (1.5 - math.sqrt(0.5)) ** 2),
        (RIGHT_ANGLE, CompactFunction("C4", 2.8, rlow=0.0), 0.0),  # they are too far apart
    ],
    ids=str,
)
def test_by_hand(geometry, function, expected):
    np.testing.assert_allclose(values([function], ["Au"], geometry, np.array([0, 0])), [expected], rtol=0, atol=1e-15)


def test_weights_by_hand():
    functions = weighted([CompactFunction("C2", 4.0), CompactFunction("C5", 4.0, thetahigh=120)], {"Ti": 22, "O": 8})
    found = values(functions, ["Ti", "O"], SIXTY, np.array([0, 1]))
    np.testing.assert_allclose(found, [(22 + 8) / 2, 22 * 8 / 4], rtol=1e-15)
    (only_oxygen,) = weighted([CompactFunction("C2", 4.0)], {"O": 3.0})
    np.testing.assert_allclose(values([only_oxygen], ["Ti", "O"], SIXTY, np.array([0, 1])), [3 / 2], rtol=1e-15)


def profile(t, low, high, subtype):
    """In plain numbers; beyond its ends 0."""
    x = abs(t - 0.5 * (low + high)) / (0.5 * (high - low))
    if x >= 1:
        return 0.0
    if subtype == "e":
        return math.e * math.exp(-1 / (1 - x * x))
    x = x * (2 - x) if subtype.endswith("a") else x
    shapes = {
        "1": (2 * x - 3) * x**2 + 1,
        "2": ((15 - 6 * x) * x - 10) * x**3 + 1,
        "3": (x * (x * (20 * x - 70) + 84) - 35) * x**4 + 1,
        "4": (x * (x * ((315 - 70 * x) * x - 540) + 420) - 126) * x**5 + 1,
    }
    return shapes[subtype[1]]


def by_loops(function, elements, displacements, species):
    """The formulas over the neighbors that the function counts."""
    neighbors = [(d, elements[s]) for d, s in zip(displacements, species, strict=True) if s >= 0]
    weights = dict(function.weights)

    def radial(r):
        return profile(r, function.rlow, function.cutoff, function.subtype)

    total = 0.0
    for place, (d_j, a) in enumerate(neighbors):
        r_j = math.dist(d_j, (0, 0, 0))
        if not function.is_angular:
            total += radial(r_j) * (weights.get(a, 0) if weights else a == function.neighbors[0])
            continue
        for d_k, b in neighbors[:place]:
            r_k, r_jk = math.dist(d_k, (0, 0, 0)), math.dist(d_j, d_k)
            counts = weights.get(a, 0) * weights.get(b, 0) if weights else sorted((a, b)) == sorted(function.neighbors)
            theta = math.degrees(math.acos(d_j @ d_k / (r_j * r_k)))
            angular = profile(theta, function.thetalow, function.thetahigh, function.subtype.rstrip("a"))
            total += counts * radial(r_j) * radial(r_k) * (radial(r_jk) if function.kind == "C4" else 1) * angular
    return total


@pytest.mark.parametrize("elements", [*ELEMENTS.values(), ["Ti", "O", "Au"]], ids=len)
def test_by_loops(elements):
    displacements, species = neighborhood(len(elements), n_neighbors=9)
    heavy = weighted(ALL_COMPACT, {element: 0.5 + k for k, element in enumerate(elements)})
    layer = CompactDescriptor([*ALL_COMPACT, *heavy], elements, dtype="float64")
    expected = [by_loops(function, elements, displacements, species) for function in layer.functions]
    assert np.count_nonzero(expected) > 0.8 * len(expected)
    np.testing.assert_allclose(np.asarray(layer(displacements, species)), expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("elements", ELEMENTS.values(), ids=ELEMENTS)
def test_triplet_lists_hold_all_that_counts(elements):
    displacements, species, triplets = layer_inputs(crystal(elements), elements)
    all_pairs = values(ALL_COMPACT, elements, displacements, species)
    assert_close(values(ALL_COMPACT, elements, displacements, species, triplets), all_pairs, 1e-13)
    repeated = layer_inputs(crystal(elements).repeat((1, 2, 1)), elements)
    assert_close(values(ALL_COMPACT, elements, *repeated), np.tile(all_pairs, (2, 1)), 1e-12)


def test_padded_triplets_count_nothing():
    """Padding reads as a pair of one neighbor with itself, where both ranges have their center here."""
    function = CompactFunction("C4", cutoff=4.0, thetalow=-120.0, thetahigh=120.0)
    displacements, species = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), np.array([0, 0])
    (expected,) = values([function], ["Ti"], displacements, species)
    assert expected > 0
    for triplets in ([[0, 1], [-1, -1]], [[-1, -1], [0, 1], [-1, -1]]):
        assert values([function], ["Ti"], displacements, species, np.array(triplets)) == pytest.approx([expected])
    assert values([function], ["Ti"], displacements, species, np.array([[-1, -1]])) == [0.0]


LINES = {
    "one side": np.array([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0]]),
    "two sides": np.array([[1.1, 0.0, 0.0], [-2.0, 0.0, 0.0]]),
    # Not along an axis: rounding takes the cosine to 1 +- 1e-16.
    "rounded": np.array([[0.3, 0.5, 0.7], [0.6, 1.0, 1.4]]) * 1.3,
    "rounded, two sides": np.array([[0.3, 0.5, 0.7], [-0.9, -1.5, -2.1]]),
}
AROUND_THE_ENDS = [
    CompactFunction("C5", 4.0, rlow=0.1, thetalow=low, thetahigh=high, subtype=subtype)
    for low, high in ((-90, 90), (90, 270), (0, 180), (-180, 180), (0, 360))
    for subtype in ("p1", "e")
]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("kind", ["C4", "C5"])
def test_atoms_on_one_line(line, kind):
    """The slope of the angle is infinite there; values are those nearby, forces along the line alone, and finite."""
    species = np.array([0, 0])
    functions = [CompactFunction(**{**function.to_dict(), "kind": kind}) for function in AROUND_THE_ENDS]
    layer = CompactDescriptor(functions, ["Au"], dtype="float64")
    across = np.linalg.svd(line)[2][1]

    def value_and_slope(displacements):
        return value_and_gradient(
            lambda d: ops.sum(layer(d, species) * np.linspace(1, 2, len(functions))), displacements
        )

    value, slope = map(np.asarray, value_and_slope(line))
    second = np.asarray(value_and_gradient(lambda d: ops.sum(value_and_slope(d)[1]), line)[1])
    assert value > 0.01 and np.abs(slope).max() > 0.01
    assert np.isfinite(slope).all() and np.isfinite(second).all()
    np.testing.assert_allclose(slope @ across, 0, atol=1e-7)
    for step in (1e-10, 1e-8, 1e-6):  # nothing jumps
        moved = map(np.asarray, value_and_slope(line + step * np.outer([0.0, 1.0], across)))
        np.testing.assert_allclose(next(moved), value, atol=1e-8)
        np.testing.assert_allclose(next(moved), slope, atol=1e4 * step + 1e-7)


@pytest.mark.parametrize("function", ALL_COMPACT, ids=str)
def test_value_and_slope_are_continuous_at_the_ends(function):
    """When a neighbor passes an end of the radial range, and an angle one of the angular range."""
    layer = CompactDescriptor([function], ["Au"], dtype="float64")
    species = np.array([0, 0])
    cases = []
    for r in (function.rlow, function.cutoff):
        if r > 0:
            cases.append([np.array([[0.0, r + step, 0.0], [1.9, 0.5, 0.3]]) for step in (-1e-7, 1e-7)])
    for theta in (function.thetalow, function.thetahigh):
        if function.is_angular and 0 < theta < 180:
            angles = [math.radians(theta + step) for step in (-1e-6, 1e-6)]
            cases.append([np.array([[2.1, 0.0, 0.0], [1.8 * math.cos(t), 1.8 * math.sin(t), 0.0]]) for t in angles])
    for sides in cases:
        results = [value_and_gradient(lambda d: layer(d, species)[0], side) for side in sides]
        (value, slope), (beyond, slope_beyond) = [[np.asarray(x) for x in result] for result in results]
        assert abs(value - beyond) < 1e-6
        np.testing.assert_allclose(slope, slope_beyond, rtol=0, atol=1e-5)


def test_nothing_is_seen_beyond_the_range():
    species = np.array([0, 0])
    for function in ALL_COMPACT:
        layer = CompactDescriptor([function], ["Au"], dtype="float64")
        far = function.cutoff * np.array([[1.00001, 0.0, 0.0], [0.0, 1.1, 0.0]])
        value, slope = value_and_gradient(lambda d, layer=layer: layer(d, species), far)
        assert not np.asarray(value).any() and not np.asarray(slope).any()


def test_columns_follow_the_functions():
    displacements, species = neighborhood(2)
    functions = [*COMPACT["wide"], *COMPACT["radial"], *weighted(COMPACT["narrow"], {"O": 2.0}), *COMPACT["narrow"]]
    layer = CompactDescriptor(functions, ["Ti", "O"], dtype="float64")
    alone = [values([function], ["Ti", "O"], displacements, species)[0] for function in layer.functions]
    np.testing.assert_allclose(np.asarray(layer(displacements, species)), alone, rtol=1e-12, atol=1e-15)


def test_attributes_of_a_descriptor():
    layer = CompactDescriptor([CompactFunction("C2", 4.0), CompactFunction("C5", 3.0)], ["Ti", "O"])
    assert (layer.n_features, layer.cutoff, layer.elements) == (5, 4.0, ["Ti", "O"])
    assert (layer.needs_triplets, layer.sums_over_pairs) == (False, True)
    assert CompactDescriptor([CompactFunction("C4", 4.0)], ["Ti"]).needs_triplets
    assert not CompactDescriptor([CompactFunction("C2", 4.0)], ["Ti"]).sums_over_pairs
    assert layer.feature_names[1] == "C2(O) rlow=-4 cutoff=4 subtype=p2"


def test_saving():
    functions = [*ALL_COMPACT, *weighted(ALL_COMPACT, {"Ti": 22.0, "O": 8.0})]
    layer = CompactDescriptor(functions, ["Ti", "O"], dtype="float64")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.functions == layer.functions
    assert_close(copy(*neighborhood(2)), layer(*neighborhood(2)), 0)


def test_errors():
    with pytest.raises(ValueError, match="`functions` must name at least one compact function"):
        CompactDescriptor([], ["Ti"])

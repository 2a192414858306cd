import itertools

import numpy as np
import pytest

from atomzoo.layers import PolynomialCutoff, SymmetryFunction, SymmetryFunctionLayer
from tests.examples import ALL_PATHS, ELEMENTS, neighborhood
from tests.physics import assert_close

G2 = SymmetryFunction("G2", 4.0, eta=0.5, rs=1.0)


def features(functions, n_elements=1, inputs=None, **kwargs):
    displacements, species = inputs or neighborhood(n_elements)
    layer = SymmetryFunctionLayer(functions, ["Ti", "O"][:n_elements], dtype="float64", **kwargs)
    return np.asarray(layer(displacements, species))


def test_columns_follow_the_functions():
    """Whatever order functions of different kinds come in, each keeps its value."""
    shuffled = [ALL_PATHS[k] for k in np.random.default_rng(0).permutation(len(ALL_PATHS))]
    layer = SymmetryFunctionLayer(shuffled, ["Ti", "O"], dtype="float64")
    values = np.asarray(layer(*neighborhood(2)))
    assert values.shape == (len(layer.functions),) == layer.compute_output_shape((7, 3), (7,))
    assert [f.neighbors for f in layer.functions if f.kind == "G4"][:3] == [("Ti", "Ti"), ("Ti", "O"), ("O", "O")]
    alone = [features([function], 2)[0] for function in layer.functions]
    np.testing.assert_allclose(values, alone, rtol=1e-12)


def test_leading_axes():
    displacements, species = neighborhood(2)
    layer = SymmetryFunctionLayer(ALL_PATHS, ["Ti", "O"], dtype="float64")
    one = np.asarray(layer(displacements, species))
    stacked = np.asarray(layer(np.tile(displacements, (2, 3, 1, 1)), np.tile(species, (2, 3, 1))))
    assert_close(stacked, np.tile(one, (2, 3, 1)), 1e-14)


def test_sums_over_pairs_of_elements_add_up():
    """What two elements give, resolved, sums to what they give as one."""
    displacements, species = neighborhood(2)
    alike = np.minimum(species, 0)
    for function in ALL_PATHS:
        resolved = features([function], 2, (displacements, species))
        assert len(resolved) == (3 if function.is_angular else 2) and resolved.all()
        assert_close(resolved.sum(), features([function], 1, (displacements, alike))[0], 1e-12)


def test_neighbors_of_named_elements():
    function = SymmetryFunction("G5", 4.0, eta=0.1, zeta=2, neighbors=("O", "Ti"))
    resolved = features([SymmetryFunction("G5", 4.0, eta=0.1, zeta=2)], 2)
    assert features([function], 2) == resolved[1]


def test_each_function_has_its_own_cutoff():
    displacements, species = np.array([[2.0, 0, 0], [0, 3.0, 0], [0, 0, 5.0]]), np.array([0, 0, 0])
    functions = [SymmetryFunction("G1", cutoff) for cutoff in (6.0, 4.0, 2.5, 1.5)]
    expected = [sum(0.5 * (np.cos(np.pi * r / rc) + 1) for r in (2, 3, 5) if r < rc) for rc in (6.0, 4.0, 2.5, 1.5)]
    layer = SymmetryFunctionLayer(functions, ["Ti"], dtype="float64")
    np.testing.assert_allclose(np.asarray(layer(displacements, species)), expected, rtol=1e-14)
    assert layer.cutoff == 6.0 and expected[3] == 0


@pytest.mark.parametrize("linear_g5", [True, False])
def test_double_count_is_the_literal_double_sum(linear_g5):
    once = features(ALL_PATHS, 2, linear_g5=linear_g5)
    twice = features(ALL_PATHS, 2, linear_g5=linear_g5, double_count=True)
    factor = np.array([2 if f.is_angular else 1 for f in SymmetryFunctionLayer(ALL_PATHS, ["Ti", "O"]).functions])
    assert_close(twice, factor * once, 1e-15)


@pytest.mark.parametrize("cutoff_function", ["tanh", "polynomial", PolynomialCutoff(1.0, order=3)])
def test_cutoff_functions(cutoff_function):
    displacements, species = np.array([[2.0, 0.0, 0.0]]), np.array([0])
    expected = {"tanh": np.tanh(0.5) ** 3, "polynomial": 0.5}.get(cutoff_function, 0.5)
    value = features([SymmetryFunction("G1", 4.0)], 1, (displacements, species), cutoff_function=cutoff_function)
    np.testing.assert_allclose(value, [expected], rtol=1e-14)


@pytest.mark.parametrize(
    ("trainable", "names"),
    [(False, []), (True, ["eta", "kappa", "rs"]), (("eta",), ["eta"]), (["rs", "eta"], ["eta", "rs"])],
)
def test_trainable_names(trainable, names):
    layer = SymmetryFunctionLayer(ALL_PATHS, ["Ti"], trainable=trainable)
    layer.build()
    assert sorted({weight.name for weight in layer.trainable_variables}) == names
    assert {weight.name for weight in layer.weights} == {"eta", "rs", "kappa"}


def test_functions_with_the_same_parameters_share_a_weight():
    angular = [SymmetryFunction("G5", 4.0, eta=0.1, zeta=z, lambda_=s) for z, s in itertools.product((1, 2), (1, -1))]
    layer = SymmetryFunctionLayer([G2, *angular], ["Ti", "O"], trainable=("eta",), dtype="float64")
    layer.build()
    assert [tuple(w.shape) for w in layer.trainable_variables] == [(1,), (1,)]
    layer.angular.factors.eta.assign([0.3])
    assert [f.eta for f in layer.functions] == [0.5] * 2 + [0.3] * 12
    assert [f.eta for f in layer.initial_functions] == [0.5] * 2 + [0.1] * 12
    fresh = SymmetryFunctionLayer(layer.functions, ["Ti", "O"], dtype="float64")
    np.testing.assert_allclose(np.asarray(layer(*neighborhood(2))), np.asarray(fresh(*neighborhood(2))), rtol=1e-14)


def test_current_functions_of_each_shape():
    """Each weight belongs to its function, in whatever order kinds and parameters come."""
    functions = [
        SymmetryFunction("G3", 4.0, kappa=1.0),
        G2,
        SymmetryFunction("G1", 4.0),
        SymmetryFunction("G3", 4.0, kappa=2.0),
        SymmetryFunction("G2", 3.0, eta=1.5),
    ]
    layer = SymmetryFunctionLayer(functions, ["Ti"], trainable=True, dtype="float64")
    layer.build()
    for weight in layer.trainable_variables:
        weight.assign(np.asarray(weight) + 0.25)
    assert [(f.eta, f.rs, f.kappa) for f in layer.functions] == [
        (0, 0, 1.25),
        (0.75, 1.25, 0),
        (0, 0, 0),
        (0, 0, 2.25),
        (1.75, 0.25, 0),
    ]
    assert_close(layer(*neighborhood(1)), features(layer.functions), 1e-14)


def test_eta_stays_positive():
    layer = SymmetryFunctionLayer([G2], ["Ti"], trainable=("eta",))
    layer.build()
    (eta,) = layer.trainable_variables
    assert np.asarray(eta.constraint(np.array([-1.0, 2.0]))).tolist() == [0, 2]


@pytest.mark.parametrize("elements", ELEMENTS.values(), ids=ELEMENTS)
def test_float32_agrees_with_float64(elements):
    inputs = neighborhood(len(elements))
    layer = SymmetryFunctionLayer(ALL_PATHS, elements, dtype="float32")
    values = layer(*inputs)
    assert "float32" in str(values.dtype)
    assert_close(values, features(ALL_PATHS, len(elements), inputs), 1e-6)


def test_needs_triplets_for_g4_only():
    assert [SymmetryFunctionLayer([f], ["Ti"]).needs_triplets for f in ALL_PATHS] == [f.kind == "G4" for f in ALL_PATHS]


def test_config_round_trip():
    layer = SymmetryFunctionLayer(
        ALL_PATHS, ["Ti", "O"], "tanh", trainable=("rs",), double_count=True, linear_g5=False, dtype="float64"
    )
    again = SymmetryFunctionLayer.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.functions == layer.functions
    assert_close(again(*neighborhood(2)), layer(*neighborhood(2)), 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"functions": []}, "`functions` must name at least one symmetry function. Received: an empty list"),
        ({"functions": [{"kind": "G2"}]}, "needs the key `cutoff`"),
        ({"elements": []}, "`elements` must be a list of different symbols. Received: elements="),
        ({"trainable": ("zeta",)}, r"must be a bool or some of .* Received: trainable=\('zeta',\)"),
        ({"trainable": "eta"}, "Received: trainable='eta'"),
        ({"cutoff_function": "step"}, "`cutoff_function` must be one of .* Received: 'step'"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        SymmetryFunctionLayer(**{"functions": [G2], "elements": ["Ti"], **arguments})

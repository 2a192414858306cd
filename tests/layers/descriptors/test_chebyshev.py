import itertools
import json
import math

import keras
import numpy as np
import pytest

from atomzoo.layers import ChebyshevDescriptor, ChebyshevFunction, TanhCutoff, chebyshev_basis
from atomzoo.layers.descriptors.chebyshev_functions import element_weights
from atomzoo.layers.descriptors.from_functions import function_from
from atomzoo.models.potential.gradients import value_and_gradient
from tests.examples import neighborhood
from tests.physics import assert_close, central_differences

ELEMENTS = ["Ti", "O", "Au"]


def direct_sums(displacements, species, weights, radial, angular):
    """The descriptor in aenet's order, by loops over neighbors and pairs, with T_n(x) = cos(n arccos x)."""

    def polynomials(x, largest):
        return np.cos(np.arange(largest + 1) * np.arccos(np.clip(x, -1, 1)))

    def fc(r, cutoff):
        return 0.5 * (math.cos(math.pi * r / cutoff) + 1) if r < cutoff else 0.0

    neighbors = [(d, np.linalg.norm(d), weights[s]) for d, s in zip(displacements, species, strict=True) if s >= 0]
    sums = {(k, n): 0.0 for k in ("radial", "angular") for n in (0, 1)}
    for (_, r, s), power in itertools.product(neighbors, (0, 1)):
        if r < radial[0]:
            sums["radial", power] += s**power * fc(r, radial[0]) * polynomials(2 * r / radial[0] - 1, radial[1])
    for ((d, r, s), (e, q, t)), power in itertools.product(itertools.combinations(neighbors, 2), (0, 1)):
        cutoffs = fc(r, angular[0]) * fc(q, angular[0])
        sums["angular", power] += (s * t) ** power * cutoffs * polynomials(d @ e / (r * q), angular[1])
    channels = (0,) if len(weights) == 1 else (0, 1)
    return np.concatenate([sums[key, channel] for channel in channels for key in ("radial", "angular")])


@pytest.mark.parametrize("n_elements", [1, 2, 3])
@pytest.mark.parametrize("orders", [(0, 0), (1, 6), (20, 3)])
def test_is_the_sum_over_pairs(n_elements, orders):
    elements = ELEMENTS[:n_elements]
    displacements, species = neighborhood(n_elements, n_neighbors=9)
    layer = ChebyshevDescriptor(chebyshev_basis(elements, 4.0, orders[0], 3.5, orders[1]), elements, dtype="float64")
    weights = list(element_weights(elements).values())
    expected = direct_sums(displacements, species, weights, (4.0, orders[0]), (3.5, orders[1]))
    assert_close(layer(displacements, species), expected, 1e-13)
    assert len(layer.functions) == len(expected) == layer.compute_output_shape((10, 3), (10,))[-1]


def test_slopes():
    displacements, species = neighborhood(2)
    layer = ChebyshevDescriptor(chebyshev_basis(["Ti", "O"], 4.0, 4, 3.5, 3), ["Ti", "O"], dtype="float64")
    batch = np.broadcast_to(species, (3 * displacements.size, len(species)))
    expected = central_differences(lambda x: layer(x, batch[: len(x)]), displacements)
    for column in range(expected.shape[1]):
        _, gradient = value_and_gradient(lambda x, column=column: layer(x, species)[column], displacements)
        assert np.abs(expected[:, column]).max() > 1e-4
        assert_close(np.ravel(gradient), expected[:, column], 1e-6)


def test_weights_of_elements_are_those_of_aenet():
    assert [list(element_weights("ABCDE"[:n]).values()) for n in range(2, 6)] == [
        [-1, 1],
        [-1, 0, 1],
        [-2, -1, 1, 2],
        [-2, -1, 0, 1, 2],
    ]


def test_own_weights_and_elements_that_are_not_counted():
    displacements, species = neighborhood(2)
    own = ChebyshevFunction("T3", 4.0, 2, (("O", 3.0),))
    value = ChebyshevDescriptor([own], ["Ti", "O"], dtype="float64")(displacements, species)
    expected = direct_sums(displacements, species, [0.0, 3.0], (4.0, 2), (4.0, 2))[-1]
    assert_close(value, [expected], 1e-11)


def test_columns_follow_the_functions():
    displacements, species = neighborhood(2)
    functions = chebyshev_basis(["Ti", "O"], 4.0, 2, 3.0, 2) + chebyshev_basis(["Ti", "O"], 3.5, 1, 3.8, 1)
    functions.reverse()
    values = np.asarray(ChebyshevDescriptor(functions, ["Ti", "O"], dtype="float64")(displacements, species))
    one_by_one = (ChebyshevDescriptor([function], ["Ti", "O"], dtype="float64") for function in functions)
    alone = [np.asarray(layer(displacements, species)) for layer in one_by_one]
    assert_close(values, np.concatenate(alone), 1e-13)


def test_attributes_of_a_descriptor():
    layer = ChebyshevDescriptor(chebyshev_basis(["Ti", "O"], 4.0, 1, 3.0, 0), ["Ti", "O"])
    assert (layer.n_features, layer.cutoff, layer.elements, layer.needs_triplets) == (6, 4.0, ["Ti", "O"], False)
    assert layer.feature_names[:3] == ["T2(*) cutoff=4 order=0", "T2(*) cutoff=4 order=1", "T3(*) cutoff=3 order=0"]


def test_saving():
    functions = chebyshev_basis(["Ti", "O"], 4.0, 2, 3.0, 1, weights={"Ti": 0.5, "O": 2.0})
    layer = ChebyshevDescriptor(functions, ["Ti", "O"], cutoff_function="tanh", dtype="float64")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.functions == layer.functions == functions
    assert_close(copy(*neighborhood(2)), layer(*neighborhood(2)), 0)


def test_a_file_of_its_former_name():
    """ChebyshevLayer had the orders and cutoff radii of the basis in place of its functions."""
    config = {
        "class_name": "ChebyshevLayer",
        "registered_name": "atomzoo>ChebyshevLayer",
        "module": "atomzoo.layers.descriptors.chebyshev_layer",
        "config": {
            "name": "chebyshev_layer",
            "trainable": True,
            "dtype": "float64",
            "elements": ["Ti", "O"],
            "cutoff_function": keras.saving.serialize_keras_object(TanhCutoff()),
            "radial_cutoff": 4.0,
            "radial_order": 2,
            "angular_cutoff": 3.0,
            "angular_order": 1,
            "weights": {"Ti": 0.5, "O": 2.0},
        },
    }
    layer = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert layer.functions == chebyshev_basis(["Ti", "O"], 4.0, 2, 3.0, 1, weights={"Ti": 0.5, "O": 2.0})
    assert isinstance(layer.cutoff_function, TanhCutoff)


def test_dicts():
    function = ChebyshevFunction("T2", 4.0, 2, (("Ti", 0.5), ("O", 2.0)))
    assert function_from(json.loads(json.dumps(function.to_dict()))) == function
    assert function_from({"kind": "T3", "cutoff": 3, "order": 0}) == ChebyshevFunction("T3", 3.0, 0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "T4", "cutoff": 4.0, "order": 0}, "`kind` must be one of G1"),
        ({"kind": "T2", "order": 0}, "needs the key `cutoff`"),
        ({"kind": "T2", "cutoff": -1, "order": 0}, "`cutoff` must be from 0.1 to 100 A. Received: cutoff=-1"),
        ({"kind": "T2", "cutoff": 4.0, "order": -1}, "`order` must be a whole number from 0"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1.5}, "`order` must be a whole number"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1, "eta": 2.0}, "T2 has no key `eta`"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1, "weights": [["O"]]}, "`weights` must be pairs"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1, "weights": [["O", math.nan]]}, "`weights` must be pairs"),
    ],
)
def test_errors(fields, message):
    with pytest.raises(ValueError, match=message):
        function_from(fields)


def test_errors_of_elements():
    with pytest.raises(ValueError, match="counts O, which is not in `elements`"):
        ChebyshevDescriptor([ChebyshevFunction("T2", 4.0, 0, (("O", 1.0),))], ["Ti"])

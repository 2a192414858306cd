import itertools
import json
import math

import keras
import numpy as np
import pytest

from atomzoo.layers import ChebyshevFunction, ChebyshevLayer, SymmetryFunction, SymmetryFunctionLayer, chebyshev_basis
from atomzoo.layers.descriptors.chebyshev import as_function, element_weights
from atomzoo import NeuralNetworkPotential
from atomzoo.models.potential.gradients import value_and_gradient
from tests.examples import crystal, layer_inputs, neighborhood, rattled
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
    layer = ChebyshevLayer(elements, 4.0, orders[0], 3.5, orders[1], dtype="float64")
    weights = list(element_weights(elements).values())
    expected = direct_sums(displacements, species, weights, (4.0, orders[0]), (3.5, orders[1]))
    assert_close(layer(displacements, species), expected, 1e-13)
    assert len(layer.functions) == len(expected) == layer.compute_output_shape((10, 3), (10,))[-1]


def test_slopes():
    displacements, species = neighborhood(2)
    layer = ChebyshevLayer(["Ti", "O"], 4.0, 4, 3.5, 3, dtype="float64")
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
    value = SymmetryFunctionLayer([own], ["Ti", "O"], dtype="float64")(displacements, species)
    expected = direct_sums(displacements, species, [0.0, 3.0], (4.0, 2), (4.0, 2))[-1]
    assert_close(value, [expected], 1e-11)


def test_beside_symmetry_functions_each_keeps_its_column():
    displacements, species = neighborhood(2)
    mixed = chebyshev_basis(["Ti", "O"], 4.0, 2, 3.0, 2)
    mixed.insert(3, SymmetryFunction("G2", 4.0, eta=0.5))
    mixed.reverse()
    layer = SymmetryFunctionLayer(mixed, ["Ti", "O"], dtype="float64")
    values = np.asarray(layer(displacements, species))
    one_by_one = (SymmetryFunctionLayer([function], ["Ti", "O"], dtype="float64") for function in mixed)
    alone = [np.asarray(layer(displacements, species)) for layer in one_by_one]
    assert_close(values, np.concatenate(alone), 1e-13)


def test_saving():
    layer = ChebyshevLayer(["Ti", "O"], 4.0, 2, 3.0, 1, weights={"Ti": 0.5, "O": 2.0}, cutoff_function="tanh")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.functions == layer.functions
    inputs = neighborhood(2)
    assert_close(copy(*inputs), layer(*inputs))


def test_dicts():
    function = ChebyshevFunction("T2", 4.0, 2, (("Ti", 0.5), ("O", 2.0)))
    assert as_function(json.loads(json.dumps(function.to_dict()))) == function
    assert as_function({"kind": "T3", "cutoff": 3, "order": 0}) == ChebyshevFunction("T3", 3.0, 0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "T4", "cutoff": 4.0, "order": 0}, "`kind` must be one of G1"),
        ({"kind": "T2", "order": 0}, "needs the key `cutoff`"),
        ({"kind": "T2", "cutoff": -1, "order": 0}, "`cutoff` must be a positive radius"),
        ({"kind": "T2", "cutoff": 4.0, "order": -1}, "`order` must be a whole number from 0"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1.5}, "`order` must be a whole number"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1, "eta": 2.0}, "T2 has no key `eta`"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1, "weights": [["O"]]}, "`weights` must be pairs"),
        ({"kind": "T2", "cutoff": 4.0, "order": 1, "weights": [["O", math.nan]]}, "`weights` must be pairs"),
    ],
)
def test_errors(fields, message):
    with pytest.raises(ValueError, match=message):
        as_function(fields)


def test_errors_of_elements():
    with pytest.raises(ValueError, match="counts O, which is not in `elements`"):
        SymmetryFunctionLayer([ChebyshevFunction("T2", 4.0, 0, (("O", 1.0),))], ["Ti"])


def test_a_potential_takes_it():
    """Forces are those of the energy, and a saved potential is the same; the layer alone agrees on a small cell."""
    basis = chebyshev_basis(["Ti", "O"], 4.0, 4, 3.5, 2)
    potential = NeuralNetworkPotential.from_functions(["Ti", "O"], basis, hidden=(5,), scaling="z-score", dtype="float64")
    atoms = crystal(["Ti", "O"])
    potential.adapt(rattled(atoms, 4))
    result = potential.evaluate_atoms(atoms)
    layer = ChebyshevLayer(["Ti", "O"], 4.0, 4, 3.5, 2, dtype="float64")
    assert_close(result["features"], layer(*layer_inputs(atoms, ["Ti", "O"])[:2]), 1e-12)
    moved = []
    for step in (-1e-4, 1e-4):
        copy = atoms.copy()
        copy.positions[1, 2] += step
        moved.append(potential.evaluate_atoms(copy)["interaction_energy"])
    assert result["forces"][1, 2] == pytest.approx(-(moved[1] - moved[0]) / 2e-4, rel=1e-5)
    copy = NeuralNetworkPotential.from_config(json.loads(json.dumps(potential.get_config())))
    assert copy.functions == potential.functions == basis

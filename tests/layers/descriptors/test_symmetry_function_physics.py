"""Symmetry, derivatives and limits of the features, for each way in which they are computed."""

import numpy as np
import pytest
from keras import ops

from atomzoo.layers import SymmetryFunctionLayer, descriptor_from_functions
from atomzoo.models.potential.gradients import value_and_gradient
from tests.examples import (
    ALL_COMPACT,
    ALL_PATHS,
    COMPACT,
    CUTOFF,
    ELEMENTS,
    PATHS,
    crystal,
    layer_inputs,
    neighborhood,
    weighted,
)
from tests.physics import assert_close, assert_gradient, central_differences, random_rotation

SYSTEMS = [(path, n) for path in (*PATHS, *(f"compact {path}" for path in COMPACT)) for n in ELEMENTS]


@pytest.fixture(scope="module", params=[*SYSTEMS, ("compact weighted", "two")], ids="-".join)
def system(request):
    """A layer of one path in float64, and its inputs for one atom: displacements (M, 3) and species (M,)."""
    path, n = request.param
    functions = PATHS | {f"compact {name}": own for name, own in COMPACT.items()}
    functions["compact weighted"] = weighted(ALL_COMPACT, {"Ti": 1.5, "O": 0.7})
    layer = descriptor_from_functions(functions[path], ELEMENTS[n], dtype="float64")
    return layer, *neighborhood(len(ELEMENTS[n]))


def mixed(layer, displacements, species):
    """One number of all features, each with another weight, so that a gradient tests every one."""
    weights = np.linspace(0.5, 1.5, len(layer.functions))
    species = np.broadcast_to(species, displacements.shape[:-1])
    return ops.sum(layer(displacements, species) * weights, axis=-1)


def gradient(layer, displacements, species):
    return value_and_gradient(lambda d: mixed(layer, d, species), displacements)[1]


def test_rotation_and_inversion(system):
    layer, displacements, species = system
    values = layer(displacements, species)
    for rotation in (random_rotation(), -np.eye(3), np.diag([1.0, 1.0, -1.0])):
        assert_close(layer(displacements @ rotation, species), values)


def test_permutation_of_neighbors(system):
    layer, displacements, species = system
    order = np.random.default_rng(1).permutation(len(species))
    assert_close(layer(displacements[order], species[order]), layer(displacements, species))
    slopes = np.asarray(gradient(layer, displacements, species))
    assert_close(gradient(layer, displacements[order], species[order]), slopes[order])


@pytest.mark.parametrize("garbage", [0.0, 1.0, 1e300, np.inf, np.nan])
def test_padding_has_neither_value_nor_slope(system, garbage):
    layer, displacements, species = system
    real = species >= 0
    values = layer(displacements[real], species[real])
    padded = displacements.copy()
    padded[~real] = garbage
    value, slope = value_and_gradient(lambda d: layer(d, species), padded)
    assert_close(value, values, 1e-14)
    assert np.isfinite(np.asarray(slope)).all() and not np.asarray(slope)[~real].any()


def test_an_atom_without_neighbors(system):
    layer, displacements, species = system
    for n_slots in (0, 1, 3):
        nowhere, nobody = np.zeros((2, n_slots, 3)), np.full((2, n_slots), -1)
        value, slope = value_and_gradient(lambda d, nobody=nobody: layer(d, nobody), nowhere)
        assert not np.asarray(value).any() and not np.asarray(slope).any()
        assert value.shape == (2, len(layer.functions))


def test_one_neighbor_has_no_angle(system):
    layer, displacements, species = system
    values = np.asarray(layer(displacements[:1], species[:1]))
    angular = [function.is_angular for function in layer.functions]
    np.testing.assert_allclose(values[angular], 0, atol=1e-15)


def test_coincident_atoms_give_no_nan(system):
    """On top of the central atom, and of each other; in a line, where a rounded cosine may leave [-1, 1]."""
    layer, displacements, species = system
    cases = [
        np.zeros_like(displacements),
        np.tile(displacements[:1], (len(species), 1)),
        np.outer(np.linspace(-3, 3, len(species)), displacements[0]),
    ]
    for case in cases:
        value, slope = value_and_gradient(lambda d: mixed(layer, d, species), case)
        second = gradient_of_gradient(layer, case, species, np.ones_like(case))
        assert all(np.isfinite(np.asarray(x)).all() for x in (value, slope, second))


def test_gradient_is_that_of_central_differences(system):
    layer, displacements, species = system
    assert_gradient(lambda d: mixed(layer, d, species), gradient(layer, displacements, species), displacements, 1e-7)


def gradient_of_gradient(layer, displacements, species, direction):
    return value_and_gradient(lambda d: ops.sum(gradient(layer, d, species) * direction), displacements)[1]


def test_second_derivatives(system):
    layer, displacements, species = system
    direction = np.random.default_rng(3).normal(size=displacements.shape)
    second = gradient_of_gradient(layer, displacements, species, direction)

    def slopes_along(batch):
        return np.sum(np.asarray(gradient(layer, batch, species)) * direction, axis=(-2, -1))

    assert_gradient(slopes_along, second, displacements)


@pytest.mark.parametrize("cutoff_function", ["cosine", "tanh", "polynomial"])
@pytest.mark.parametrize("path", PATHS)
def test_value_and_slope_are_continuous_at_the_cutoff(path, cutoff_function):
    """When a neighbor leaves, and when (G4) two neighbors part."""
    layer = SymmetryFunctionLayer(PATHS[path], ["Au"], cutoff_function, dtype="float64")
    species = np.zeros(3, int)
    for cutoff in (CUTOFF, 3.4):
        leaving = np.array([[2.0, 0, 0], [0, 2.2, 0.5], [0, cutoff, 0]])
        parting = np.array([[cutoff / 2, 0.3, 0], [-cutoff / 2, 0.3, 0], [0, 0.2, 2.0]])
        for at_cutoff in (leaving, parting):
            step = 1e-7 * np.sign(at_cutoff) * (np.abs(at_cutoff) >= cutoff / 2)
            sides = [value_and_gradient(lambda d: mixed(layer, d, species), at_cutoff + s * step) for s in (-1, 1)]
            (value, slope), (value_beyond, slope_beyond) = [[np.asarray(x) for x in side] for side in sides]
            assert abs(value_beyond - value - np.sum(2 * step * slope)) < 1e-12
            np.testing.assert_allclose(slope, slope_beyond, rtol=0, atol=1e-5)


@pytest.mark.parametrize("elements", ELEMENTS.values(), ids=ELEMENTS)
def test_unit_cell_and_supercell(elements):
    """A cell smaller than the cutoff: atoms see several images of others, and of themselves."""
    layer = SymmetryFunctionLayer(ALL_PATHS, elements, dtype="float64")
    atoms = crystal(elements)
    values = np.asarray(layer(*layer_inputs(atoms, elements)))
    repeated = np.asarray(layer(*layer_inputs(atoms.repeat((1, 2, 1)), elements)))
    assert_close(repeated, np.tile(values, (2, 1)))


def test_inputs_stay_as_they_were(system):
    layer, displacements, species = system
    copies = displacements.copy(), species.copy()
    layer(displacements, species)
    np.testing.assert_array_equal(displacements, copies[0])
    np.testing.assert_array_equal(species, copies[1])


def test_slopes_with_respect_to_parameters():
    """Features follow eta, rs and kappa as the formulas do: d G2 / d eta = -sum (r - rs)^2 exp(...) fc, and so on."""
    layer = SymmetryFunctionLayer(PATHS["radial"], ["Au"], trainable=True, dtype="float64")
    displacements, species = neighborhood(1)
    layer.build()
    r = np.linalg.norm(displacements[species >= 0], axis=1)
    fc = np.where(r < CUTOFF, 0.5 * (np.cos(np.pi * r / CUTOFF) + 1), 0)
    gaussian = np.exp(-0.5 * (r - 2) ** 2) * fc
    expected = {
        "eta": (1, -np.sum((r - 2) ** 2 * gaussian)),
        "rs": (1, np.sum(0.5 * 2 * (r - 2) * gaussian)),
        "kappa": (3, -np.sum(r * np.sin(1.3 * r) * fc)),
    }
    for weight in layer.trainable_variables:
        start = np.asarray(weight)

        def features(values, weight=weight):
            results = []
            for value in values:
                weight.assign(value)
                results.append(np.asarray(layer(displacements, species)))
            return np.stack(results)

        column, slope = expected[weight.name]
        np.testing.assert_allclose(central_differences(features, start)[0, column], slope, rtol=1e-8)
        weight.assign(start)

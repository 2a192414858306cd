"""Values: by hand, by plain loops, of aenet, and of one path against another."""

import json
import math

import ase
import numpy as np
import pytest

from atomzoo.layers import SymmetryFunction, SymmetryFunctionLayer
from atomzoo.models.potential.gradients import value_and_gradient
from tests.examples import ALL_PATHS, ELEMENTS, crystal, layer_inputs, neighborhood
from tests.physics import assert_close

# Two neighbors at 2 A, at a right angle, with fc = 1/2 each; they are 2 sqrt(2) A apart, where fc is FAR.
RIGHT_ANGLE = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
FAR = 0.5 * (math.cos(math.pi / math.sqrt(2)) + 1)
# The same at 60 degrees: 2 A apart, cos = 1/2.
SIXTY = np.array([[2.0, 0.0, 0.0], [1.0, math.sqrt(3), 0.0]])


def evaluate(functions, elements, displacements, species, triplets=None, **kwargs):
    layer = SymmetryFunctionLayer(functions, elements, dtype="float64", **kwargs)
    return np.asarray(layer(displacements, species, triplets))


@pytest.mark.parametrize(
    ("geometry", "function", "expected"),
    [
        (SIXTY, SymmetryFunction("G1", 4.0), 1.0),
        (SIXTY, SymmetryFunction("G2", 4.0, eta=0.5), math.exp(-2)),
        (SIXTY, SymmetryFunction("G2", 4.0, eta=0.5, rs=1.0), math.exp(-0.5)),
        (SIXTY, SymmetryFunction("G3", 4.0, kappa=math.pi / 6), 0.5),
        (RIGHT_ANGLE, SymmetryFunction("G5", 4.0, zeta=1), 1 / 4),
        (RIGHT_ANGLE, SymmetryFunction("G5", 4.0, eta=0.1, zeta=2), 1 / 8 * math.exp(-0.8)),
        (RIGHT_ANGLE, SymmetryFunction("G5", 4.0, eta=0.1, rs=1.0, zeta=2), 1 / 8 * math.exp(-0.2)),
        (RIGHT_ANGLE, SymmetryFunction("G5", 4.0, zeta=1.5), 1 / 4 / math.sqrt(2)),
        (RIGHT_ANGLE, SymmetryFunction("G4", 4.0, eta=0.1, zeta=2), 1 / 8 * math.exp(-1.6) * FAR),
        (SIXTY, SymmetryFunction("G5", 4.0, zeta=1), 1.5 / 4),
        (SIXTY, SymmetryFunction("G5", 4.0, zeta=1, lambda_=-1), 0.5 / 4),
        (SIXTY, SymmetryFunction("G5", 4.0, zeta=3, lambda_=-1), 1 / 4 * 0.5**3 / 4),
        (SIXTY, SymmetryFunction("G5", 4.0, zeta=1.5, lambda_=-1), 2**-0.5 * 0.5**1.5 / 4),
        (SIXTY, SymmetryFunction("G4", 4.0, eta=0.1), 1.5 * math.exp(-1.2) / 8),
        (SIXTY, SymmetryFunction("G4", 4.0, eta=0.1, rs=1.0, zeta=2), 1.5**2 / 2 * math.exp(-0.3) / 8),
        (SIXTY, SymmetryFunction("G4", 4.0, zeta=1.5, lambda_=-1), 2**-0.5 * 0.5**1.5 / 8),
    ],
    ids=str,
)
def test_by_hand(geometry, function, expected):
    np.testing.assert_allclose(evaluate([function], ["Au"], geometry, np.array([0, 0])), [expected], rtol=0, atol=1e-15)


def by_loops(function, elements, displacements, species):
    """The formula of the paper, with cosine cutoff, over the neighbors that the function counts."""

    def fc(r):
        return 0.5 * (math.cos(math.pi * r / function.cutoff) + 1) if r < function.cutoff else 0.0

    total = 0.0
    for j, d_j in enumerate(displacements):
        r_j = math.dist(d_j, (0, 0, 0))
        if species[j] >= 0 and not function.is_angular and elements[species[j]] == function.neighbors[0]:
            shape = {"G1": 1.0, "G2": math.exp(-function.eta * (r_j - function.rs) ** 2)}
            total += shape.get(function.kind, math.cos(function.kappa * r_j)) * fc(r_j)
        for k in range(j if function.is_angular else 0):
            pair = [elements[species[k]], elements[species[j]]]
            if min(species[j], species[k]) < 0 or sorted(pair) != sorted(function.neighbors):
                continue
            d_k = displacements[k]
            r_k, r_jk = math.dist(d_k, (0, 0, 0)), math.dist(d_j, d_k)
            lengths = [r_j, r_k, r_jk] if function.kind == "G4" else [r_j, r_k]
            angular = (1 + function.lambda_ * np.dot(d_j, d_k) / r_j / r_k) ** function.zeta
            exponent = sum((r - function.rs) ** 2 for r in lengths)
            cutoffs = math.prod(fc(r) for r in lengths)
            total += 2 ** (1 - function.zeta) * angular * math.exp(-function.eta * exponent) * cutoffs
    return total


@pytest.mark.parametrize("elements", ELEMENTS.values(), ids=ELEMENTS)
def test_by_loops(elements):
    displacements, species = neighborhood(len(elements))
    layer = SymmetryFunctionLayer(ALL_PATHS, elements, dtype="float64")
    expected = [by_loops(function, elements, displacements, species) for function in layer.functions]
    np.testing.assert_allclose(np.asarray(layer(displacements, species)), expected, rtol=1e-12)


def test_five_atoms_of_aenet(reference_data):
    """70 functions of TiO2 in a cell smaller than 2 Rc, as aenet's generate.x prints them."""
    data = json.loads((reference_data / "aenet" / "symmetry_function_values.json").read_text())
    functions = []
    for entry in data["order"]:
        neighbors = tuple(entry[key] for key in ("type2", "type3") if key in entry)
        names = {"eta": "eta", "Rs": "rs", "zeta": "zeta", "lambda": "lambda_"}
        parameters = {name: entry[key] for key, name in names.items() if key in entry}
        functions.append(SymmetryFunction(f"G{entry['G']:.0f}", entry["Rc"], neighbors=neighbors, **parameters))
    atoms = ase.Atoms(data["symbols"], data["positions"], cell=data["cell"], pbc=True)
    rows = [int(atom) for atom in data["G"]]
    inputs = [array[rows] for array in layer_inputs(atoms, ["Ti", "O"], 6.5)]
    values = evaluate(functions, ["Ti", "O"], *inputs)
    assert values.shape == (5, 70)
    np.testing.assert_allclose(values, list(data["G"].values()), rtol=0, atol=1e-10)


@pytest.mark.parametrize("zeta", [1, 2, 3, 4, 8, 16])
@pytest.mark.parametrize("elements", ELEMENTS.values(), ids=ELEMENTS)
def test_linear_g5_is_the_sum_over_triplets(elements, zeta):
    """Values and gradients to 1e-12 of each function's largest value."""
    displacements, species, _ = layer_inputs(crystal(elements), elements)
    functions = [SymmetryFunction("G5", 4.0, eta=0.02, zeta=zeta, lambda_=lambda_) for lambda_ in (1, -1)]
    results = []
    for linear in (True, False):
        layer = SymmetryFunctionLayer(functions, elements, linear_g5=linear, dtype="float64")
        columns = range(len(layer.functions)) if zeta == 16 else [slice(None)]
        parts = [value_and_gradient(lambda d, c=c, f=layer: f(d, species)[..., c], displacements) for c in columns]
        results.append([np.stack([np.asarray(part[k]) for part in parts], axis=-1) for k in (0, 1)])
    for linear, triplets in zip(*results, strict=True):
        for column in range(linear.shape[-1]):
            assert_close(linear[..., column], triplets[..., column], 1e-12)


@pytest.mark.parametrize("elements", ELEMENTS.values(), ids=ELEMENTS)
def test_triplet_lists_hold_all_that_counts(elements):
    """G4 with lists of triplets is G4 of all pairs; G5 has pairs farther apart than the cutoff, and minds no list."""
    displacements, species, triplets = layer_inputs(crystal(elements), elements)
    all_pairs = evaluate(ALL_PATHS, elements, displacements, species)
    listed = evaluate(ALL_PATHS, elements, displacements, species, triplets)
    assert_close(listed, all_pairs, 1e-13)
    n_neighbors = (species >= 0).sum(axis=1)
    assert ((triplets[..., 0] >= 0).sum(axis=1) < n_neighbors * (n_neighbors - 1) / 2).all()

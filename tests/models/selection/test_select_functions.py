import numpy as np
import pandas
import pytest
from ase import Atoms
from ase.build import bulk

from atomzoo import NeuralNetworkPotential
from atomzoo.layers import SymmetryFunction
from atomzoo.models.selection.select_functions import (
    correlations,
    feature_values,
    initial_functions,
    neighbor_angles,
    neighbor_distances,
    ranges,
    select_functions,
)
from tests.examples import crystal, rattled

FUNCTIONS = [SymmetryFunction("G1", cutoff) for cutoff in (3.0, 4.0, 5.0, 6.0)]


def table(*columns):
    return {"Si": pandas.DataFrame(dict(zip(FUNCTIONS, map(list, columns), strict=False)))}


def test_distances_and_angles_of_diamond():
    silicon = bulk("Si", a=5.4)
    bond = 5.4 * np.sqrt(3) / 4
    np.testing.assert_allclose(neighbor_distances([silicon], 3.0), [bond] * 8)  # 2 atoms with 4 neighbors
    np.testing.assert_allclose(neighbor_angles([silicon, silicon], 3.0), [np.degrees(np.arccos(-1 / 3))] * 24)
    assert len(neighbor_angles([Atoms("Si")], 3.0)) == 0


def test_distances_to_one_element():
    water = Atoms("OH2", [[0, 0, 0], [1.0, 0, 0], [0, 1.0, 0]])
    np.testing.assert_allclose(neighbor_distances([water], 1.2, "O"), [1.0, 1.0])
    np.testing.assert_allclose(np.sort(neighbor_distances([water], 2.0, "H")), [1.0, 1.0, 2**0.5, 2**0.5])


def test_initial_set_follows_the_shortest_distance():
    silicon = bulk("Si", a=8 / np.sqrt(3))  # bonds of 2 A
    functions = initial_functions([silicon], ["Si"], 6.0, n_centered=3, n_shifted=4)
    radial, angular = functions[:7], functions[7:]
    # Widths 2, 4 and 6 A; a spacing of 1 A, so a width of 0.5 A.
    np.testing.assert_allclose([f.eta for f in radial], [0.125, 0.03125, 0.5 / 36, 2, 2, 2, 2], rtol=1e-3)
    np.testing.assert_allclose([f.rs for f in radial], [0, 0, 0, 2, 3, 4, 5], atol=1e-4)
    assert {(f.eta, f.zeta, f.lambda_) for f in angular} == {
        (eta, zeta, lambda_) for eta in (0.125, 0.01389) for zeta in (1, 2, 4, 16) for lambda_ in (1, -1)
    }
    assert all(f.cutoff == 6.0 for f in functions) and len(angular) == 16


def test_shells_and_overlap():
    silicon = bulk("Si", a=8 / np.sqrt(3))  # bonds of 2 A
    options = {"n_centered": 0, "n_shifted": 4, "n_widths": 0, "n_shells": 2, "zetas": (1, 4), "overlap": 1.0}
    functions = initial_functions([silicon], ["Si"], 6.0, **options)
    radial, angular = functions[:4], functions[4:]
    np.testing.assert_allclose([(f.eta, f.rs) for f in radial], [(0.5, rs) for rs in (2, 3, 4, 5)], atol=1e-4)
    assert {(f.eta, round(f.rs, 3), f.zeta, f.lambda_) for f in angular} == {
        (0.125, rs, zeta, lambda_) for rs in (2.0, 4.0) for zeta in (1, 4) for lambda_ in (1, -1)
    }


def test_initial_set_of_two_elements_takes_each_ones_distances():
    water = Atoms("OH2", [[0, 0, 0], [1.0, 0, 0], [0, 1.5, 0]])
    functions = initial_functions([water], ["H", "O"], 4.0, n_shifted=0)
    first = {f.neighbors: f.eta for f in reversed(functions) if not f.is_angular}
    assert first == {("H",): 0.5, ("O",): 0.5}  # 1 A: O sees H, and H sees O
    assert {f.neighbors for f in functions if f.is_angular} == {("H", "H"), ("H", "O"), ("O", "O")}


def test_element_that_is_nobodys_neighbor():
    with pytest.raises(ValueError, match="No atom has a neighbor of O within 3 A. Received: element='O'"):
        initial_functions([bulk("Si")], ["Si", "O"], 3.0)


def test_values_are_those_of_the_formula():
    dimer = Atoms("Si2", [[0, 0, 0], [2.0, 0, 0]])
    values = feature_values([dimer], [SymmetryFunction("G1", 4.0)], ["Si"])["Si"]
    np.testing.assert_allclose(values.to_numpy(), [[0.5], [0.5]])
    assert values.columns[0] == SymmetryFunction("G1", 4.0, neighbors=("Si",))


def test_ranges():
    result = ranges(table([1.0, 2.0, 6.0])["Si"]).iloc[0]
    assert result.to_dict() == {
        "minimum": 1.0,
        "maximum": 6.0,
        "range": 5.0,
        "mean": 3.0,
        "deviation": pytest.approx((14 / 3) ** 0.5),
    }


def test_correlations_are_numpys():
    columns = np.random.default_rng(0).normal(size=(3, 20))
    np.testing.assert_allclose(correlations(table(*columns)["Si"]), np.corrcoef(columns))


def test_a_constant_is_correlated_with_nothing():
    matrix = correlations(table([1.0, 2.0, 3.0], [0.1 + 0.2, 0.3, 0.3])["Si"])
    np.testing.assert_array_equal(matrix, np.eye(2))


def test_of_two_that_are_alike_the_larger_range_stays():
    a, b = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, -1.0, -1.0, 1.0])
    selection = select_functions(table(a, -5 * a + 1, b, 1e-4 * b), largest_correlation=0.9)
    assert selection.by_element == {"Si": [FUNCTIONS[1], FUNCTIONS[2]]}
    dropped = selection.dropped["Si"]
    assert dropped[FUNCTIONS[0]].twin == FUNCTIONS[1] and dropped[FUNCTIONS[0]].correlation == pytest.approx(1.0)
    assert str(dropped[FUNCTIONS[3]]) == "range 0.0002"


def test_weak_correlation_is_kept():
    a, b = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0, 3.0])
    limit = np.corrcoef(a, b)[0, 1]
    assert len(select_functions(table(a, b), largest_correlation=limit + 1e-6).functions) == 2
    assert len(select_functions(table(a, b), largest_correlation=limit - 1e-6).functions) == 1


def test_nothing_that_varies():
    with pytest.raises(ValueError, match="No function varies by 0.001 over the atoms of Si. Received: 2 atoms"):
        select_functions(table([1.0, 1.0]))


def test_selection_makes_a_potential_of_two_elements():
    structures = rattled(crystal(["Ti", "O"]), 6)
    functions = initial_functions(structures, ["Ti", "O"], 4.0, zetas=(1, 2))
    values = feature_values(structures, functions, ["Ti", "O"])
    selection = select_functions(values)
    assert selection == select_functions(values)
    kept = {element: set(chosen) for element, chosen in selection.by_element.items()}
    assert kept["Ti"] != kept["O"] and kept["Ti"] | kept["O"] == set(selection.functions) < set(functions)
    columns = selection.feature_columns
    for element in ("Ti", "O"):
        assert [selection.functions[column] for column in columns[element]] == selection.by_element[element]
        matrix = correlations(values[element][selection.by_element[element]]).abs().to_numpy()
        assert (matrix - np.eye(len(matrix))).max() <= 0.98
    potential = NeuralNetworkPotential.from_functions(
        ["Ti", "O"], selection.functions, hidden=(3,), feature_columns=columns
    )
    potential.adapt(structures)
    assert np.isfinite(potential.evaluate_atoms(structures[0])["energy"])

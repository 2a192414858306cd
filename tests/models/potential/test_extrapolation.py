import ase
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import ExtrapolationWarning, NeuralNetworkPotential, find_extrapolations, load_potential, save_potential
from atomzoo.layers import SymmetryFunction
from atomzoo.models.potential.extrapolation import warn_about_extrapolations

# G1 of a pair is the cutoff function 0.5 (cos(pi r / 6) + 1): 0.75 at 2 A, 0.5 at 3 A, 0.25 at 4 A.
G1 = SymmetryFunction("G1", cutoff=6.0)


def pair(distance, symbols="Au2"):
    atoms = ase.Atoms(symbols, positions=[[0, 0, 0], [0, 0, distance]])
    atoms.calc = SinglePointCalculator(atoms, energy=0.0)
    return atoms


def adapted(structures, functions=(G1,), elements=("Au",), **kwargs):
    potential = NeuralNetworkPotential.from_functions(list(elements), list(functions), hidden=(3,), **kwargs)
    potential.adapt(structures)
    return potential


def find(potential, atoms):
    return find_extrapolations(potential, atoms, potential.evaluate_atoms(atoms)["features"])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_by_hand(dtype):
    potential = adapted([pair(2.0), pair(3.0)], dtype=dtype)
    assert find(potential, pair(2.5)) == []
    found = find(potential, pair(4.0))
    assert [(item.atom, item.symbol, item.function) for item in found] == [
        (0, "Au", "G1(Au) cutoff=6"),
        (1, "Au", "G1(Au) cutoff=6"),
    ]
    for item in found:
        assert (item.value, *item.limits) == pytest.approx((0.25, 0.5, 0.75), abs=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rounding_is_no_extrapolation(dtype):
    functions = [G1, SymmetryFunction("G5", cutoff=6.0, eta=0.01, zeta=4, lambda_=-1)]
    rng = np.random.default_rng(0)
    train = [ase.Atoms("Au5", positions=rng.normal(scale=2.0, size=(5, 3))) for _ in range(2)]
    for atoms in train:
        atoms.calc = SinglePointCalculator(atoms, energy=0.0)
    potential = adapted(train, functions, dtype=dtype)
    for angle in (0, 10, 77, 123):
        atoms = train[1].copy()
        atoms.rotate(angle, (1, 2, 3))
        atoms.positions += 3.3
        assert find(potential, atoms) == []
    atoms.positions *= 0.95
    assert find(potential, atoms)


def test_the_worst_comes_first_and_is_warned_of():
    potential = adapted([pair(2.0), pair(3.0)], dtype="float64")
    atoms = ase.Atoms("Au3", positions=[[0, 0, 0], [0, 0, 4.0], [0, 5.0, 0]])
    # G1: atom 0 has 0.25 + 0.067, atom 1 only 0.25 (the third atom is 6.4 A away), atom 2 only 0.067
    assert [item.atom for item in find(potential, atoms)] == [2, 1, 0]
    with pytest.warns(ExtrapolationWarning) as record:
        warn_about_extrapolations(potential, atoms, potential.evaluate_atoms(atoms)["features"])
    assert len(record) == 1
    assert str(record[0].message) == (
        "atom 2 (Au): G1(Au) cutoff=6 is 0.0669873, outside its range in the training data, 0.5 to 0.75; "
        "in all 3 values of 3 atoms are outside"
    )


def test_each_element_has_its_own_range():
    potential = adapted([pair(2.0, "TiO"), pair(3.0, "TiO"), pair(4.0, "O2")], elements=("Ti", "O"))
    # O has seen Ti at 2 to 3 A (or none) and O at 4 A (or none); Ti has never seen another Ti.
    assert find(potential, pair(4.0, "O2")) == []
    found = find(potential, pair(4.0, "OTi"))
    assert [(item.atom, item.symbol, item.function) for item in found] == [(1, "Ti", "G1(O) cutoff=6")]


def test_no_range_before_adapt():
    potential = NeuralNetworkPotential.from_functions(["Ti", "O"], [G1], hidden=(3,))
    assert find(potential, pair(0.5, "O2")) == []
    assert np.isinf(potential.feature_range("Ti")).all()
    potential.adapt([pair(2.0, "O2"), pair(3.0, "O2")])
    assert np.isinf(potential.feature_range("Ti")).all()
    assert potential.feature_range("O")[0] == pytest.approx([0.0, 0.5], abs=1e-6)


def test_a_saved_potential_keeps_its_range(tmp_path):
    save_potential(adapted([pair(2.0), pair(3.0)]), tmp_path / "au.keras")
    potential = load_potential(tmp_path / "au.keras")
    assert find(potential, pair(2.5)) == [] and len(find(potential, pair(4.0))) == 2

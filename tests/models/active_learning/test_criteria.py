import ase
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import NeuralNetworkPotential
from atomzoo.layers import SymmetryFunction
from atomzoo.models.active_learning.criteria import energy_deviations, find_bad, molecular_dynamics, range_excess
from atomzoo.models.training.train_potential import train_potential
from tests.models.engines import FUNCTIONS, triangles

# G1 of a pair is the cutoff function 0.5 (cos(pi r / 6) + 1): 0.75 at 2 A, 0.5 at 3 A, 0.25 at 4 A.
G1 = SymmetryFunction("G1", cutoff=6.0)


def pair(distance, energy=0.0):
    atoms = ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, distance]])
    atoms.calc = SinglePointCalculator(atoms, energy=energy)
    return atoms


def adapted():
    potential = NeuralNetworkPotential.from_functions(["Au"], [G1], hidden=(3,), dtype="float64")
    potential.adapt([pair(2.0), pair(3.0)])
    return potential


def test_range_by_hand():
    excess = range_excess(adapted(), [pair(2.5), pair(4.0), pair(6.5)])
    np.testing.assert_allclose(excess, [0.0, 1.0, 2.0], atol=1e-12)  # 0.5 - 0.25 and 0.5 - 0 over 0.75 - 0.5


def test_energy_by_hand():
    potential = adapted()
    energies = [potential.evaluate_atoms(pair(r))["energy"] for r in (2.5, 2.7)]
    labelled = [pair(2.5, energies[0] + 0.3), pair(2.7, energies[1] - 0.1)]
    np.testing.assert_allclose(energy_deviations(potential, labelled), [0.15, 0.05])


class Disagreeing:
    """Stands for a committee."""

    def __init__(self, potential):
        self.evaluate_atoms, self.feature_range = potential.evaluate_atoms, potential.feature_range
        self.functions, self.compute_dtype = potential.functions, potential.compute_dtype

    def disagreement(self, structures):
        return np.array([0.1, 0.0, np.nan])


@pytest.mark.parametrize(
    "limits, expected",
    [
        ({"range": 0.0}, [1]),
        ({"range": 1.1}, []),
        ({"disagreement": 0.05}, [0, 2]),  # what is not a number is bad
        ({"disagreement": 0.05, "range": 0.0}, [0, 1, 2]),
        ({"energy": 0.05}, [2]),
    ],
)
def test_bad_by_any_limit(limits, expected):
    committee = Disagreeing(adapted())

    def label(structures):
        energies = [result["energy"] for result in committee.evaluate_atoms(structures)]
        return [pair(2.5, energy + error) for energy, error in zip(energies, (0.0, 0.05, 0.2), strict=True)]

    def label_at_2_5(structures):
        return label([pair(2.5)] * 3)

    structures = [pair(2.5), pair(4.0), pair(2.9)] if "energy" not in limits else [pair(2.5)] * 3
    bad, measures = find_bad(committee, structures, limits, label_at_2_5)
    assert bad.tolist() == expected and list(measures) == list(limits)


def test_an_unknown_limit():
    with pytest.raises(ValueError, match="one of energy, range, disagreement. Received: 'forces'"):
        find_bad(adapted(), [pair(2.5)], {"forces": 1.0}, None)


@pytest.fixture(scope="module")
def potential():
    options = {"functions": FUNCTIONS, "hidden": (6,), "forces": "exact", "epochs": 80, "optimizer": "lbfgs"}
    return train_potential(triangles(30), validation_fraction=0.0, **options).potential


def test_dynamics_follow_the_seed(potential):
    first, again, other = (
        molecular_dynamics(potential, triangles(3), seed, temperature=300.0, steps=40, every=10) for seed in (0, 0, 1)
    )
    assert len(first) == 4 and all(a == b for a, b in zip(first, again, strict=True)) and first[-1] != other[-1]
    assert np.abs(first[-1].positions - first[0].positions).max() > 0.02
    energies = [atoms.get_kinetic_energy() / (1.5 * 3) for atoms in first]
    assert 0.1 < np.mean(energies) / (300 * 8.617e-5) < 4  # three atoms: kT within a wide margin


def test_dynamics_end_when_the_structure_falls_apart(potential):
    frames = molecular_dynamics(potential, triangles(3), 0, temperature=1e6, steps=200, every=2)
    assert 1 <= len(frames) < 50
    distances = frames[-1].get_all_distances()[np.triu_indices(3, 1)]
    assert distances.max() > 3.0 or distances.min() < 2.2

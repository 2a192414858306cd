import ase
import numpy as np
import pytest
from ase.constraints import FixAtoms

from atomzoo.models.relaxation.global_search import global_minimum
from atomzoo.models.relaxation.isomers import sorted_distances

# Minima of Lennard-Jones clusters in units of epsilon and, in units of 2^(1/6) sigma, pair distances.
PAIRS = 2 ** (1 / 6)


class LennardJones:
    """Lennard-Jones atoms as a potential: epsilon 1 eV, sigma 1 A, no cutoff."""

    elements, functions, compute_dtype = ["Ar"], [], "float64"

    def __init__(self):
        self.n_batches = 0

    def evaluate_atoms(self, structures, engine="auto"):
        if isinstance(structures, ase.Atoms):
            return self.evaluate_atoms([structures])[0]
        self.n_batches += 1
        return [self._evaluate(atoms.positions) for atoms in structures]

    def _evaluate(self, positions):
        vectors = positions[None] - positions[:, None]
        squares = (vectors**2).sum(axis=-1) + np.eye(len(positions)) * 1e6
        sixth = squares**-3.0
        slopes = -24 * (2 * sixth**2 - sixth) / squares  # dE/dr / r of each pair
        energies = 2 * (sixth**2 - sixth).sum(axis=1)
        forces = (slopes[..., None] * vectors).sum(axis=1)
        names = {"energy": energies.sum(), "interaction_energy": energies.sum(), "energies": energies, "forces": forces}
        return {**names, "stress": np.zeros((3, 3)), "features": np.zeros((len(positions), 0))}

    def feature_range(self, element):
        return np.zeros(0), np.zeros(0)


def clusters(n_atoms, n_starts, seed=0):
    """Zigzag chains, distorted: all far from the minimum."""
    rng = np.random.default_rng(seed)
    chain = PAIRS * np.array([[0.85 * k, 0.5 * (k % 2), 0] for k in range(n_atoms)])
    return [
        ase.Atoms(f"Ar{n_atoms}", positions=chain + rng.normal(scale=0.1, size=chain.shape)) for _ in range(n_starts)
    ]


# Hoare and Pal, Adv. Phys. 20, 161 (1971): also the numbers of minima, 1 for 4 and 5 atoms, 2 for 6, 4 for 7.
@pytest.mark.parametrize(
    "n_atoms, energies",
    [
        (4, [-6.0]),
        (5, [-9.103852]),
        (6, [-12.712062, -12.302928]),
        (7, [-16.505384, -15.935043, -15.593211, -15.533060]),
    ],
)
def test_all_minima_of_lennard_jones_clusters(n_atoms, energies):
    minima = global_minimum(LennardJones(), clusters(n_atoms, 8), hops=15)
    assert [atoms.get_potential_energy() for atoms in minima] == pytest.approx(energies, abs=1e-6)
    for atoms in minima:
        assert np.linalg.norm(atoms.get_forces(), axis=1).max() <= 1e-4
    if n_atoms == 4:
        np.testing.assert_allclose(sorted_distances(minima[0]), PAIRS, atol=1e-5)


def test_the_same_seed_gives_the_same_minima():
    starts = clusters(7, 3)
    before = [atoms.positions.copy() for atoms in starts]
    first, again, other = (global_minimum(LennardJones(), starts, hops=2, seed=seed) for seed in (1, 1, 2))
    assert [a.positions.tolist() for a in first] == [a.positions.tolist() for a in again]
    assert [a.positions.tolist() for a in first] != [a.positions.tolist() for a in other]
    assert all(np.array_equal(atoms.positions, b) for atoms, b in zip(starts, before, strict=True))


def test_hops_leave_a_local_minimum():
    octahedron = PAIRS * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]) / np.sqrt(2)
    capped = global_minimum(LennardJones(), clusters(6, 8), hops=15)[1]
    local = global_minimum(LennardJones(), [capped], hops=0)
    assert [atoms.get_potential_energy() for atoms in local] == pytest.approx([-12.302928], abs=1e-6)
    (lowest, *_) = global_minimum(LennardJones(), [capped], hops=20)
    assert lowest.get_potential_energy() == pytest.approx(-12.712062, abs=1e-6)
    np.testing.assert_allclose(sorted_distances(lowest), sorted_distances(ase.Atoms("Ar6", octahedron)), atol=0.02)


def test_walkers_are_evaluated_together():
    few, many = LennardJones(), LennardJones()
    global_minimum(few, clusters(5, 1), hops=3)
    global_minimum(many, clusters(5, 16), hops=3)
    assert many.n_batches < 3 * few.n_batches


class Repulsive(LennardJones):
    """Falls apart."""

    def _evaluate(self, positions):
        result = super()._evaluate(positions)
        names = ("energy", "interaction_energy", "energies", "forces")
        return {**result, **{name: -0.1 * result[name] for name in names}}


def test_clusters_that_fall_apart_or_collapse_are_none():
    assert global_minimum(Repulsive(), clusters(4, 4), hops=3) == []


def test_fixed_atoms_stay():
    starts = clusters(4, 2)
    for atoms in starts:
        atoms.positions[:2] = [[0, 0, 0], [0, 0, 1.2]]
        atoms.set_constraint(FixAtoms([0, 1]))
    (lowest, *_) = global_minimum(LennardJones(), starts, hops=5)
    np.testing.assert_array_equal(lowest.positions[:2], [[0, 0, 0], [0, 0, 1.2]])
    assert -6.0 < lowest.get_potential_energy() < -5.5


@pytest.mark.parametrize(
    "starts, message",
    [
        ([], r"one or more starts. Received: \[\]"),
        ([ase.Atoms("Au2"), ase.Atoms("Au3")], "of the same elements in the same order. Received: Au2, Au3"),
        ([ase.Atoms("OH"), ase.Atoms("HO")], "in the same order. Received: OH, HO"),
        ([ase.Atoms("Au")], "two or more atoms. Received: Au"),
    ],
)
def test_bad_starts(starts, message):
    with pytest.raises(ValueError, match=message):
        global_minimum(LennardJones(), starts)

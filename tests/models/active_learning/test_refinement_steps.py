import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.optimize import BFGS

from atomzoo.datasets.engines import LabelError
from atomzoo.models.active_learning import refinement_steps
from atomzoo.models.active_learning.refinement_steps import find_candidates, relax_by_labels
from atomzoo.models.relaxation.isomers import sorted_distances
from atomzoo.models.training.train_potential import train_potential
from tests.models.engines import FUNCTIONS, EMTEngine, triangles

pytestmark = pytest.mark.compiled

OPTIONS = {"functions": FUNCTIONS, "hidden": (8,), "forces": "exact", "epochs": 150, "optimizer": "lbfgs"}


@pytest.fixture(scope="module")
def potential():
    return train_potential(triangles(30), validation_fraction=0.0, **OPTIONS).potential


def minimum(start):
    """By the optimizer of ASE with its own calculator, and the number of its evaluations."""
    atoms = start.copy()
    atoms.calc = EMT()
    optimizer = BFGS(atoms, logfile=None)
    optimizer.run(fmax=0.01)
    return atoms, optimizer.nsteps + 1


def test_relaxation_begins_with_the_curvatures_of_the_network(potential):
    start, engine = triangles(1, seed=40)[0], EMTEngine()
    steps, converged = relax_by_labels(engine.label, potential, start)
    expected, n_evaluations = minimum(start)
    assert converged and np.linalg.norm(steps[-1].get_forces(), axis=1).max() <= 0.01
    assert steps[-1].get_potential_energy() == pytest.approx(expected.get_potential_energy(), abs=2e-4)
    np.testing.assert_allclose(sorted_distances(steps[-1]), sorted_distances(expected), atol=0.02)
    np.testing.assert_allclose(steps[0].positions, start.positions)
    assert len(steps) <= 0.7 * n_evaluations


def test_a_relaxation_that_needs_too_many_steps(potential, monkeypatch):
    monkeypatch.setattr("atomzoo.models.active_learning.refinement_steps.MOST_STEPS", 1)
    steps, converged = relax_by_labels(EMTEngine().label, potential, triangles(1, seed=40)[0])
    assert len(steps) == 2 and not converged


def test_a_relaxation_ends_in_the_noise_of_the_engine(potential):
    class Noisy(EMTEngine):
        """Forces of a grid: they never become small."""

        def label(self, structures):
            copies = super().label(structures)
            for atoms in copies:
                noise = np.random.default_rng(self.n_calls).normal(scale=0.02, size=(3, 3))
                atoms.calc.results["forces"] += noise
            return copies

    start, engine = triangles(1, seed=40)[0], Noisy()
    loop_label = {}

    def label(structures):  # as a loop does: once for each structure
        key = structures[0].positions.tobytes()
        if key not in loop_label:
            (loop_label[key],) = engine.label(structures)
        return [loop_label[key]]

    steps, converged = relax_by_labels(label, potential, start)
    expected, _ = minimum(start)
    assert converged and len(steps) < 20
    lowest = min(atoms.get_potential_energy() for atoms in steps)
    assert lowest == pytest.approx(expected.get_potential_energy(), abs=1e-3)


def test_a_relaxation_ends_where_the_engine_has_no_label(potential):
    class Some(EMTEngine):
        def label(self, structures):
            if self.n_calls > 3:
                raise LabelError("no convergence")
            return super().label(structures)

    start, engine = triangles(1, seed=40)[0], Some()
    steps, converged = relax_by_labels(engine.label, potential, start)
    assert 1 <= len(steps) <= 2 and not converged
    whole, _ = relax_by_labels(EMTEngine().label, potential, start)
    assert len(whole) > len(steps)
    for step, same in zip(steps, whole, strict=False):
        np.testing.assert_array_equal(step.positions, same.positions)


def test_candidates(potential):
    data = sorted(triangles(30), key=lambda atoms: atoms.get_potential_energy())[10:]
    candidates = find_candidates([potential, potential], data, seed=0)
    assert [atoms.info["role"] for atoms in candidates[:1]] == ["isomer"] and len(candidates) > 1
    assert {atoms.info["role"] for atoms in candidates} <= {"isomer", "path"}
    energies = [potential.evaluate_atoms(atoms)["energy"] for atoms in candidates]
    assert energies[0] == min(energies)
    assert np.linalg.norm(potential.evaluate_atoms(candidates[0])["forces"]) < 1e-6
    start = potential.evaluate_atoms(data[0])["energy"]
    path = [e for e, atoms in zip(energies, candidates, strict=True) if atoms.info["role"] == "path"]
    assert path and all(energies[0] < energy < start for energy in path)


class Doubting:
    """A potential with a wall where another has a minimum."""

    def __init__(self, potential, hole):
        self.potential, self.hole = potential, sorted_distances(hole)

    def evaluate_atoms(self, structures, engine="auto"):
        results = self.potential.evaluate_atoms(structures, engine)
        walls = [10.0 * np.allclose(sorted_distances(atoms), self.hole, atol=0.02) for atoms in structures]
        return [result | {"energy": result["energy"] + wall} for result, wall in zip(results, walls, strict=True)]


def test_a_minimum_of_one_network_alone_is_none(potential, monkeypatch):
    minima = triangles(3, seed=7)
    monkeypatch.setattr(refinement_steps, "global_minimum", lambda *arguments, **options: minima)
    energies = [result["energy"] for result in potential.evaluate_atoms(minima)]
    first, second = (minima[k] for k in np.argsort(energies)[:2])
    for potentials, expected in (([potential] * 2, first), ([potential, Doubting(potential, first)], second)):
        candidates = find_candidates(potentials, triangles(30), seed=0)
        assert candidates[0].info["role"] == "isomer"
        np.testing.assert_array_equal(candidates[0].positions, expected.positions)

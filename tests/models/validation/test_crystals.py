from functools import partial

import ase
import numpy as np
import pytest
from ase.build import bulk, fcc111
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import load_potential
from atomzoo.models.validation import crystals
from atomzoo.models.validation.crystals import _candidates, find_crystals
from tests.examples import small_potential
from tests.models.validation.examples import random_potential


@pytest.fixture(scope="module")
def silicon():
    return load_potential("si-stillinger-weber", dtype="float64")


def test_crystals_are_relaxed_and_found_once(silicon):
    rng, structures = np.random.default_rng(0), []
    for k in range(6):
        atoms = bulk("Si", a=5.3, cubic=k % 2 == 0)
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
        structures.append(atoms)
    (found,) = find_crystals(silicon, structures)
    assert found.problem == "" and found.name == "Si2"
    assert (8 * found.atoms.cell.volume / len(found.atoms)) ** (1 / 3) == pytest.approx(5.431, abs=2e-3)
    assert np.abs(found.atoms.get_forces()).max() < 1e-3 and np.abs(found.atoms.get_stress()).max() < 1e-4


def test_config_types_are_crystals_of_their_own(silicon):
    structures = [bulk("Si"), bulk("Si", "sc", a=2.5), bulk("Si", "sc", a=2.5)]
    for atoms, kind in zip(structures, ("diamond", "cubic", "cubic"), strict=True):
        atoms.info["config_type"] = kind
    assert [found.name for found in find_crystals(silicon, structures)] == ["Si cubic", "Si2 diamond"]


def test_the_lowest_of_each_composition_come_first():
    potential = small_potential(["Ti", "O"], core="zbl")
    structures = []
    for symbols, energy in (("TiO", -1.0), ("TiO", -3.0), ("O2", -2.0), ("TiO", -2.0)):
        atoms = ase.Atoms(symbols, [[0, 0, 0], [1.4, 1.4, 1.4]], cell=[2.8] * 3, pbc=True, info={"config_type": energy})
        atoms.calc = SinglePointCalculator(atoms, energy=energy)
        structures.append(atoms)
    found = [name for name, _ in _candidates(structures, potential.descriptor.cutoff)]
    assert found == ["OTi -3.0", "O2 -2.0", "OTi -2.0", "OTi -1.0"]


def test_clusters_slabs_and_molecules_are_none(silicon):
    cluster = ase.Atoms("Si2", [[0, 0, 0], [0, 0, 2.4]], cell=[15, 15, 15], pbc=True)
    slab = fcc111("Si", (1, 1, 3), a=3.9, vacuum=10.0)
    slab.pbc = True
    assert find_crystals(silicon, [cluster, slab, ase.Atoms("Si")]) == []


def test_a_melt_is_none(silicon, monkeypatch):
    melt = bulk("Si", cubic=True) * (2, 2, 1)
    melt.positions += np.random.default_rng(0).normal(scale=0.65, size=melt.positions.shape)
    assert find_crystals(silicon, [melt]) == []
    monkeypatch.setattr(crystals, "relax", partial(crystals.relax, max_steps=1))
    assert find_crystals(silicon, [melt]) == []  # nor is it one on its way to a minimum
    (strained,) = find_crystals(silicon, [bulk("Si", a=5.0, cubic=True) * (2, 2, 1)])
    assert strained.problem == "no minimum is found: not converged within 1 steps"


def test_without_data_the_crystal_of_the_element(silicon):
    (found,) = find_crystals(silicon, [])
    assert found.name == "Si diamond" and len(found.atoms) == 2


def test_a_crystal_that_does_not_relax_says_so():
    problems = [find_crystals(random_potential(seed), [bulk("Si")])[0].problem for seed in range(6)]
    assert any(problem.startswith("no minimum is found: not converged") for problem in problems)

"""Structures to label: the same for the same number, balanced, and displaced as at their temperature."""

import collections

import numpy as np
import pytest

from atomzoo.datasets.generate.silicon import crystals, melts, sampling
from atomzoo.datasets.generate.silicon.crystals import (
    CLOSEST,
    DISPLACEMENT,
    compact_supercell,
    distorted,
    rattled,
    symmetric,
)
from atomzoo.datasets.generate.silicon.phases import PHASES, build, shortest_distance
from atomzoo.datasets.generate.silicon.symmetry import find_operations
from tests.lammps_program import needs_lammps


@pytest.fixture
def only_numbers(monkeypatch):
    """Structures without the work of making them."""
    monkeypatch.setattr(sampling, "CRYSTALS", {k: (k, lambda phase, rng: build(phase, 15)) for k in "sdr"})
    monkeypatch.setattr(sampling, "MELTS", {k: (k, lambda rng: build("fcc", 15)) for k in "mq"})


def test_phases_and_kinds_are_balanced(only_numbers):
    infos = [sampling.structure(index).info for index in range(2 * len(sampling.CYCLE))]
    counts = collections.Counter((info["kind"], info["phase"]) for info in infos if "phase" in info)
    for kind in "sdr":
        of_kind = [n for (k, _), n in counts.items() if k == kind]
        assert len(of_kind) == len(PHASES) and max(of_kind) - min(of_kind) <= 1
    turns = [sampling.CYCLE[n : n + 20] for n in range(0, 640, 20)]
    assert {len(turn) for turn in turns} == {20} and len(turns) * 20 == len(sampling.CYCLE)


def test_a_number_is_a_structure():
    first, again, other = (sampling.structure(index) for index in (1, 1, 5))
    assert first == again and first.info == again.info == {**first.info, "index": 1, "kind": "rattled"}
    assert first != other


@pytest.mark.parametrize("make", [symmetric, rattled, distorted])
def test_crystals_have_atoms_at_distances(make):
    for seed, phase in enumerate(PHASES):
        atoms = make(phase, np.random.default_rng(seed))
        assert len(atoms) <= 8 and atoms.pbc.all() and atoms.get_volume() > 0
        assert shortest_distance(atoms) > (CLOSEST if make is not symmetric else 1.6)


def test_distorted_crystals_keep_some_symmetry_and_rattled_ones_none():
    kept = [len(find_operations(make("diamond", np.random.default_rng(3)))) for make in (distorted, rattled)]
    assert 3 <= kept[0] < 48
    assert kept[1] <= 2  # two atoms always have inversion symmetry


@pytest.mark.parametrize("make", [rattled, distorted])
def test_displacements_are_those_of_a_temperature(make, monkeypatch):
    displaced = [make("simple cubic", np.random.default_rng(seed)) for seed in range(40)]
    monkeypatch.setattr(crystals, "DISPLACEMENT", 1e-9)
    undisplaced = [make("simple cubic", np.random.default_rng(seed)) for seed in range(40)]
    ratios = []
    for atoms, start in zip(displaced, undisplaced, strict=True):
        if not np.array_equal(atoms.cell, start.cell):  # drawn once more, because atoms came too close
            continue
        squares = (atoms.positions - start.positions) ** 2
        ratios.append(squares[squares > 1e-12] / (DISPLACEMENT**2 * atoms.info["temperature"]))
    assert len(ratios) > 20 and np.concatenate(ratios).mean() == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize("multiple", [2, 4, 8])
def test_supercells_are_the_same_crystal(multiple):
    atoms = build("beta-tin", 14.0)
    supercell = compact_supercell(atoms, multiple, np.random.default_rng(multiple))
    assert len(supercell) == 2 * multiple
    assert supercell.get_volume() == pytest.approx(multiple * atoms.get_volume())
    ratios = supercell.cell.array @ np.linalg.inv(atoms.cell.array)
    np.testing.assert_allclose(ratios, np.rint(ratios), atol=1e-9)
    assert shortest_distance(supercell) == pytest.approx(shortest_distance(atoms))
    assert supercell.cell.lengths().max() < 3 * atoms.cell.lengths().max()


@needs_lammps
@pytest.mark.parametrize("make", [melts.melt, melts.symmetric_melt])
def test_melts(make, monkeypatch):
    monkeypatch.setattr(melts, "STEPS", 200)
    atoms = make(np.random.default_rng(1))
    assert shortest_distance(atoms) > CLOSEST
    density = atoms.get_masses().sum() / atoms.get_volume() / melts.GRAM_PER_CM3
    assert density == pytest.approx(atoms.info["density"], abs=1e-3)
    assert atoms.info["phase"] in ("liquid", "amorphous")
    assert len(find_operations(atoms)) == (4 if make is melts.symmetric_melt else 1)

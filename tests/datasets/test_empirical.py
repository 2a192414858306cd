"""Crystals by their coordination, and small data sets of the empirical potentials."""

import numpy as np
import pytest
from ase.units import GPa

from atomzoo.datasets import empirical
from atomzoo.datasets.arrays.neighbors import neighbor_list
from tests.lammps_program import needs_lammps


@pytest.mark.parametrize("atoms, bond, density", [
    (empirical.alpha_quartz(2), (1.603, 1.614), 2.65),
    (empirical.beta_cristobalite(2), (1.550, 1.551), 2.17),
    (empirical.diamond_silicon(2), (2.351, 2.352), 2.33),
])  # fmt: skip
def test_crystals(atoms, bond, density):
    """Four neighbors of Si, two of O; bond lengths (A); densities of the minerals (g/cm^3)."""
    first, second, shifts = neighbor_list(atoms, 2.5)
    distances = np.linalg.norm(atoms.positions[second] + shifts - atoms.positions[first], axis=1)
    bonded = distances < 2.4 if len(set(atoms.symbols)) == 1 else distances < 1.9
    coordination = np.bincount(first[bonded], minlength=len(atoms))
    assert set(coordination[atoms.symbols == "Si"]) == {4}
    assert set(coordination[atoms.symbols == "O"]) <= {2}
    assert bond[0] < distances[bonded].min() and distances[bonded].max() < bond[1]
    assert atoms.get_masses().sum() / atoms.get_volume() * 1.66054 == pytest.approx(density, rel=0.01)
    assert not atoms.info


def test_quartz_of_figure_7_1():
    assert empirical.alpha_quartz(4).get_chemical_formula() == "O384Si192"


def test_strained_cells():
    cells = [empirical.diamond_silicon(), empirical.alpha_quartz()]
    strained = empirical.strained_cells(cells, 40, 0.1, np.random.default_rng(0))
    assert [len(atoms) for atoms in strained[:4]] == [8, 9, 8, 9]
    strains = np.array([np.linalg.solve(cells[0].cell, atoms.cell) - np.eye(3) for atoms in strained[::2]])
    assert 0.04 < np.abs(strains).max() <= 0.05
    np.testing.assert_allclose(strains, strains.transpose(0, 2, 1), atol=1e-12)
    assert cells[0].cell[0, 0] == 5.431


@needs_lammps
def test_vashishta_quartz_is_nearly_at_rest():
    """At the measured structure of quartz the potential's pressure is small beside its bulk modulus."""
    quartz = empirical.vashishta().label([empirical.alpha_quartz()])[0]
    assert np.abs(quartz.get_forces()).max() < 0.6
    assert np.abs(quartz.get_stress()).max() < 7 * GPa


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(empirical, "PARTS", {"train": (60, 3), "test": (40, 2)})
    monkeypatch.setattr(empirical, "EQUILIBRATION", 20)


@needs_lammps
def test_data(small_parts):
    """All sources, labelled, the frames of the equilibration left out; the same seed gives the same."""
    crystal = empirical.diamond_silicon()
    sources = {"crystal": [(crystal, 300, 10)], "quench": [(crystal, (3000, 300), 20)]}

    def make(seed):
        return empirical._data(empirical.stillinger_weber(), sources, [crystal], 0.1, 2.0, 5000, seed)

    parts = make(1)
    notes = [[atoms.info["source"] for atoms in part] for part in parts]
    assert notes == [
        6 * ["crystal"] + 3 * ["quench"] + 3 * ["strained"],
        4 * ["crystal"] + 2 * ["quench"] + 2 * ["strained"],
    ]
    assert parts[0][0].info["temperature"] == 300 and "temperature" not in parts[0][6].info
    energies = [atoms.get_potential_energy() for part in parts for atoms in part]
    assert len(set(energies)) == len(energies)
    for atoms in parts[0]:
        assert atoms.get_potential_energies().sum() == pytest.approx(atoms.get_potential_energy(), rel=1e-12)
        assert atoms.get_stress().any() and atoms.get_forces().any()
    assert [atoms.get_potential_energy() for part in make(1) for atoms in part] == energies


@needs_lammps
@pytest.mark.parametrize("make, liquid_densities", [
    (empirical.silicon_data, (2.33, 2.53)), (empirical.silica_data, (2.20, 2.65)),
])  # fmt: skip
def test_recipes(make, liquid_densities, monkeypatch):
    """What the data are made of: liquids of the densities (g/cm^3) that the docstrings say; small and large cells."""
    recipe = {}
    monkeypatch.setattr(empirical, "_data", lambda engine, sources, *_: recipe.update(sources) or ([], [], []))
    make()
    assert set(recipe) == {"crystal", "liquid", "quench"}
    densities = [start.get_masses().sum() / start.get_volume() * 1.66054 for start, _, _ in recipe["liquid"]]
    assert min(densities) == pytest.approx(liquid_densities[0], abs=0.02)
    assert max(densities) == pytest.approx(liquid_densities[1], abs=0.02)
    assert all(len(start) in (8, 64, 72, 192) for runs in recipe.values() for start, _, _ in runs)


def test_close_pairs():
    """Of each strained cell the nearest neighbor of the first atom is moved, along their bond, and nothing else."""
    cell = empirical.diamond_silicon()
    before = empirical.strained_cells([cell], 5, 0.1, np.random.default_rng(0))
    close = empirical.close_pairs([cell], 5, 0.1, (1.5, 2.2), np.random.default_rng(0))
    for old, new in zip(before, close, strict=True):
        (moved,) = np.flatnonzero(np.abs(new.positions - old.positions).max(axis=1) > 1e-9)
        assert moved == 1 + np.argmin(old.get_distances(0, range(1, 8), mic=True))
        assert 1.5 <= new.get_distance(0, moved, mic=True) <= 2.2
        bonds = [atoms.get_distance(0, moved, mic=True, vector=True) for atoms in (old, new)]
        assert np.linalg.norm(np.cross(*bonds)) < 1e-9

"""Symmetry, derivatives and limits of the energy, for each way in which features are computed."""

from functools import partial

import ase
import numpy as np
import pytest

from tests.examples import CUTOFF, ELEMENTS, PATHS, crystal, small_potential, wide_core
from tests.physics import assert_close, assert_derivatives, assert_invariant


@pytest.fixture(scope="module", params=[(path, n) for path in PATHS for n in ELEMENTS], ids="-".join)
def system(request):
    """A potential of one path, and a crystal whose cell is smaller than the cutoff."""
    path, n = request.param
    return small_potential(ELEMENTS[n], PATHS[path]), crystal(ELEMENTS[n])


@pytest.fixture(scope="module")
def potential():
    """One potential, of two elements, with a function of pairs, one of triplets, and a core."""
    return small_potential(ELEMENTS["two"], [PATHS["radial"][0], PATHS["narrow"][0]], core=wide_core())


def test_invariance(system):
    potential, atoms = system
    assert_invariant(partial(potential.evaluate_atoms, engine="tensorflow"), atoms)


def test_forces_and_stress(system):
    potential, atoms = system
    assert_derivatives(partial(potential.evaluate_atoms, engine="tensorflow"), atoms)


@pytest.mark.parametrize(
    "pbc", [(False, False, False), (True, True, False), (False, True, True), (False, False, True)], ids=str
)
def test_any_periodicity(potential, pbc):
    atoms = crystal(potential.elements, pbc)
    evaluate = partial(potential.evaluate_atoms, engine="tensorflow")
    assert_invariant(evaluate, atoms)
    assert_derivatives(evaluate, atoms)


def test_mixed_periodicity_is_the_limit_of_a_large_cell(potential):
    wire = crystal(potential.elements, (True, False, False))
    wide = wire.copy()
    wide.set_cell(np.diag([1.0, 5.0, 5.0]) @ wire.cell.array)
    wide.pbc = True
    alone, repeated = potential.evaluate_atoms([wire, wide])
    assert_close(repeated["energy"], alone["energy"], 1e-13)
    assert_close(repeated["forces"], alone["forces"], 1e-13)
    along = alone["stress"] * wire.get_volume()
    assert_close(along[0, 0], repeated["stress"][0, 0] * wide.get_volume(), 1e-10)
    assert along[0, 0] != 0 and not along[1:].any() and not along[:, 1:].any()
    assert_close(repeated["stress"][1:, 1:] * wide.get_volume(), _outer_virial(wire, alone["forces"])[1:, 1:], 1e-10)


def _outer_virial(atoms, forces):
    """-sum_i R_i F_i: the virial along directions in which nothing crosses the cell's boundary."""
    return -atoms.positions.T @ forces


def test_a_single_atom(potential):
    results = potential.evaluate_atoms([ase.Atoms("Ti"), ase.Atoms("O", cell=3 * [20.0], pbc=True)])
    for result in results:
        assert np.isfinite(result["energy"]) and not result["features"].any()
        assert not result["forces"].any() and not result["stress"].any()
    assert results[0]["energy"] != results[1]["energy"]


def test_atoms_out_of_reach_do_not_interact(potential):
    apart = ase.Atoms("TiO", [[0, 0, 0], [0, 0, CUTOFF + 1e-6]])
    pair, *single = potential.evaluate_atoms([apart, ase.Atoms("Ti"), ase.Atoms("O")])
    assert_close(pair["energy"], sum(result["energy"] for result in single), 1e-14)
    assert not pair["forces"].any()


def test_its_own_images_are_neighbors(potential):
    """One atom in a cell of 2.5 A has 18 images within 4 A; by symmetry they exert no force, but stress."""
    result = potential.evaluate_atoms(ase.Atoms("Ti", cell=3 * [2.5], pbc=True))
    g1 = 0.5 * (np.cos(np.pi * np.array([2.5, 2.5 * np.sqrt(2)]) / CUTOFF) + 1) @ [6, 12]
    np.testing.assert_allclose(result["features"][0, 0], g1, rtol=1e-13)
    assert np.abs(result["forces"]).max() < 1e-13
    assert_close(result["stress"], result["stress"][0, 0] * np.eye(3), 1e-12)
    assert abs(result["stress"][0, 0]) > 1e-4


def test_energy_and_forces_are_continuous_at_the_cutoff(potential):
    distances = [cutoff + side for cutoff in (CUTOFF, 3.4) for side in (-1e-7, 1e-7)]
    trimers = [ase.Atoms("TiOO", [[0, 0, 0], [2.0, 0, 0], [0, r, 0]]) for r in distances]
    results = potential.evaluate_atoms(trimers)
    for inside, outside in (results[:2], results[2:]):
        slope = np.abs(inside["forces"]).max()
        assert abs(inside["energy"] - outside["energy"]) < 4e-7 * slope
        np.testing.assert_allclose(inside["forces"], outside["forces"], rtol=0, atol=1e-6 * max(slope, 1.0))


def test_coincident_atoms_give_no_nan(potential):
    stacked = ase.Atoms("TiOTi", [[0, 0, 0], [0, 0, 0], [0, 0, 2.0]])
    line = ase.Atoms("TiOTi", [[0, 0, -1.5], [0, 0, 0], [0, 0, 1.5]])
    for result in potential.evaluate_atoms([stacked, line]):
        assert all(np.isfinite(value).all() for value in result.values())


def test_structures_stay_as_they_were(potential):
    atoms = crystal(potential.elements)
    before = atoms.copy()
    potential.evaluate_atoms(atoms)
    assert atoms == before and atoms.calc is None

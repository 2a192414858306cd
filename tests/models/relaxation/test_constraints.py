"""Relaxation under constraints: what must not move does not, and the rest relaxes as ASE's own BFGS relaxes it."""

import ase
import numpy as np
import pytest
from ase.build import bulk, fcc111
from ase.constraints import (
    FixAtoms,
    FixBondLengths,
    FixCartesian,
    FixCom,
    FixedLine,
    FixedPlane,
    FixInternals,
    FixScaled,
    Hookean,
)
from ase.optimize import BFGS

from atomzoo import PotentialCalculator, relax
from atomzoo.models.relaxation.deformation import Deformation
from atomzoo.models.relaxation.free_directions import free_directions
from tests.models.relaxation.effective_medium import EffectiveMedium

DIAGONAL = np.array([1.0, 2.0, 2.0]) / 3


def crystal(seed=0):
    atoms = bulk("Cu", a=3.65, cubic=True)
    atoms.set_cell(atoms.cell.array @ [[1, 0.02, 0], [0.02, 0.98, 0.01], [0, 0.01, 1.03]], scale_atoms=True)
    atoms.rattle(0.1, seed=seed)
    return atoms


def cluster():
    """Four atoms of copper, each near the others, of which none is where it would be."""
    atoms = ase.Atoms("Cu4", 2.4 * np.array([[0, 0, 0], [1, 0, 0], [0.5, 0.9, 0], [0.5, 0.3, 0.8]]))
    atoms.rattle(0.1, seed=1)
    return atoms


def relaxed(atoms, constraints, **options):
    atoms.set_constraint(constraints)
    before = atoms.copy()
    result = relax(atoms, EffectiveMedium(), fmax=1e-4, **options)
    assert result.converged and result.max_force <= 1e-4 and result.n_steps > 0
    assert atoms == before and len(result.atoms.constraints) == len(atoms.constraints)
    return result


@pytest.mark.parametrize(
    ("forms", "fixed"),
    [
        ({"indices": [-1]}, [3]),
        ({"indices": [-1, 0]}, [0, 3]),
        ({"indices": -2}, [2]),
        ({"mask": [True, False, False, True]}, [0, 3]),
        ({"indices": [False, True, True, False]}, [1, 2]),
        ({"indices": range(2)}, [0, 1]),
        ({"indices": np.arange(4)[-2:]}, [2, 3]),
        ({"indices": []}, []),
    ],
    ids=str,
)
def test_every_form_of_fixed_atoms(forms, fixed):
    start, free = cluster(), np.setdiff1d(np.arange(4), fixed)
    moves = np.linalg.norm(relaxed(start, FixAtoms(**forms)).atoms.positions - start.positions, axis=1)
    assert not moves[fixed].any() and (moves[free] > 1e-3).all()


LINEAR = {
    "cartesian": (FixCartesian([0, -1], (True, False, True)), [0, 3], [[1, 0, 0], [0, 0, 1]]),
    "plane": (FixedPlane([1, 2], DIAGONAL), [1, 2], [DIAGONAL]),
    "line": (FixedLine([0], DIAGONAL), [0], [[2, -1, 0] / np.sqrt(5), np.cross(DIAGONAL, [2, -1, 0]) / np.sqrt(5)]),
}


@pytest.mark.parametrize("name", LINEAR)
def test_forbidden_directions(name):
    constraint, held, directions = LINEAR[name]
    start = cluster()
    result = relaxed(start, constraint)
    moves = result.atoms.positions - start.positions
    assert np.abs(moves[held] @ np.transpose(directions)).max() < 1e-12
    assert np.linalg.norm(moves, axis=1).min() > 1e-3
    forces = result.atoms.get_forces(apply_constraint=True)
    assert np.linalg.norm(forces, axis=1).max() == pytest.approx(result.max_force, rel=1e-9)


def test_the_same_minimum_as_ase():
    constraints = [FixAtoms([-1]), FixCartesian([0], (False, True, True)), FixedPlane([1], DIAGONAL)]
    ours = relaxed(cluster(), constraints)
    atoms = cluster()
    atoms.set_constraint(constraints)
    atoms.calc = PotentialCalculator(EffectiveMedium())
    assert BFGS(atoms, logfile=None).run(fmax=1e-5, steps=200)
    assert ours.energy == pytest.approx(atoms.get_potential_energy(), abs=1e-6)
    np.testing.assert_allclose(ours.atoms.positions, atoms.positions, atol=1e-3)


def test_an_atom_of_two_planes_moves_along_their_line():
    atoms = cluster()
    atoms.set_constraint([FixedPlane([0], DIAGONAL), FixedPlane([0], [1, 0, 0])])
    directions, free = free_directions(atoms)
    assert free.sum(axis=1).tolist() == [1, 3, 3, 3]
    np.testing.assert_allclose(np.abs(directions[0][free[0]]), [[0, 0.5**0.5, 0.5**0.5]], atol=1e-12)


@pytest.mark.parametrize("cell", [False, True])
def test_scaled_coordinates_stay(cell):
    start = crystal()
    result = relaxed(start, FixScaled([0, 1], (True, False, True)), cell=cell)
    change = result.atoms.get_scaled_positions(wrap=False) - start.get_scaled_positions(wrap=False)
    assert np.abs(change[:2, [0, 2]]).max() < 1e-12 and np.abs(change[:2, 1]).min() > 1e-4
    assert cell == (np.abs(result.atoms.cell - start.cell).max() > 1e-3)


def test_gradient_is_exact_under_constraints_with_a_deformed_cell():
    atoms, potential = crystal(), EffectiveMedium()
    atoms.set_constraint([FixAtoms([-1]), FixedPlane([0], DIAGONAL), FixScaled([1], (True, False, False))])
    deformation = Deformation(atoms, cell=True)
    variables = np.random.default_rng(0).normal(scale=0.1, size=len(deformation.start))
    assert len(variables) == 2 + 2 + 3 + 6

    def energy(variables):
        return potential.evaluate_atoms(deformation.deformed(variables))["energy"]

    result = potential.evaluate_atoms(deformation.deformed(variables))
    gradient = deformation.gradient(variables, result["forces"], result["stress"])
    numerical = [(energy(variables + d) - energy(variables - d)) / 2e-4 for d in 1e-4 * np.eye(len(variables))]
    np.testing.assert_allclose(gradient, numerical, atol=1e-5 * np.abs(gradient).max())
    free = deformation.free_forces(variables, result["forces"])
    assert not free[3].any() and (free[2] == result["forces"][2]).all() and (free[:2] != result["forces"][:2]).all()


OTHERS = {
    "bond": (FixBondLengths([(0, 1)]), lambda atoms: atoms.get_distance(0, 1)),
    "angle": (FixInternals(angles_deg=[[60.0, [0, 1, 2]]]), None),
    "center": (FixCom(), lambda atoms: atoms.get_center_of_mass()),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_constraints_are_left_to_ase(name):
    start = cluster()
    constraint, kept = OTHERS[name]
    result = relaxed(start, constraint)
    if kept is None:
        assert result.atoms.get_angle(0, 1, 2) == pytest.approx(60.0, abs=1e-4)
    else:
        np.testing.assert_allclose(kept(result.atoms), kept(start), atol=1e-9)
    assert result.energy == result.atoms.get_potential_energy() < result.start_energy
    assert result.n_evaluations > result.n_steps > 2


def test_a_spring_is_stretched():
    free = relax(cluster(), EffectiveMedium(), fmax=1e-4).atoms.get_distance(0, 1)
    pulled = relaxed(cluster(), Hookean(a1=0, a2=1, k=20.0, rt=2.0))
    assert 2.0 < pulled.atoms.get_distance(0, 1) < free - 0.05
    assert pulled.energy == EffectiveMedium().evaluate_atoms(pulled.atoms)["energy"]


ALL = [FixAtoms([-1]), *(c for c, *_ in LINEAR.values()), FixScaled([1]), *(c for c, _ in OTHERS.values())]


@pytest.mark.parametrize("constraint", [*ALL, Hookean(a1=0, a2=1, k=20.0, rt=2.0)], ids=lambda c: type(c).__name__)
def test_ase_with_the_calculator_keeps_to_all(constraint):
    atoms = cluster()
    atoms.set_cell([12, 12, 12])
    atoms.set_constraint(constraint)
    atoms.calc = PotentialCalculator(EffectiveMedium())
    assert BFGS(atoms, logfile=None).run(fmax=1e-3, steps=200)


def test_few_steps_and_impossible_constraints():
    atoms = fcc111("Cu", (1, 1, 2), vacuum=5.0)
    atoms.rattle(0.2, seed=0)
    atoms.set_constraint(FixCom())
    result = relax(atoms, EffectiveMedium(), fmax=1e-6, max_steps=2)
    assert (result.n_steps, result.converged, result.message) == (2, False, "not converged within 2 steps")
    for option in ("cell", "numerical"):
        atoms.pbc = True
        with pytest.raises(ValueError, match=f"`{option}` must be False with such constraints. Received: FixCom, "):
            relax(atoms, EffectiveMedium(), **{option: True})
    atoms.set_constraint(FixAtoms([7]))
    with pytest.raises(ValueError, match="of an atom that is not there. Received: FixAtoms"):
        relax(atoms, EffectiveMedium())
    atoms.set_constraint(FixBondLengths([(0, 9)]))
    with pytest.raises(ValueError, match="ASE cannot relax with these constraints: .* Received: FixBondLengths"):
        relax(atoms, EffectiveMedium())

"""Relaxation of cells, of slabs and wires too and under pressure: the same minimum as by ASE's filter."""

import numpy as np
import pytest
from ase.build import bulk, fcc100
from ase.filters import FrechetCellFilter
from ase.optimize import BFGS
from ase.units import GPa

from atomzoo import PotentialCalculator, relax
from atomzoo.models.relaxation.deformation import Deformation
from tests.models.relaxation.effective_medium import EffectiveMedium

MASKS = {(True, True, False): [1, 1, 0, 0, 0, 1], (True, False, False): [1, 0, 0, 0, 0, 0]}


def slab(pbc, vacuum=4.0):
    """Three layers of copper, strained and sheared within the plane, and rattled."""
    atoms = fcc100("Cu", (1, 1, 3), a=3.7, vacuum=vacuum)
    if pbc[1]:
        atoms.set_cell(atoms.cell.array @ [[1.02, 0.03, 0], [0.01, 0.98, 0], [0, 0, 1]], scale_atoms=True)
    atoms.rattle(0.05, seed=0)
    atoms.pbc = pbc
    return atoms


def by_ase(atoms, **options):
    atoms = atoms.copy()
    atoms.calc = PotentialCalculator(EffectiveMedium())
    assert BFGS(FrechetCellFilter(atoms, **options), logfile=None).run(fmax=1e-4, steps=300)
    return atoms


@pytest.mark.parametrize("pbc", MASKS, ids=str)
@pytest.mark.compiled
def test_what_is_periodic_relaxes_as_by_ase(pbc):
    start, axes = slab(pbc), np.flatnonzero(pbc)
    result = relax(start, EffectiveMedium(), fmax=1e-4, cell=True)
    assert result.converged and result.max_stress < 1e-4
    by_mask, unmasked = (by_ase(start, mask=mask) for mask in (MASKS[pbc], None))
    for expected in (by_mask, unmasked):  # without a mask too: there is no stress to move the rest
        assert result.energy == pytest.approx(expected.get_potential_energy(), abs=1e-5)
        np.testing.assert_allclose(result.atoms.cell.lengths()[axes], expected.cell.lengths()[axes], rtol=2e-3)
    change = result.atoms.cell.array - start.cell.array
    assert np.abs(change[:, axes]).max() > 0.01
    assert not change[:, [axis for axis in range(3) if axis not in axes]].any()
    assert np.abs(result.atoms.get_stress()).max() == result.max_stress


@pytest.mark.parametrize("pbc", MASKS, ids=str)
def test_gradient_is_exact_with_a_deformed_plane(pbc):
    potential, deformation = EffectiveMedium(), Deformation(slab(pbc), cell=True)
    variables = np.random.default_rng(0).normal(scale=0.1, size=len(deformation.start))
    assert len(variables) == 9 + {2: 3, 1: 1}[sum(pbc)]

    def energy(variables):
        return potential.evaluate_atoms(deformation.deformed(variables))["energy"]

    result = potential.evaluate_atoms(deformation.deformed(variables))
    gradient = deformation.gradient(variables, result["forces"], result["stress"])
    numerical = [(energy(variables + d) - energy(variables - d)) / 2e-4 for d in 1e-4 * np.eye(len(variables))]
    assert np.abs(gradient[9:]).min() > 1e-3
    np.testing.assert_allclose(gradient, numerical, atol=1e-5 * np.abs(gradient).max())


def test_vacuum_changes_nothing():
    thin, thick = (relax(slab((True, True, False), v), EffectiveMedium(), fmax=1e-4, cell=True) for v in (4.0, 40.0))
    assert thin.n_steps == thick.n_steps and thin.energy == pytest.approx(thick.energy, abs=1e-9)
    np.testing.assert_allclose(thin.atoms.cell[:2], thick.atoms.cell[:2], atol=1e-6)


def test_a_cell_without_volume_is_refused():
    atoms = slab((True, True, False))
    atoms.cell[2] = 0.0
    with pytest.raises(ValueError, match=r"with a volume, can be relaxed. Received: pbc=\[True, True, False\]"):
        relax(atoms, EffectiveMedium(), cell=True)


def crystal():
    atoms = bulk("Cu", a=3.6, cubic=True)
    atoms.symbols[0] = "Au"
    atoms.set_cell(atoms.cell.array @ [[1, 0.02, 0], [0.02, 0.98, 0.01], [0, 0.01, 1.03]], scale_atoms=True)
    atoms.rattle(0.05, seed=0)
    return atoms


def enthalpy(atoms, pressure):
    return EffectiveMedium().evaluate_atoms(atoms)["energy"] + pressure * atoms.get_volume()


@pytest.mark.parametrize("pressure", [20.0, -3.0])
def test_the_enthalpy_is_minimized_as_by_ase(pressure):
    pressure *= GPa
    result = relax(crystal(), EffectiveMedium(), fmax=1e-5, cell=True, pressure=pressure)
    expected = by_ase(crystal(), scalar_pressure=pressure)
    free = relax(crystal(), EffectiveMedium(), fmax=1e-5, cell=True)
    assert result.converged and result.max_stress < 1e-5
    np.testing.assert_allclose(result.atoms.get_stress(), [*3 * [-pressure], 0, 0, 0], atol=1e-5)
    assert enthalpy(result.atoms, pressure) == pytest.approx(enthalpy(expected, pressure), abs=1e-6)
    assert result.atoms.get_volume() == pytest.approx(expected.get_volume(), rel=1e-4)
    assert enthalpy(result.atoms, pressure) < enthalpy(free.atoms, pressure) - 1e-3
    assert (result.atoms.get_volume() < free.atoms.get_volume()) == (pressure > 0)
    assert result.energy == result.atoms.get_potential_energy() > free.energy


def test_numerical_gradient_under_pressure():
    analytic, numerical = (
        relax(crystal(), EffectiveMedium(), fmax=1e-5, cell=True, pressure=10 * GPa, numerical=n) for n in (False, True)
    )
    assert analytic.converged and numerical.converged
    assert numerical.atoms.get_volume() == pytest.approx(analytic.atoms.get_volume(), rel=1e-6)


@pytest.mark.parametrize(
    ("atoms", "options", "message"),
    [
        (crystal(), {"cell": False, "pressure": 0.1}, r"Received: pressure=0.1, cell=False, pbc=\[True, True, True\]"),
        (slab((True, True, False)), {"pressure": 0.1}, r"Received: .* pbc=\[True, True, False\]"),
        (crystal(), {"pressure": float("nan")}, "`pressure` must be finite. Received: pressure=nan"),
    ],
)
def test_pressures_that_cannot_be(atoms, options, message):
    with pytest.raises(ValueError, match=message):
        relax(atoms, EffectiveMedium(), **{"cell": True, **options})

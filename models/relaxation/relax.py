"""Relaxation of structures: `scipy.optimize.minimize` on the analytic gradient of a potential."""

from dataclasses import dataclass

import ase
import numpy as np
from scipy.optimize import minimize

from atomzoo.datasets.arrays.periodicity import has_stress
from atomzoo.models.potential.extrapolation import warn_about_extrapolations
from atomzoo.models.relaxation.ase_relaxation import relax_constrained
from atomzoo.models.relaxation.deformation import Deformation
from atomzoo.models.relaxation.free_directions import are_linear
from atomzoo.models.relaxation.result import RelaxationResult, single_point

# Tolerances of 0: forces alone decide. (A change of energy relative to its own, arbitrary zero would say nothing.)
OPTIONS = {
    "L-BFGS-B": {"ftol": 0.0, "gtol": 0.0, "maxfun": 10**9},
    "BFGS": {"gtol": 0.0},
    "CG": {"gtol": 0.0},
}
WALL = 10.0  # eV/A^2
NUMERICAL_STEP = 1e-4  # A; with central differences the error of a force is some 1e-7 eV/A, in float32 1e-4


def relax(
    atoms,
    potential,
    method="L-BFGS-B",
    fmax=1e-3,
    cell=False,
    max_steps=1000,
    numerical=False,
    pressure=0.0,
    engine="auto",
):
    """Moves atoms, and optionally the cell, to a minimum of the energy, under pressure of the enthalpy.

    The variables are the positions in the undeformed frame and, with `cell`, a symmetric strain; the energy's gradient
    with respect to both is exact. The energy never ends higher than it began, and convergence is judged by the forces
    of the geometry that is returned, whatever the minimizer says. Atoms move by at most 50 A along each axis, and
    strains stay within +-0.4 (shear +-0.2): where the energy has no minimum, the relaxation ends there, not converged.

    Args:
        atoms: `ase.Atoms`; it is not modified. Constraints are kept to: `FixAtoms`, `FixCartesian`, `FixedPlane`,
            `FixedLine` and `FixScaled` by the variables (a cell that changes takes fixed atoms, planes and lines
            along). All others, such as `FixBondLengths`, `FixInternals`, `FixCom` and `Hookean`, are left to ASE's
            BFGS, which replaces `method` and ends with the last geometry; the energy of a spring is not in `energy`.
        potential: `NeuralNetworkPotential`, in float64 for an `fmax` much below 1e-3.
        method: "L-BFGS-B", "BFGS" or "CG" of `scipy.optimize.minimize`.
        fmax: converged when no force is longer, in eV/A; with `cell` also no component of the virial per atom larger
            than fmax times the length of an atom, see `Deformation`.
        cell: also relax the cell, all lengths and angles of its periodic directions: the plane of a slab, the length of
            a wire.
        max_steps: largest number of steps of the minimizer.
        numerical: take the gradient by central differences of the energy, as if there were no analytic one. Forces are
            then used to judge convergence only.
        pressure: with `cell`, the pressure from outside in eV/A^3, negative for tension (1 GPa = `ase.units.GPa`). What
            is minimized, and never ends higher, is the enthalpy, energy + pressure * volume. As `scalar_pressure` of
            ASE's `FrechetCellFilter`.
        engine: see `NeuralNetworkPotential.evaluate_atoms`.

    Returns:
        `RelaxationResult`.

    Raises:
        ValueError: an argument out of range, a pressure without `cell` or on a slab or wire, a constraint that cannot
            be satisfied or not together with `cell` or `numerical`, a cell to relax that is not periodic or has no
            volume, a structure that cannot be evaluated, or an energy that is not finite.

    Warns:
        ExtrapolationWarning: the geometry returned is outside the range of the training data.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> from atomzoo import NeuralNetworkPotential, relax
    >>> from atomzoo.models.potential.function_sets import load_function_set
    >>> train, _ = gold_clusters.load_data(n_atoms=3)
    >>> functions = load_function_set("barch-tubman-2017", ["Au"])
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(15, 15), dtype="float64")
    >>> result = relax(train[0], potential, max_steps=5)  # a potential that has learnt nothing
    >>> result.energy <= result.start_energy
    True
    """
    _check(atoms, method, fmax, cell, max_steps)
    _check_pressure(atoms, cell, pressure)
    if not are_linear(atoms.constraints):
        _check_others(atoms.constraints, cell, numerical)
        result, features = relax_constrained(atoms, potential, fmax, max_steps, engine)
        warn_about_extrapolations(potential, result.atoms, features)
        return result
    search = _Search(atoms, potential, fmax, cell, numerical, pressure, engine)
    message = search.run(method, max_steps)
    final = search.best
    warn_about_extrapolations(potential, final.atoms, final.result["features"])
    final.atoms.calc = single_point(final.atoms, final.result)
    return RelaxationResult(
        atoms=final.atoms,
        energy=final.energy,
        start_energy=search.start.energy,
        max_force=final.max_force,
        max_stress=final.max_stress if cell else None,
        converged=final.converged,
        n_steps=search.n_steps,
        n_evaluations=search.n_evaluations,
        message=message,
    )


@dataclass
class _State:
    """An evaluated geometry. Geometries are compared by `height`: totals of thousands of eV are rounded too much."""

    variables: np.ndarray
    atoms: ase.Atoms
    result: dict
    max_force: float
    max_stress: float
    converged: bool
    height: float  # enthalpy in eV, of the energy between atoms only

    @property
    def energy(self):
        return self.result["energy"]


class _Search:
    """One minimization: counts, remembers the best geometry, and stops when its forces are small."""

    def __init__(self, atoms, potential, fmax, cell, numerical, pressure, engine):
        self.potential, self.fmax, self.cell, self.engine = potential, fmax, cell, engine
        self.numerical, self.pressure = numerical, pressure
        self.deformation = Deformation(atoms, cell)
        self.n_steps = self.n_evaluations = 0
        self.start = self.best = self.last = self._state(self.deformation.start)
        if not np.isfinite(self.start.energy):
            raise ValueError(f"The potential's energy of a structure must be finite. Received: {self.start.energy}")

    def run(self, method, max_steps):
        """Minimizes, and says why it ended."""
        if not self.best.converged and max_steps:
            options = {"maxiter": max_steps, **OPTIONS[method]}
            start = self.deformation.start
            outcome = minimize(self._objective, start, jac=True, method=method, options=options, callback=self._step)
            return self._message(outcome, max_steps)
        return "converged" if self.best.converged else "not converged: no step was allowed"

    def _message(self, outcome, max_steps):
        if self.best.converged:
            return "converged"
        if self.n_steps >= max_steps:
            return f"not converged within {max_steps} steps"
        if np.any(np.abs(self.best.variables) >= self.deformation.limits):
            return "not converged: at the largest displacement or strain"
        dtype, reason = self.potential.compute_dtype, outcome.message.strip(" .")
        return f"not converged: no step lowers the energy any more, in {dtype} ({reason})"

    def _objective(self, variables):
        """Energy and gradient; beyond the bounds the energy at the bound, and a harmonic wall."""
        limits = self.deformation.limits
        inside = np.clip(variables, -limits, limits)
        state = self.last = self._state(inside)
        if state.height < self.best.height:
            self.best = state
        slope = self._numerical_gradient(inside) if self.numerical else self._gradient(state)
        beyond = variables - inside
        value = state.height + 0.5 * WALL * beyond @ beyond
        return value, np.where(beyond == 0.0, slope, WALL * beyond)

    def _step(self, variables):
        """Called after each step: ends the minimization if the geometry it has arrived at has converged."""
        self.n_steps += 1
        state = self.last if np.array_equal(self.last.variables, variables) else self._state(variables)
        if state.converged and state.height <= self.start.height:
            self.best = state
        if self.best.converged:
            raise StopIteration

    def _state(self, variables):
        atoms = self.deformation.deformed(variables)
        result = self.potential.evaluate_atoms(atoms, self.engine)
        self.n_evaluations += 1
        forces = self.deformation.free_forces(variables, result["forces"])
        max_force = float(np.linalg.norm(forces, axis=1).max(initial=0.0))
        max_stress = float(np.abs(self._stress(result)).max())
        converged = max_force <= self.fmax
        if self.cell:
            of_atom = max_stress * atoms.cell.volume / len(atoms)  # virial, eV
            converged = converged and of_atom <= self.fmax * self.deformation.atom_length
        height = self._height(atoms, result)
        return _State(variables.copy(), atoms, result, max_force, max_stress, converged, height)

    def _stress(self, result):
        """What is left of the stress (3, 3), against the pressure from outside: the slope of the enthalpy."""
        return result["stress"] + self.pressure * np.eye(3)

    def _height(self, atoms, result):
        return result["interaction_energy"] + (self.pressure * atoms.cell.volume if self.pressure else 0.0)

    def _gradient(self, state):
        return self.deformation.gradient(state.variables, state.result["forces"], self._stress(state.result))

    def _numerical_gradient(self, variables):
        moves = NUMERICAL_STEP * np.eye(len(variables))
        structures = [self.deformation.deformed(variables + move) for move in np.concatenate([moves, -moves])]
        self.n_evaluations += len(structures)
        results = self.potential.evaluate_atoms(structures, self.engine)
        heights = np.array(list(map(self._height, structures, results)))
        return (heights[: len(moves)] - heights[len(moves) :]) / (2 * NUMERICAL_STEP)


def _check(atoms, method, fmax, cell, max_steps):
    if method not in OPTIONS:
        raise ValueError(f"`method` must be one of {', '.join(OPTIONS)}. Received: method={method!r}")
    if not (np.isfinite(fmax) and fmax > 0):
        raise ValueError(f"`fmax` must be positive. Received: fmax={fmax}")
    if max_steps < 0:
        raise ValueError(f"`max_steps` must not be negative. Received: max_steps={max_steps}")
    if cell and not has_stress(atoms):
        received = f"pbc={atoms.pbc.tolist()}, a volume of {atoms.cell.volume:g} A^3"
        raise ValueError(f"Only the cell of a periodic structure, with a volume, can be relaxed. Received: {received}")


def _check_pressure(atoms, cell, pressure):
    if not np.isfinite(pressure):
        raise ValueError(f"`pressure` must be finite. Received: pressure={pressure}")
    if pressure and not (cell and atoms.pbc.all()):
        received = f"pressure={pressure:g}, cell={cell}, pbc={atoms.pbc.tolist()}"
        raise ValueError(f"A pressure needs a cell that is relaxed, periodic in three directions. Received: {received}")


def _check_others(constraints, cell, numerical):
    if cell or numerical:
        kinds = ", ".join(type(constraint).__name__ for constraint in constraints)
        option = "cell" if cell else "numerical"
        raise ValueError(f"`{option}` must be False with such constraints. Received: {kinds}, {option}=True")

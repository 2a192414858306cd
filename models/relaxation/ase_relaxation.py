"""Relaxation by ASE's optimizer, for the constraints that its interface alone can describe."""

import warnings

import numpy as np
from ase.optimize import BFGS

from atomzoo.models.potential.extrapolation import ExtrapolationWarning
from atomzoo.models.relaxation.calculator import PotentialCalculator
from atomzoo.models.relaxation.result import RelaxationResult, single_point


def relax_constrained(atoms, potential, fmax, max_steps, engine):
    """Relaxes a copy of a structure by ASE's BFGS, which keeps to every constraint of ASE.

    Args:
        atoms: `ase.Atoms` with constraints; not modified.
        potential, engine: as for `relax`.
        fmax: converged when no force, as the constraints leave it, is longer; in eV/A.
        max_steps: largest number of steps.

    Returns:
        `(result, features)`: `RelaxationResult` of the last geometry, and its features.

    Raises:
        ValueError: constraints that ASE cannot satisfy, and the reason.
    """
    moving, calculator = atoms.copy(), _Counting(potential, engine)
    moving.calc = calculator
    start = potential.evaluate_atoms(moving, engine)
    optimizer = BFGS(moving, logfile=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)  # `relax` warns of the last geometry
        try:
            converged = bool(optimizer.run(fmax=fmax, steps=max_steps))
            forces = moving.get_forces()
        except (ArithmeticError, IndexError, NotImplementedError, RuntimeError, ValueError) as error:
            kinds = ", ".join(type(constraint).__name__ for constraint in atoms.constraints)
            raise ValueError(f"ASE cannot relax with these constraints: {error}. Received: {kinds}") from None
    final = potential.evaluate_atoms(moving, engine)
    moving.calc = single_point(moving, final)
    result = RelaxationResult(
        atoms=moving,
        energy=final["energy"],
        start_energy=start["energy"],
        max_force=float(np.linalg.norm(forces, axis=1).max(initial=0.0)),
        max_stress=None,
        converged=converged,
        n_steps=optimizer.nsteps,
        n_evaluations=calculator.n_evaluations,
        message="converged" if converged else f"not converged within {max_steps} steps",
    )
    return result, final["features"]


class _Counting(PotentialCalculator):
    n_evaluations = 0

    def calculate(self, *args, **kwargs):
        self.n_evaluations += 1
        super().calculate(*args, **kwargs)

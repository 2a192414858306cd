"""What a relaxation found."""

from dataclasses import dataclass

import ase
from ase.calculators.singlepoint import SinglePointCalculator
from ase.stress import full_3x3_to_voigt_6_stress

from atomzoo.datasets.arrays.periodicity import has_stress


@dataclass(frozen=True)
class RelaxationResult:
    """What `relax` found.

    Attributes:
        atoms: a new `Atoms`, the best geometry seen, with a `SinglePointCalculator` (energy, forces, and stress where
            it has one, see `PotentialCalculator`).
        energy: its energy in eV.
        start_energy: that of the given structure in eV.
        max_force: length of its largest force in eV/A, along the directions that constraints leave free.
        max_stress: its largest component of the stress in eV/A^3, under pressure of the stress plus the pressure; None
            unless the cell was relaxed.
        converged: whether forces (and stress) of `atoms` are within the tolerance.
        n_steps: number of steps of the minimizer.
        n_evaluations: number of energies evaluated; forces come with them.
        message: why it ended, in words.
    """

    atoms: ase.Atoms
    energy: float
    start_energy: float
    max_force: float
    max_stress: float | None
    converged: bool
    n_steps: int
    n_evaluations: int
    message: str


def single_point(atoms, result):
    """A calculator that holds what `evaluate_atoms` returned for a structure."""
    labels = {name: result[name] for name in ("energy", "energies", "forces")}
    if has_stress(atoms):
        labels["stress"] = full_3x3_to_voigt_6_stress(result["stress"])
    return SinglePointCalculator(atoms, free_energy=result["energy"], **labels)

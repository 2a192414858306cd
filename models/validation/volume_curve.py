"""Energy over volume of a crystal: one minimum, at a volume that the data have."""

import numpy as np
from ase.eos import EquationOfState
from ase.units import GPa

from atomzoo.models.validation.check import BAD, GOOD, Check, Curve, graded, worse
from atomzoo.models.validation.crystals import relaxed_by
from atomzoo.models.validation.data_ranges import reduced_formula, volumes_per_atom

VOLUMES = np.linspace(0.85, 1.15, 13)  # of that at the minimum
FITTED = slice(3, -3)  # around it, for the bulk modulus
GOOD_OUTSIDE, LOOK_OUTSIDE = 0.01, 0.05  # relative
RULE = (
    "good: the energy rises to both sides of the minimum, up to 15 % of the volume, and the equilibrium volume is "
    "within 1 % of those of the data; look: within 5 %"
)


def check_volume(crystal, potential, structures):
    """Compresses and expands a crystal, atoms relaxed.

    Args:
        crystal: `Crystal`, relaxed.
        potential: `NeuralNetworkPotential` in float64.
        structures: list of `ase.Atoms`, the data.

    Returns:
        `Check` with a `Curve`.
    """
    n_atoms, relaxed = len(crystal.atoms), relaxed_by(potential)
    volumes = VOLUMES * crystal.atoms.cell.volume
    energies = np.array([relaxed(_scaled(crystal.atoms, part)).get_potential_energy() for part in VOLUMES])
    middle = len(VOLUMES) // 2
    rises = (np.diff(energies[: middle + 1]) < 0).all() and (np.diff(energies[middle:]) > 0).all()
    found = f"{volumes[middle] / n_atoms:.3f} Å³/atom"
    if rises:
        found += f", bulk modulus {_bulk_modulus(volumes[FITTED], energies[FITTED]) / GPa:.1f} GPa"
    else:
        found += ", another minimum within 15 %"
    known = volumes_per_atom(structures, reduced_formula(crystal.atoms))
    outside = _outside(volumes[middle] / n_atoms, known)
    if outside > GOOD_OUTSIDE:
        found += f", {100 * outside:.1f} % outside the data"
    curve = Curve(
        volumes / n_atoms, 1e3 * (energies - energies[middle]) / n_atoms, "volume, Å³/atom", "energy, meV/atom"
    )
    verdict = worse(GOOD if rises else BAD, graded(outside, GOOD_OUTSIDE, LOOK_OUTSIDE))
    return Check("energy over volume", crystal.name, found, RULE, verdict, curve)


def _scaled(atoms, part):
    copy = atoms.copy()
    copy.set_cell(atoms.cell.array * part ** (1 / 3), scale_atoms=True)
    return copy


def _bulk_modulus(volumes, energies):
    return EquationOfState(volumes, energies, eos="birchmurnaghan").fit(warn=False)[2]


def _outside(volume, known):
    """How far a volume is outside those that are known, relative; 0 where none is."""
    return max(known.min() / volume - 1, volume / known.max() - 1, 0.0) if len(known) else 0.0

"""Tells where the files of a potential were taken to be in the wrong unit of length."""

import ase.units
import numpy as np

from atomzoo.models.potential.extrapolation import find_outside

FACTORS = {"A": ("Bohr", 1 / ase.units.Bohr), "Bohr": ("A", ase.units.Bohr)}
MUCH = 0.1  # of the values outside their range
LESS = 0.25  # times as many in the other unit
SAMPLE = 5  # structures


def check_length_unit(potential, structures, features):
    """A ValueError if symmetry functions would be in their range were the files of the potential in the other unit.

    A potential of n2p2 or RuNNer, whose files do not say their units, remembers the one that it was read in. Read in
    Bohr, its functions of these structures are those of larger structures, read in A.

    Args:
        potential: `NeuralNetworkPotential`.
        structures: list of `ase.Atoms`.
        features: list of their (n, F) unscaled symmetry-function values, as of `evaluate_atoms`.

    Raises:
        ValueError: naming both units.
    """
    provenance = getattr(potential, "provenance", None) or {}  # a committee has none
    unit = (provenance.get("n2p2") or {}).get("length_unit")
    if unit is None:
        return
    share = _share_outside(potential, structures, features)
    if share < MUCH:
        return
    other, factor = FACTORS[unit]
    sample = structures[:: max(1, len(structures) // SAMPLE)][:SAMPLE]
    scaled = [_scaled(atoms, factor) for atoms in sample]
    if _share_outside(potential, scaled, potential.evaluator.features(scaled)) < LESS * share:
        raise ValueError(
            f"The files of the potential seem to be in {other}: as they were read, {100 * share:.0f} % of the symmetry "
            f"functions of the structures are outside their range, and few would be in {other}. Received: {unit}"
        )


def _scaled(atoms, factor):
    atoms = atoms.copy()
    atoms.set_cell(atoms.cell.array * factor)
    atoms.positions *= factor
    return atoms


def _share_outside(potential, structures, features):
    outside = [find_outside(potential, *pair) for pair in zip(structures, features, strict=True)]
    return float(np.mean(np.concatenate([part.ravel() for part in outside]))) if outside else 0.0

"""Units of files that do not say theirs: those of n2p2 and RuNNer."""

from dataclasses import dataclass

import ase.units
import numpy as np
from ase.data import covalent_radii

from atomzoo.datasets.arrays.neighbors import pairs_within

LENGTHS = {"A": 1.0, "Bohr": ase.units.Bohr}
ENERGIES = {"eV": 1.0, "Hartree": ase.units.Hartree}


@dataclass(frozen=True)
class Units:
    """The units of a file: what is multiplied by `length` is in A, what by `energy` in eV."""

    length: float
    energy: float

    @classmethod
    def named(cls, length_unit, energy_unit):
        """The units of these names, "A" or "Bohr" and "eV" or "Hartree"."""
        for name, unit, known in (("length_unit", length_unit, LENGTHS), ("energy_unit", energy_unit, ENERGIES)):
            if unit not in known:
                raise ValueError(f"`{name}` must be {' or '.join(known)}. Received: {name}={unit!r}")
        return cls(LENGTHS[length_unit], ENERGIES[energy_unit])


# Bonds to these elements are as long as covalent radii say in molecules only, or never.
UNBOUND = {"H", "He", "Ne", "Ar", "Kr", "Xe", "Rn"}
SAMPLE = 20  # structures looked at
REACH = 2.6  # covalent bond lengths; what is farther is no neighbor in either unit
# Nearest neighbors in covalent bond lengths that fit the other unit of length, and not the one that was given.
SUSPICIOUS = {"A": (1.35, 2.4), "Bohr": (0.4, 0.64)}


def other_length_unit(structures, length_unit):
    """The unit of length that fits the distances in structures better than the one that they were read in.

    Args:
        structures: list of `ase.Atoms`.
        length_unit: "A" or "Bohr", in which the file was taken to be.

    Returns:
        The name of the other unit, or None where distances do not tell: without bonds between elements other than
        hydrogen and noble gases, in dimers and single atoms.

    Example:
        >>> from ase.build import bulk
        >>> other_length_unit([bulk("Au", a=4.08 / 0.529)], "A")
        'Bohr'
    """
    telling = [atoms for atoms in structures if _is_telling(atoms)]
    ratios = [_shortest_bond(atoms) for atoms in telling[:: max(1, len(telling) // SAMPLE)]]
    low, high = SUSPICIOUS[length_unit]
    if not ratios or not low < float(np.median(ratios)) < high:
        return None
    return next(name for name in LENGTHS if name != length_unit)


def _is_telling(atoms):
    return bool(set(atoms.symbols) - UNBOUND) and (len(atoms) > 2 or atoms.pbc.all())


def _shortest_bond(atoms):
    """The smallest distance in units of the sum of the covalent radii; infinity without neighbors."""
    radii = covalent_radii[atoms.numbers]
    first, second, distances = pairs_within(atoms, 2 * REACH * float(radii.max()), "ijd")
    return float(np.min(distances / (radii[first] + radii[second]), initial=np.inf))

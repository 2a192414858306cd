"""The labels of structures: one reader, which asks the calculator whether its results belong to the structure."""

import ase
import numpy as np
from ase.calculators.calculator import PropertyNotImplementedError
from ase.stress import voigt_6_to_full_3x3_stress

from atomzoo.datasets.arrays.periodicity import has_stress, in_plane

# What each label is of: a structure, or each of its atoms.
OF_STRUCTURES = ("energy", "energy_per_atom", "stress")
OF_ATOMS = ("energies", "forces")


def labels(structures: list[ase.Atoms], names: tuple[str, ...] = ("energy", "forces")) -> dict[str, np.ndarray]:
    """The labels of S structures with N atoms in all, from their calculators.

    Args:
        structures: the labelled structures.
        names: any of "energy", "energy_per_atom", "energies" (of the atoms, as empirical potentials have them),
            "forces" and "stress".

    Returns:
        A dict with `energy` (S,), total energy in eV; `energy_per_atom` (S,) in eV; `energies` (N,) in eV and `forces`
        (N, 3) in eV/A, structure after structure; `stress` (S, 3, 3) in eV/A^3, of slabs and wires its part within the
        periodic directions, 0 for structures without one (see `has_stress`); all float64.

    Raises:
        ValueError: naming the structure, if a label is missing, belongs to other positions, or is not finite.

    Example:

    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> atom = ase.Atoms("Au")
    >>> atom.calc = SinglePointCalculator(atom, energy=-3.0)
    >>> labels([atom], names=("energy",))
    {'energy': array([-3.])}
    """
    result = {}
    for name in names:
        values = [_needed(k, atoms, name) for k, atoms in enumerate(structures)]
        result[name] = np.concatenate(values) if name in OF_ATOMS else np.stack(values)
    return result


def find_label(atoms: ase.Atoms, name: str) -> np.ndarray | None:
    """One label of a structure; None if it has none, or only one of other positions.

    A calculator that can calculate does so: several structures may share it.

    Args:
        atoms: the structure.
        name: see `labels`.

    Raises:
        ValueError: an unknown name.

    Example:

    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> atom = ase.Atoms("Au")
    >>> atom.calc = SinglePointCalculator(atom, energy=-3.0)
    >>> float(find_label(atom, "energy"))
    -3.0
    >>> atom.positions += 1.0
    >>> find_label(atom, "energy") is None
    True
    """
    if name not in OF_STRUCTURES + OF_ATOMS:
        raise ValueError(f"Labels are {', '.join(OF_STRUCTURES + OF_ATOMS)}. Received: {name!r}")
    if name == "stress" and not has_stress(atoms):
        return None
    if name == "energy_per_atom":
        energy = find_label(atoms, "energy")
        return None if energy is None else energy / len(atoms)
    try:
        value = atoms.calc.get_property(name, atoms) if atoms.calc is not None else None
    except PropertyNotImplementedError:
        value = None
    if value is None:
        return None
    value = np.array(value, np.float64)
    if name != "stress":
        return value
    return in_plane(voigt_6_to_full_3x3_stress(value) if value.shape == (6,) else value, atoms)


def _needed(k, atoms, name):
    if name == "stress" and not has_stress(atoms):
        return np.zeros((3, 3))
    value = find_label(atoms, name)
    if value is None:
        raise ValueError(f"structure {k}: it has no label '{name}'")
    if not np.isfinite(value).all():
        raise ValueError(f"structure {k}: its label '{name}' is not finite")
    return value

"""The labels of structures: one reader, which asks the calculator whether its results belong to the structure."""

import ase
import numpy as np
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.singlepoint import SinglePointCalculator
from ase.stress import voigt_6_to_full_3x3_stress

from atomzoo.datasets.arrays.periodicity import has_stress, in_plane

# What each label is of: a structure, or each of its atoms.
OF_STRUCTURES = ("energy", "energy_per_atom", "stress")
OF_ATOMS = ("energies", "forces")
SHAPES = {
    "energy": lambda n: (),
    "energy_per_atom": lambda n: (),
    "energies": lambda n: (n,),
    "forces": lambda n: (n, 3),
    "stress": lambda n: (3, 3),
}


def labels(
    structures: list[ase.Atoms], names: tuple[str, ...] = ("energy", "forces"), optional: tuple[str, ...] = ()
) -> dict[str, np.ndarray]:
    """The labels of S structures with N atoms in all, from their calculators.

    Args:
        structures: the labelled structures.
        names: any of "energy", "energy_per_atom", "energies" (of the atoms, as empirical potentials have them),
            "forces" and "stress".
        optional: those of the names that some structures may lack, which then have 0 for them; see `labelled`.

    Returns:
        A dict with `energy` (S,), total energy in eV; `energy_per_atom` (S,) in eV; `energies` (N,) in eV and `forces`
        (N, 3) in eV/A, structure after structure; `stress` (S, 3, 3) in eV/A^3, of slabs and wires its part within the
        periodic directions, 0 for structures without one (see `has_stress`); all float64.

    Raises:
        ValueError: naming the structure, if a label is missing, belongs to other positions, or is not what it should
            be: numbers, finite, as many as there are atoms.

    Example:

    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> atom = ase.Atoms("Au")
    >>> atom.calc = SinglePointCalculator(atom, energy=-3.0)
    >>> labels([atom], names=("energy",))
    {'energy': array([-3.])}
    """
    result = {}
    for name in names:
        values = [_needed(k, atoms, name, name in optional) for k, atoms in enumerate(structures)]
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
    value = _result(atoms, name)
    if value is None:
        return None
    value = np.array(value, np.float64)
    if name != "stress":
        return value
    return in_plane(voigt_6_to_full_3x3_stress(value) if value.shape == (6,) else value, atoms)


def _result(atoms, name):
    """What the calculator of a structure says, None if it does not."""
    calculator = atoms.calc
    if type(calculator) is SinglePointCalculator and _are_same(atoms, calculator.atoms):
        return calculator.results.get(name)
    try:
        return calculator.get_property(name, atoms) if calculator is not None else None
    except PropertyNotImplementedError:
        return None


def _are_same(atoms, other):
    """Whether two structures without moments and charges agree in every bit; ASE compares them ten times slower."""
    if any(kind in each.arrays for kind in ("initial_magmoms", "initial_charges") for each in (atoms, other)):
        return False
    pairs = ((each.positions, each.numbers, each.cell.array, each.pbc) for each in (atoms, other))
    return all(first.tobytes() == second.tobytes() for first, second in zip(*pairs, strict=True))


def usable_label(k: int, atoms: ase.Atoms, name: str) -> np.ndarray | None:
    """As `find_label`, of structure number k.

    Raises:
        ValueError: naming the structure, if the label is not what it should be, see `labels`.
    """
    try:
        value = find_label(atoms, name)
    except (TypeError, ValueError) as error:
        raise ValueError(f"structure {k}: its label '{name}' cannot be used: {error}") from None
    if value is None:
        return None
    expected = SHAPES[name](len(atoms))
    if value.shape != expected:
        raise ValueError(f"structure {k}: its label '{name}' must have the shape {expected}. Received: {value.shape}")
    if not np.isfinite(value).all():
        raise ValueError(f"structure {k}: its label '{name}' is not finite")
    return value


def check_labels(structures: list[ase.Atoms], first: int = 0) -> None:
    """Finds out before a long calculation whether all labels that there are can be used.

    Raises:
        ValueError: as `usable_label`; structures are numbered from `first` on.
    """
    for k, atoms in enumerate(structures, first):
        for name in ("energy", *OF_ATOMS, "stress"):
            usable_label(k, atoms, name)


def labelled(structures: list[ase.Atoms], name: str) -> np.ndarray:
    """Which structures have a label that can be used, (S,) bool.

    Raises:
        ValueError: as `usable_label`; or no structure has it.

    Example:

    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> structures = [ase.Atoms("Au"), ase.Atoms("Au")]
    >>> structures[1].calc = SinglePointCalculator(structures[1], energy=-3.0)
    >>> labelled(structures, "energy").tolist()
    [False, True]
    """
    found = np.array([usable_label(k, atoms, name) is not None for k, atoms in enumerate(structures)], bool)
    if not found.any():
        raise ValueError(f"No structure has the label '{name}'. Received: {len(structures)} structures")
    return found


def _needed(k, atoms, name, is_optional):
    if name == "stress" and not has_stress(atoms):
        return np.zeros((3, 3))
    value = usable_label(k, atoms, name)
    if value is None and is_optional:
        return np.zeros(SHAPES[name](len(atoms)))
    if value is None:
        raise ValueError(f"structure {k}: it has no label '{name}'")
    return value

"""Labels of structures under the names that programs and people give them in files."""

from dataclasses import dataclass

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from ase.stress import full_3x3_to_voigt_6_stress, voigt_6_to_full_3x3_stress

from atomzoo.datasets.arrays.periodicity import has_stress

# In the order in which they are looked for.
USUAL = {
    "energy": ("energy", "free_energy", "REF_energy", "dft_energy", "DFT_energy", "Energy"),
    "forces": ("forces", "force", "REF_forces", "REF_force", "dft_forces", "DFT_forces", "Forces"),
    "stress": ("stress", "virial", "virials", "REF_stress", "REF_virial", "REF_virials", "dft_stress", "dft_virial"),
}


@dataclass(frozen=True)
class LabelKeys:
    """The keys of labels in files: of the comment line (`Atoms.info`) or, for forces, of the columns (`Atoms.arrays`).

    Args:
        energy: key of total energies (eV); None for the first of the usual ones that a structure has, see `USUAL`.
        forces: key of forces (eV/A), or None.
        stress: key of stresses (eV/A^3, positive where tensile) or, with "virial" in its name, of virials (eV): a
            stress is minus the virial over the volume. Six numbers are xx, yy, zz, yz, xz, xy. None for the usual ones.
    """

    energy: str | None = None
    forces: str | None = None
    stress: str | None = None


USUAL_KEYS = LabelKeys()


def set_labels(atoms: ase.Atoms, keys: LabelKeys) -> None:
    """Makes what a file has under these keys the labels of a structure: results of its calculator.

    Where keys are not given, the usual ones with the prefix of the energy's key come first: beside `REF_energy`,
    `REF_forces` are taken rather than `forces`.

    Args:
        atoms: a structure as it was read; its calculator is changed.
        keys: `LabelKeys`.

    Raises:
        ValueError: the structure has no energy under the key that was given, and which keys it has; a label that is not
            made of numbers, or as many as there should be.

    Example:

    >>> atoms = ase.Atoms("Au", cell=[4, 4, 4], pbc=True, info={"REF_energy": -3.0, "REF_virial": -0.64 * np.eye(3)})
    >>> set_labels(atoms, LabelKeys())
    >>> atoms.get_potential_energy(), round(float(atoms.get_stress()[0]), 9)
    (-3.0, 0.01)
    """
    results = {} if atoms.calc is None else atoms.calc.results
    values = {**atoms.arrays, **atoms.info, **results}
    energy = _find(values, "energy", keys.energy, "")
    if keys.energy and energy is None:
        raise ValueError(f"it has no label '{keys.energy}'. Received: {present_keys(atoms)}")
    prefix = (energy or "").lower().removesuffix("energy")
    chosen = {"energy": energy} | {n: _find(values, n, getattr(keys, n), prefix) for n in ("forces", "stress")}
    for name, key in chosen.items():
        if key is None and getattr(keys, name):
            results.pop(name, None)  # of the usual name, which is not the one that was asked for
        if key is None or (key == name and name in results) or (name == "stress" and not has_stress(atoms)):
            continue
        if atoms.calc is None:
            atoms.calc = SinglePointCalculator(atoms)
        atoms.calc.results[name] = _value(name, key, values[key], len(atoms), atoms.cell.volume)


def present_keys(atoms: ase.Atoms) -> str:
    """The keys that a structure has beside positions and elements, for messages.

    Example:

    >>> present_keys(ase.Atoms("Au", info={"E": -3.0}))
    'E'
    """
    results = {} if atoms.calc is None else atoms.calc.results
    names = [name for name in (*results, *atoms.info, *atoms.arrays) if name not in ("numbers", "positions")]
    return ", ".join(dict.fromkeys(names)) or "no keys"


def _find(values, name, key, prefix):
    """The key of a label that is there, or None."""
    usual = sorted(USUAL[name], key=lambda usual: not (prefix and usual.lower().startswith(prefix)))
    candidates = (key,) if key else usual
    return next((candidate for candidate in candidates if values.get(candidate) is not None), None)


def _value(name, key, value, n_atoms, volume):
    shapes = {"energy": [()], "forces": [(n_atoms, 3)], "stress": [(6,), (9,), (3, 3)]}[name]
    try:
        value = np.asarray(value, float)
    except (TypeError, ValueError):
        raise ValueError(f"its label '{key}' is not made of numbers. Received: {str(value)[:40]!r}") from None
    if value.shape not in shapes:
        wanted = " or ".join(map(str, shapes))
        raise ValueError(f"its label '{key}' must have the shape {wanted}. Received: {value.shape}")
    if name != "stress":
        return float(value) if name == "energy" else value
    full = voigt_6_to_full_3x3_stress(value) if value.shape == (6,) else value.reshape(3, 3)
    return full_3x3_to_voigt_6_stress(-full / volume if "virial" in key.lower() else full)

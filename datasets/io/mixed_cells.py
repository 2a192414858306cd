"""Labelled structures of any sizes and cells, with stresses and notes, in a small file (see `fixed_point`)."""

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.output_files import replacing
from atomzoo.datasets.io.packed import FORCE_UNIT, POSITION_UNIT, from_bytes, to_bytes

STRESS_UNIT = 1e-7  # eV/Å^3
MISSING = {"U": "", "f": float("nan"), "i": -(2**63)}  # by kind of NumPy's types


def write_mixed(path, structures):
    """Write structures with energies, forces and stresses to an `.npz` file, which is replaced once all is written.

    Args:
        path: the file.
        structures: list of `Atoms`, periodic in three directions. Atoms are put into the cell; positions are rounded
            to 1e-8 Å, forces to 1e-5 eV/Å, stresses to 1e-7 eV/Å^3; cells and energies are not. Of their info, floats,
            integers and strings are kept, which may be missing in some.

    Raises:
        ValueError: no structures, or one that is not periodic.
    """
    if not structures:
        raise ValueError("A packed file needs structures. Received: none")
    for k, atoms in enumerate(structures):
        if not atoms.pbc.all():
            raise ValueError(f"Packed structures must be periodic. Received: pbc={atoms.pbc.tolist()} in structure {k}")
    arrays = {
        "n_atoms": np.array([len(atoms) for atoms in structures]),
        "numbers": np.concatenate([atoms.numbers for atoms in structures]).astype("u1"),
        "cell": np.array([atoms.cell.array for atoms in structures]),
        "energy": np.array([atoms.get_potential_energy() for atoms in structures]),
        "stress": to_bytes([atoms.get_stress() for atoms in structures], STRESS_UNIT),
        "positions": to_bytes(np.concatenate([atoms.get_positions(wrap=True) for atoms in structures]), POSITION_UNIT),
        "forces": to_bytes(
            np.concatenate([atoms.get_forces(apply_constraint=False) for atoms in structures]), FORCE_UNIT
        ),
    }
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays, **_notes([atoms.info for atoms in structures]))


def read_mixed(path):
    """Read the structures of `write_mixed`.

    Returns:
        list of `Atoms`, periodic in three directions, with energy (eV), forces (eV/Å), stress (6,) (eV/Å^3, tension
        positive) and info.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    notes = {name.removeprefix("info "): values for name, values in arrays.items() if name.startswith("info ")}
    ends = np.cumsum(arrays["n_atoms"])[:-1]
    positions = np.split(from_bytes(arrays["positions"], POSITION_UNIT), ends)
    forces = np.split(from_bytes(arrays["forces"], FORCE_UNIT), ends)
    numbers, stresses = np.split(arrays["numbers"], ends), from_bytes(arrays["stress"], STRESS_UNIT)
    structures = []
    for k, (cell, energy) in enumerate(zip(arrays["cell"], arrays["energy"], strict=True)):
        atoms = ase.Atoms(numbers[k], positions[k], cell=cell, pbc=True)
        atoms.calc = SinglePointCalculator(atoms, energy=float(energy), forces=forces[k], stress=stresses[k])
        atoms.info = {name: values[k].item() for name, values in notes.items() if not _is_missing(values[k])}
        structures.append(atoms)
    return structures


def _notes(infos):
    """One array for each name in the infos, with what stands for "missing" where it is."""
    arrays = {}
    for name in sorted(set().union(*infos)):
        values = [info.get(name) for info in infos]
        kind = np.array([value for value in values if value is not None]).dtype.kind
        if kind in MISSING:
            arrays[f"info {name}"] = np.array([MISSING[kind] if value is None else value for value in values])
    return arrays


def _is_missing(value):
    return value == MISSING[value.dtype.kind] or value != value  # NaN is not itself

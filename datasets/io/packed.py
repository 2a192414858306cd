"""Labelled structures of one composition and cell in a small file: integers, compressed byte by byte.

Single precision would not do for positions: at 5 A it rounds by up to 2e-7 A, which under forces of some eV/A on many
atoms is more than 1e-6 eV. Integers of 1e-8 A take as many bytes, and hold exactly what an extxyz file holds.
"""

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.output_files import replacing

POSITION_UNIT = 1e-8  # A
FORCE_UNIT = 1e-5  # eV/A


def write_packed(path, structures, position_unit=POSITION_UNIT, force_unit=FORCE_UNIT):
    """Write structures with energies and forces to an `.npz` file, which is replaced only once all is written.

    Args:
        path: the file.
        structures: list of periodic `Atoms` of the same elements and cell. Atoms are put into the cell; energies are
            not rounded. Nothing else is kept.
        position_unit: A, to multiples of which positions are rounded. A large one saves room where labels are of
            positions that have been rounded before.
        force_unit: eV/A, to multiples of which forces are rounded.

    Raises:
        ValueError: structures of different elements or cells, cells larger than 2^31 units (21 A), or such forces.
    """
    first = structures[0]
    for k, atoms in enumerate(structures):
        if not (np.array_equal(atoms.numbers, first.numbers) and np.array_equal(atoms.cell, first.cell)):
            raise ValueError(f"Packed structures must have the same elements and cell. Received: another in frame {k}")
    arrays = {
        "numbers": first.numbers,
        "cell": first.cell.array,
        "energy": np.array([atoms.get_potential_energy() for atoms in structures]),
        "units": np.array([position_unit, force_unit]),
        "positions": to_bytes([atoms.get_positions(wrap=True) for atoms in structures], position_unit),
        "forces": to_bytes([atoms.get_forces(apply_constraint=False) for atoms in structures], force_unit),
    }
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def read_packed(path):
    """Read the structures of `write_packed`.

    Returns:
        list of `Atoms`, periodic in three directions, with energy (eV) and forces (eV/A).
    """
    with np.load(path, allow_pickle=False) as arrays:
        numbers, cell, energies = (arrays[name] for name in ("numbers", "cell", "energy"))
        position_unit, force_unit = arrays.get("units", (POSITION_UNIT, FORCE_UNIT))  # earlier files have none
        positions, forces = from_bytes(arrays["positions"], position_unit), from_bytes(arrays["forces"], force_unit)
    structures = []
    for energy, r, f in zip(energies, positions, forces, strict=True):
        atoms = ase.Atoms(numbers, r, cell=cell, pbc=True)
        atoms.calc = SinglePointCalculator(atoms, energy=float(energy), forces=f)
        structures.append(atoms)
    return structures


def to_bytes(values, unit):
    """Round numbers to multiples of a unit, and return their bytes (2 or 4, ...) by rank: equal ranks compress well.

    Args:
        values: array of any shape.
        unit: float.

    Raises:
        ValueError: a number is 2^31 units or more.

    Example:
        >>> from_bytes(to_bytes([0.5, -70000.25], 0.25), 0.25).tolist()
        [0.5, -70000.25]
    """
    integers = np.rint(np.array(values) / unit)
    if np.abs(integers).max() >= 2**31:
        raise ValueError(f"A number is too large to be packed in units of {unit}. Received: {np.abs(values).max()}")
    integers = integers.astype("<i2" if np.abs(integers).max() < 2**15 else "<i4")
    return np.moveaxis(integers[..., None].view("u1"), -1, 0)


def from_bytes(planes, unit):
    """Return the numbers, a float array of the shape that `to_bytes` got."""
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1)).view(f"<i{len(planes)}")[..., 0] * unit

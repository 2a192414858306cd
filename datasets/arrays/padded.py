"""ASE `Atoms` to the padded arrays that every model takes as its input, and to labels."""

import ase
import numpy as np
from ase.calculators.calculator import PropertyNotImplementedError
from ase.data import atomic_numbers

from atomzoo.datasets.arrays.neighbors import neighbor_list, triplet_list
from atomzoo.datasets.arrays.validation import find_problem


def to_arrays(
    structures: list[ase.Atoms],
    elements: list[str],
    cutoff: float,
    triplets: bool = False,
    n_atoms: int | None = None,
    n_neighbors: int | None = None,
    n_triplets: int | None = None,
) -> dict[str, np.ndarray]:
    """Turns B structures into one batch, padded to A atoms with M neighbors each.

    Args:
        structures: the structures; any cell, any combination of periodic directions.
        elements: chemical symbols; `species` are indices into this list.
        cutoff: radius of the neighbor lists in A.
        triplets: also list the pairs of neighbors closer than the cutoff (only the symmetry function G4 needs them).
        n_atoms: smallest A. By default the largest number of atoms.
        n_neighbors: smallest M. By default the largest number of neighbors, rounded up to a multiple of 8.
        n_triplets: smallest T. By default the largest number of triplets, rounded up by at most a quarter.
            The three widths grow where the structures need more, so that shapes once compiled can be kept.

    Returns:
        A dict of arrays:

        - `positions` (B, A, 3) float64, A, 0 for padding
        - `species` (B, A) int32, -1 for padding
        - `neighbors` (B, A, M) int32, index of the neighboring atom, -1 for padding
        - `shifts` (B, A, M, 3) float64, Cartesian, A: `D_ij = R_j + shift - R_i`
        - `volume` (B,) float64, A^3, infinite unless periodic in three directions (so that virial / volume is 0)
        - `triplets` (B, A, T, 2) int32, neighbor slots j < k of each atom, -1 for padding, if asked for

    Raises:
        ValueError: naming the structure, if it has an element that is not listed, a position that is not finite, or a
            periodic cell without volume.

    Example:

    >>> from ase.build import bulk
    >>> arrays = to_arrays([bulk("Au", a=4.08)], ["Au"], cutoff=3.0)
    >>> arrays["neighbors"].shape, int((arrays["neighbors"] >= 0).sum())
    ((1, 1, 16), 12)
    """
    species = find_species(structures, elements)
    counts = np.array([len(atoms) for atoms in structures])
    n_atoms = max(counts.max(), n_atoms or 0)
    pairs = [neighbor_list(atoms, cutoff) for atoms in structures]
    first, second, shifts = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    structure = np.repeat(np.arange(len(pairs)), [len(part[0]) for part in pairs])
    widths = np.bincount(structure * n_atoms + first, minlength=len(pairs) * n_atoms).reshape(-1, n_atoms)
    n_neighbors = max(_round_up(widths.max(), 8), n_neighbors or 0)
    arrays = {
        "positions": pad(np.concatenate([atoms.positions for atoms in structures]), counts, n_atoms, 0.0),
        "species": pad(species, counts, n_atoms, -1),
        "neighbors": pad(second, widths, n_neighbors, -1),
        "shifts": pad(shifts, widths, n_neighbors, 0.0),
        "volume": np.array([atoms.cell.volume if atoms.pbc.all() else np.inf for atoms in structures]),
    }
    return arrays | {"triplets": find_triplets(arrays, cutoff, n_triplets)} if triplets else arrays


def find_species(structures: list[ase.Atoms], elements: list[str]) -> np.ndarray:
    """Checks structures, and gives the index into `elements` of every atom, structure after structure, (N,) int32.

    Raises:
        ValueError: as for `to_arrays`.
    """
    if len(structures) == 0:
        raise ValueError("There must be at least one structure. Received: structures=[]")
    index = np.full(max(atomic_numbers.values()) + 1, -1, np.int32)
    index[[atomic_numbers[symbol] for symbol in elements]] = np.arange(len(elements))
    for k, atoms in enumerate(structures):
        if problem := find_problem(atoms):
            raise ValueError(f"structure {k}: {problem}")
        unknown = index[atoms.numbers] < 0
        if unknown.any():
            symbol = atoms.symbols[int(np.argmax(unknown))]
            raise ValueError(f"structure {k}: element '{symbol}' is not among the model's elements {list(elements)}")
    return index[np.concatenate([atoms.numbers for atoms in structures])]


def find_triplets(arrays: dict[str, np.ndarray], cutoff: float, n_triplets: int | None = None) -> np.ndarray:
    """The `triplets` (B, A, T, 2) of arrays made by `to_arrays`; see there."""
    displacements = find_displacements(arrays)
    counts, slots = triplet_list(displacements.reshape(-1, *displacements.shape[2:]), cutoff)
    counts = counts.reshape(displacements.shape[:2])
    return pad(slots, counts, max(round_size(max(8, counts.max())), n_triplets or 0), -1)


def find_displacements(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """D_ij (B, A, M, 3) in A of arrays made by `to_arrays`, NaN for padding."""
    positions, neighbors = arrays["positions"], arrays["neighbors"]
    batch = np.arange(len(positions))[:, None, None]
    displacements = positions[batch, neighbors] + arrays["shifts"] - positions[:, :, None]
    displacements[neighbors < 0] = np.nan
    return displacements


def labels(
    structures: list[ase.Atoms], names: tuple[str, ...] = ("energy", "forces"), n_atoms: int | None = None
) -> dict[str, np.ndarray]:
    """The labels of B structures, from their (single-point) calculators.

    Args:
        structures: the labelled structures.
        names: any of "energy", "energies" (of the atoms, as empirical potentials have them), "forces" and "stress".
        n_atoms: smallest number of atoms A to which energies and forces are padded. By default the largest number.

    Returns:
        A dict with `energy` (B,), total energy in eV; `energies` (B, A) in eV and `forces` (B, A, 3) in eV/A, 0 for
        padding; `stress` (B, 3, 3) in eV/A^3, 0 for structures that are not periodic in three directions; all float64.

    Raises:
        ValueError: naming the structure, if a label is missing or not finite.

    Example:

    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> atom = ase.Atoms("Au")
    >>> atom.calc = SinglePointCalculator(atom, energy=-3.0)
    >>> labels([atom], names=("energy",))
    {'energy': array([-3.])}
    """
    counts = np.array([len(atoms) for atoms in structures])
    result = {}
    for name in names:
        values = [_label(k, atoms, name) for k, atoms in enumerate(structures)]
        if name in ("energies", "forces"):
            result[name] = pad(np.concatenate(values), counts, max(counts.max(), n_atoms or 0), 0.0)
        else:
            result[name] = np.stack(values)
    return result


def _label(k, atoms, name):
    read = {
        "energy": atoms.get_potential_energy,
        "energies": atoms.get_potential_energies,
        "forces": lambda: atoms.get_forces(apply_constraint=False),
        "stress": lambda: atoms.get_stress(voigt=False),
    }
    if name not in read:
        raise ValueError(f"Labels are {list(read)}. Received: {name!r}")
    if name == "stress" and not atoms.pbc.all():
        return np.zeros((3, 3))
    try:
        value = np.asarray(read[name](), np.float64) if atoms.calc is not None else None
    except PropertyNotImplementedError:
        value = None
    if value is None:
        raise ValueError(f"structure {k}: it has no label '{name}'")
    if not np.isfinite(value).all():
        raise ValueError(f"structure {k}: its label '{name}' is not finite")
    return value


def pad(rows: np.ndarray, counts: np.ndarray, width: int, fill: float) -> np.ndarray:
    """Spreads rows over slots: the first `counts[...]` of `width` slots take the next rows, the others `fill`.

    Args:
        rows: (sum of counts, ...).
        counts: (...) number of rows of each owner.
        width: number of slots of each owner.
        fill: value of the slots that stay empty.

    Returns:
        An array of shape `(*counts.shape, width, *rows.shape[1:])` and the type of `rows`.
    """
    padded = np.full((*counts.shape, width, *rows.shape[1:]), fill, rows.dtype)
    padded[np.arange(width) < counts[..., None]] = rows
    return padded


def round_size(n: int) -> int:
    """Rounds up to one of 1 to 8, 10, 12, 14, 16, 20, 24, 28, 32, 40 ...: few sizes, less than a quarter of padding."""
    return _round_up(n, max(1, 2 ** (int(n).bit_length() - 3)))


def _round_up(n, multiple):
    return max(1, -(-int(n) // multiple)) * multiple

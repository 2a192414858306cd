"""ASE `Atoms` to the arrays that every model takes: the atoms of all structures in one row."""

from dataclasses import dataclass

import ase
import numpy as np
from ase.data import atomic_numbers

from atomzoo.datasets.arrays.neighbors import neighbor_list, triplet_list
from atomzoo.datasets.arrays.periodicity import periodic_projector, stress_volume
from atomzoo.datasets.arrays.validation import find_problem


def to_arrays(structures: list[ase.Atoms], elements: list[str], cutoff: float, triplets: bool = False) -> dict:
    """Turns S structures with N atoms in all into one batch, in which each atom has M places for neighbors.

    Args:
        structures: the structures; any cell, any combination of periodic directions.
        elements: chemical symbols; `species` are indices into this list.
        cutoff: radius of the neighbor lists in A.
        triplets: also list the pairs of neighbors closer than the cutoff (only the symmetry function G4 needs them).

    Returns:
        A dict of arrays, in which the atoms stand structure after structure:

        - `positions` (N, 3) float64, A
        - `species` (N,) int32, -1 for an empty row
        - `structure` (N,) int32, the number of the atom's structure, S for an empty row
        - `rows` tuple of int32 arrays, for each element the numbers of its atoms' rows, N for an empty place
        - `neighbors` (N, M) int32, row of the neighboring atom, -1 for an empty place
        - `shifts` (N, M, 3) float64, Cartesian, A: `D_ij = R_j + shift - R_i`
        - `n_atoms` (S,) float64, and `composition` (S, E), the number of atoms of each of the E elements
        - `volume` (S,) float64, A^3, infinite for structures without stress (see `stress_volume`)
        - `periodic` (S, 3, 3) float64, projectors on the periodic directions of each structure
        - `triplets` (N, T, 2) int32, neighbor places j < k of each atom, -1 for an empty place, if asked for

        There are empty rows and places only in batches of a `StructureDataset`, which all have one shape.

    Raises:
        ValueError: naming the structure, if it has an element that is not listed, a position that is not finite, or a
            periodic cell without volume.

    Example:

    >>> from ase.build import bulk
    >>> arrays = to_arrays([bulk("Au", a=4.08), bulk("Au", a=4.08, cubic=True)], ["Au"], cutoff=3.0)
    >>> arrays["neighbors"].shape, arrays["structure"].tolist()
    ((5, 12), [0, 1, 1, 1, 1])
    """
    table = StructureTable(structures, elements, cutoff)
    chosen = np.arange(len(structures))
    return table.batch(chosen, table.widths([chosen], triplets))


@dataclass(frozen=True)
class Widths:
    """The shape of a batch: numbers of structures, rows, rows of each element, neighbors, and triplets (or None)."""

    structures: int
    rows: int
    of_elements: tuple[int, ...]
    neighbors: int
    triplets: int | None


class StructureTable:
    """Structures as arrays without any padding, from which batches are cut.

    Args:
        structures, elements, cutoff: see `to_arrays`.

    Attributes:
        counts: (S,), number of atoms of each structure.
        species, positions: (N,), (N, 3), of all atoms, structure after structure.
        composition: (S, n_elements), number of atoms of each element.
        n_neighbors: (N,), number of neighbors of each atom.
        second, shifts: (P,), (P, 3) of all neighbors, atom after atom: number in the structure, and shift in A.
    """

    def __init__(self, structures, elements, cutoff):
        self.elements, self.cutoff = list(elements), cutoff
        self.species = find_species(structures, elements)
        self.counts = np.array([len(atoms) for atoms in structures])
        self.positions = np.concatenate([atoms.positions for atoms in structures])
        self.volume = np.array([stress_volume(atoms) for atoms in structures])
        self.periodic = np.array([periodic_projector(atoms) for atoms in structures])
        structure = np.repeat(np.arange(len(structures)), self.counts)
        self.composition = np.zeros((len(structures), len(self.elements)), int)
        np.add.at(self.composition, (structure, self.species), 1)
        self._first_atom = np.cumsum(self.counts) - self.counts
        pairs = [neighbor_list(atoms, cutoff) for atoms in structures]
        first, self.second, self.shifts = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        first = first + np.repeat(self._first_atom, [len(part[0]) for part in pairs])
        self.n_neighbors = np.bincount(first, minlength=len(self.species))
        self._first_pair = np.cumsum(self.n_neighbors) - self.n_neighbors

    def atoms_of(self, chosen):
        """The numbers of the atoms of some structures, in their order."""
        return ranges(self._first_atom[chosen], self.counts[chosen])

    def widths(self, batches, triplets=False):
        """The `Widths` that hold each of several batches, given as lists of numbers of structures."""
        rows = [int(self.counts[chosen].sum()) for chosen in batches]
        of_elements = np.max([self.composition[chosen].sum(axis=0) for chosen in batches], axis=0)
        n_neighbors = max(int(self.n_neighbors.max(initial=0)), 1)
        widths = Widths(max(map(len, batches)), max(rows), tuple(map(int, of_elements)), n_neighbors, None)
        if not triplets:
            return widths
        counts = [self._triplets(self.batch(chosen, widths))[0].max(initial=0) for chosen in batches]
        return Widths(*list(vars(widths).values())[:-1], triplets=max(int(max(counts)), 1))

    def batch(self, chosen, widths, geometry=True):
        """The arrays of `to_arrays` of some structures, with empty rows and places up to `widths`.

        Args:
            chosen: numbers of the structures.
            widths: `Widths`.
            geometry: whether to give positions, neighbors, shifts and triplets too.
        """
        species = self.species[self.atoms_of(chosen)]
        structure = np.repeat(np.arange(len(chosen), dtype=np.int32), self.counts[chosen])
        arrays = {
            "species": filled(species, widths.rows, -1),
            "structure": filled(structure, widths.rows, widths.structures),
            "rows": tuple(
                filled(np.flatnonzero(species == index).astype(np.int32), width, widths.rows)
                for index, width in enumerate(widths.of_elements)
            ),
            "n_atoms": filled(self.counts[chosen].astype(float), widths.structures, 1.0),
            "composition": filled(self.composition[chosen].astype(float), widths.structures, 0.0),
            "volume": filled(self.volume[chosen], widths.structures, np.inf),
            "periodic": filled(self.periodic[chosen], widths.structures, 0.0),
        }
        return arrays | (self._geometry(chosen, widths) if geometry else {})

    def neighbor_rows(self, chosen, n_neighbors, second, width):
        """The rows (n, width) int32 of the neighbors of n atoms, in a batch of some structures; -1 for an empty place.

        Args:
            chosen: numbers of the structures.
            n_neighbors: (N,), of all atoms.
            second: (P,), numbers in their structures of all neighbors, atom after atom.
            width: number of places.
        """
        atoms, sizes = self.atoms_of(chosen), self.counts[chosen]
        counts = n_neighbors[atoms]
        found = second[ranges((np.cumsum(n_neighbors) - n_neighbors)[atoms], counts)]
        first_rows = np.repeat(np.cumsum(sizes) - sizes, sizes)  # of each atom's structure
        return pad((found + np.repeat(first_rows, counts)).astype(np.int32), counts, width, -1)

    def _geometry(self, chosen, widths):
        atoms = self.atoms_of(chosen)
        counts = self.n_neighbors[atoms]
        shifts = self.shifts[ranges(self._first_pair[atoms], counts)]
        neighbors = self.neighbor_rows(chosen, self.n_neighbors, self.second, widths.neighbors)
        arrays = {
            "positions": filled(self.positions[atoms], widths.rows, 0.0),
            "neighbors": filled(neighbors, widths.rows, -1),
            "shifts": filled(pad(shifts, counts, widths.neighbors, 0.0), widths.rows, 0.0),
        }
        if widths.triplets is not None:
            counts, slots = self._triplets(arrays)
            arrays["triplets"] = pad(slots, counts, widths.triplets, -1)
        return arrays

    def _triplets(self, arrays):
        return triplet_list(find_displacements(arrays), self.cutoff)


def find_displacements(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """D_ij (N, M, 3) in A of arrays made by `to_arrays`, NaN for empty places."""
    positions, neighbors = arrays["positions"], arrays["neighbors"]
    displacements = positions[neighbors] + arrays["shifts"] - positions[:, None]
    displacements[neighbors < 0] = np.nan
    return displacements


def elements_of(structures: list[ase.Atoms]) -> list[str]:
    """The chemical symbols in structures, by atomic number."""
    return sorted({symbol for atoms in structures for symbol in atoms.symbols}, key=atomic_numbers.get)


def find_species(structures: list[ase.Atoms], elements: list[str], first: int = 0) -> np.ndarray:
    """Checks structures, and gives the index into `elements` of every atom, structure after structure, (N,) int32.

    Messages number the structures from `first` on.

    Raises:
        ValueError: as for `to_arrays`.
    """
    if len(structures) == 0:
        raise ValueError("There must be at least one structure. Received: structures=[]")
    index = np.full(max(atomic_numbers.values()) + 1, -1, np.int32)
    index[[atomic_numbers[symbol] for symbol in elements]] = np.arange(len(elements))
    for k, atoms in enumerate(structures, first):
        if problem := find_problem(atoms):
            raise ValueError(f"structure {k}: {problem}")
        unknown = index[atoms.numbers] < 0
        if unknown.any():
            symbol = atoms.symbols[int(np.argmax(unknown))]
            raise ValueError(f"structure {k}: element '{symbol}' is not among the model's elements {list(elements)}")
    return index[np.concatenate([atoms.numbers for atoms in structures])]


def pad(rows: np.ndarray, counts: np.ndarray, width: int, fill: float) -> np.ndarray:
    """Spreads rows over places: the first `counts[k]` of the `width` places of k take the next rows, others `fill`.

    Args:
        rows: (sum of counts, ...).
        counts: (K,) number of rows of each owner.
        width: number of places of each owner.
        fill: value of the places that stay empty.

    Returns:
        An array of shape `(K, width, *rows.shape[1:])` and the type of `rows`.
    """
    padded = np.full((len(counts), width, *rows.shape[1:]), fill, rows.dtype)
    padded[np.arange(width) < counts[:, None]] = rows
    return padded


def filled(values: np.ndarray, length: int, fill: float) -> np.ndarray:
    """`values` with rows of `fill` appended up to a length."""
    if len(values) == length:
        return values
    result = np.full((length, *values.shape[1:]), fill, values.dtype)
    result[: len(values)] = values
    return result


def ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers from each start on, `counts` of them, one after another.

    Example:

    >>> ranges(np.array([10, 0]), np.array([2, 3])).tolist()
    [10, 11, 0, 1, 2]
    """
    return np.arange(counts.sum()) + np.repeat(starts - (np.cumsum(counts) - counts), counts)

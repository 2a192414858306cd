"""Neighbor lists that serve as long as atoms move little (Verlet lists)."""

import functools

import ase
import numpy as np

from atomzoo.datasets.arrays.batch import find_species
from atomzoo.datasets.arrays.neighbors import neighbor_list
from atomzoo.datasets.arrays.periodicity import Stress

SKIN = 0.6  # A; of structures that move, how much farther the list reaches than the cutoff
KEPT_PAIRS = 2_000_000  # in all lists together, some 60 MB


class KeptNeighbors:
    """The neighbors of one structure within the cutoff, and within a skin around it, if there is one.

    Args:
        atoms: the structure, which is checked as by `to_arrays`; only copies are kept.
        elements: chemical symbols; `species` are indices into this list.
        cutoff: radius in A.
        skin: in A; 0 for a list that serves this very structure only.
        number: of the structure, for messages.

    Attributes:
        species: (n,) int32.
        starts: (n + 1,) int64; the neighbors of atom i are those from `starts[i]` to before `starts[i + 1]`.
        second, shifts: (P,) int32 and (P, 3) float64 in A, as of `neighbor_list`.
        stress: the `Stress` of the cell.

    Raises:
        ValueError: as `to_arrays`.

    Example:

    >>> wire = ase.Atoms("Au", cell=[2.5, 0, 0], pbc=[True, False, False])
    >>> kept = KeptNeighbors(wire, ["Au"], 3.0, skin=0.4)
    >>> kept.starts.tolist(), kept.second.tolist()
    ([0, 2], [0, 0])
    >>> wire.positions += 0.1
    >>> kept.serve(wire)
    True
    """

    def __init__(self, atoms: ase.Atoms, elements: list[str], cutoff: float, skin: float = 0.0, number: int = 0):
        self.species = find_species([atoms], elements, number)
        first, self.second, self.shifts = neighbor_list(atoms, cutoff + skin)
        self.starts = np.searchsorted(first, np.arange(len(atoms) + 1, dtype=first.dtype))
        self.stress = Stress(atoms)
        self._identity, self._positions = _identity(atoms), atoms.positions.copy()
        # No atom is farther from where it was than sqrt(3) times its largest move along an axis.
        self._largest_move = 0.5 * skin / np.sqrt(3.0)

    @functools.cached_property
    def addresses(self):
        """Where species, starts, second and shifts lie in memory, for C."""
        return tuple(array.ctypes.data for array in (self.species, self.starts, self.second, self.shifts))

    def are_alike(self, atoms: ase.Atoms) -> bool:
        """Whether a structure differs from that of the list in nothing but positions."""
        return self._identity == _identity(atoms)

    def serve(self, atoms: ase.Atoms) -> bool:
        """Whether all neighbors of a structure within the cutoff are in the list, with their shifts."""
        if not self.are_alike(atoms):
            return False
        return bool(np.abs(atoms.positions - self._positions).max() <= self._largest_move)  # False for NaN


class KeptNeighborLists:
    """`KeptNeighbors` of several structures, as they are when they are evaluated again and again.

    A structure that is as it was the last time, in the same place of the list, has its old neighbors; one that has
    moved gets some with a skin. Which list serves makes no difference to what lies within the cutoff, nor to its order.

    Args:
        elements, cutoff: see `KeptNeighbors`.
    """

    def __init__(self, elements: list[str], cutoff: float):
        self.elements, self.cutoff = list(elements), cutoff
        self._kept = []

    def of(self, structures: list[ase.Atoms]):
        """Yields the `KeptNeighbors` of each structure; raises as they do."""
        before, self._kept, n_pairs = self._kept, [], 0
        for number, atoms in enumerate(structures):
            found = self._found(before[number] if number < len(before) else None, atoms, number)
            n_pairs += len(found.second)
            if n_pairs <= KEPT_PAIRS:
                self._kept.append(found)
            yield found

    def _found(self, kept, atoms, number):
        if kept is not None and kept.serve(atoms):
            return kept
        skin = SKIN if kept is not None and kept.are_alike(atoms) else 0.0
        return KeptNeighbors(atoms, self.elements, self.cutoff, skin, number)


def _identity(atoms):
    """What is told apart before positions are: elements, periodicity and cell."""
    return atoms.numbers.tobytes(), atoms.pbc.tobytes(), atoms.cell.array.tobytes()

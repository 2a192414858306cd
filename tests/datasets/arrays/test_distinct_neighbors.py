import ase
import numpy as np
from ase.build import molecule

from atomzoo.datasets.arrays.batch import StructureTable
from atomzoo.datasets.arrays.distinct_neighbors import DistinctNeighbors
from tests.examples import CUTOFF, crystal

STRUCTURES = [
    crystal(["Ti", "O"]),
    ase.Atoms("O"),
    molecule("H2O").copy()[:1],
    ase.Atoms("Ti", cell=3 * [2.5], pbc=True),
    crystal(["Ti", "O"]) * (2, 1, 1),
]
TABLE = StructureTable(STRUCTURES, ["Ti", "O"], CUTOFF)
NEIGHBORS = DistinctNeighbors.of(TABLE)


def test_each_other_atom_once():
    first = np.repeat(np.arange(len(TABLE.species)), TABLE.n_neighbors)
    starts = np.repeat(np.cumsum(TABLE.counts) - TABLE.counts, TABLE.counts)
    entry = 0
    for atom, count in enumerate(NEIGHBORS.n_neighbors):
        own = atom - starts[atom]
        expected = sorted(set(TABLE.second[first == atom].tolist()) - {own})
        assert NEIGHBORS.second[entry : entry + count].tolist() == expected
        for pair in np.flatnonzero(first == atom):
            place = NEIGHBORS.of_pairs[pair]
            assert place == -1 if TABLE.second[pair] == own else NEIGHBORS.second[place] == TABLE.second[pair]
            assert place == -1 or entry <= place < entry + count
        entry += count
    assert entry == len(NEIGHBORS.second) and (NEIGHBORS.of_pairs == -1).any()


def test_atoms_without_others():
    counts = np.split(NEIGHBORS.n_neighbors, np.cumsum(TABLE.counts)[:-1])
    assert [part.tolist() for part in counts[1:4]] == [[0], [0], [0]]
    alone = DistinctNeighbors.of(StructureTable([ase.Atoms("O")], ["O"], CUTOFF))
    assert alone.n_neighbors.tolist() == [0] and len(alone.second) == len(alone.of_pairs) == 0

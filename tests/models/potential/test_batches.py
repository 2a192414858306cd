import ase
from ase.build import molecule

from atomzoo.models.potential.evaluation import batches


def test_order_is_kept_and_large_structures_stand_alone():
    small, large = molecule("H2O"), ase.Atoms("Au9")
    found = list(batches([small, small, large, small, small, small], n_atoms=6))
    assert [[len(atoms) for atoms in batch] for batch in found] == [[3, 3], [9], [3, 3], [3]]
    assert list(batches([])) == []

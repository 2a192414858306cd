import pytest

from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.reproductions.barch_tubman_2017._shared.isomer_names import isomer_name


@pytest.mark.parametrize("n_atoms", [3, 4, 5])
def test_names_survive_distortion_rotation_and_order(n_atoms):
    for name, atoms in gold_isomers(n_atoms).items():
        for seed in range(5):
            moved = atoms[::-1]
            moved.rattle(0.08, seed=seed)
            moved.pbc = False  # a chain along an axis would be bound to its image
            moved.rotate(37, (1, 2, 3), center="COU")
            assert isomer_name(moved) == name


def test_without_a_name():
    atoms = gold_isomers(4)["rhombus"]
    atoms.positions[3] += 2.0  # an atom of its own
    assert isomer_name(atoms) == "bonds 0-2-2-2"

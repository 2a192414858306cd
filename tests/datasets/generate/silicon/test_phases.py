"""The phases of silicon: their coordination and space groups as in the literature, and what may change in them."""

import numpy as np
import pytest
from ase.geometry import minkowski_reduce
from ase.neighborlist import neighbor_list

from atomzoo.datasets.generate.silicon.phases import PHASES, build, jittered, shortest_distance
from atomzoo.datasets.generate.silicon.symmetry import find_operations

# phase: neighbors within a distance (in units of the shortest one), operations of the primitive cell
COORDINATION = {
    "diamond": (1.1, 4, 48),
    "hexagonal diamond": (1.1, 4, 24),
    "BC8": (1.1, 4, 24),
    "R8": (1.1, 4, 6),
    "beta-tin": (1.1, 6, 16),
    "Imma": (1.15, 6, 8),
    "simple hexagonal": (1.1, 8, 24),
    "Cmca": (1.2, 10.5, 8),  # four atoms have ten, four eleven
    "hcp": (1.1, 12, 24),
    "fcc": (1.1, 12, 48),
    "bcc": (1.1, 8, 48),
    "simple cubic": (1.1, 6, 48),
}


@pytest.mark.parametrize("name", PHASES)
def test_coordination_and_symmetry(name):
    reach, neighbors, order = COORDINATION[name]
    atoms = build(name, 15.0)
    assert atoms.get_volume() == pytest.approx(15.0 * len(atoms))
    first = neighbor_list("i", atoms, reach * shortest_distance(atoms))
    assert len(first) / len(atoms) == pytest.approx(neighbors)
    reduced = atoms.copy()
    reduced.set_cell(minkowski_reduce(atoms.cell)[0])
    assert len(find_operations(reduced)) == order


@pytest.mark.parametrize("name", PHASES)
def test_jittered_crystals_keep_their_symmetry(name):
    rng = np.random.default_rng(0)
    volumes = [(atoms := jittered(name, rng)).get_volume() / len(atoms) for _ in range(5)]
    smallest, largest = PHASES[name].volumes
    assert all(smallest <= volume <= largest for volume in volumes) and np.std(volumes) > 0.1
    atoms.set_cell(minkowski_reduce(atoms.cell)[0])
    assert len(find_operations(atoms)) == COORDINATION[name][2]


def test_silicon_of_the_textbook():
    atoms = build("diamond", 5.431**3 / 8)
    assert shortest_distance(atoms) == pytest.approx(5.431 * 3**0.5 / 4)
    ideal = build("hcp", 14.0, c=(8 / 3) ** 0.5)
    assert shortest_distance(ideal) == pytest.approx(shortest_distance(build("fcc", 14.0)))
    body = build("beta-tin", 14.0, c=0.5**0.5)  # some other lattice of higher symmetry would have sqrt(2)
    assert len(find_operations(body)) >= 16


def test_unknown_phases_and_parameters():
    with pytest.raises(ValueError, match="must be one of diamond, .* Received: name='A15'$"):
        build("A15", 15.0)
    with pytest.raises(ValueError, match="hcp has the free parameters .'c'.. Received: z$"):
        build("hcp", 15.0, z=0.1)

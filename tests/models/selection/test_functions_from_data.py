import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule

from atomzoo.layers import SymmetryFunction
from atomzoo.models.selection.functions_from_data import INITIAL, cutoff_from_data, functions_from_data
from atomzoo.models.selection.select_functions import feature_values, initial_functions


def silicon(n=6):
    rng, structures = np.random.default_rng(0), []
    for _ in range(n):
        atoms = bulk("Si", cubic=True)
        atoms.positions += rng.normal(scale=0.2, size=atoms.positions.shape)
        structures.append(atoms)
    return structures


def test_cutoff_is_that_of_forty_neighbors():
    # A simple cubic lattice of 1.5 A: 6, 12, 8, 6 and 24 neighbors at 1, sqrt 2, sqrt 3, 2 and sqrt 5 times that.
    lattice = Atoms("H", cell=[1.5] * 3, pbc=True)
    assert cutoff_from_data([lattice]) == pytest.approx(1.5 * 5**0.5, abs=0.01)


def test_cutoff_has_limits():
    assert cutoff_from_data([molecule("H2O")]) == 6.5
    assert cutoff_from_data([Atoms("H", cell=[0.7] * 3, pbc=True)]) == 2.0


def test_functions_are_some_of_the_initial_ones():
    structures = silicon()
    functions = functions_from_data(structures, cutoff=5.0)
    initial = initial_functions(structures, ["Si"], 5.0, n_shells=4, **INITIAL)
    assert set(functions) < set(initial) and len(initial) == 12 + 30
    assert len(functions) > 15 and {f.kind for f in functions} == {"G2", "G5"}
    assert {f.zeta for f in functions} == {1, 2, 4}
    assert functions_from_data(structures, 5.0) == functions


def test_none_says_what_another_says():
    structures = silicon()
    values = feature_values(structures, functions_from_data(structures), ["Si"])["Si"]
    similar = np.abs(np.corrcoef(values.to_numpy().T)) - np.eye(values.shape[1])
    assert similar.max() <= 0.9995


def test_many_structures_are_looked_at_in_part():
    structures = silicon(5)
    assert functions_from_data(structures[:2] * 300, 5.0) == functions_from_data(
        structures[:1], 5.0
    )  # of 600 each second
    large = [atoms * (8, 8, 8) for atoms in structures]  # 4096 atoms each: every second is looked at
    assert functions_from_data(large, 4.0) == functions_from_data(large[::2], 4.0)


def test_elements_that_are_nobodys_neighbor_and_equal_structures():
    functions = functions_from_data([bulk("Si"), Atoms("O", cell=[20] * 3, pbc=True)], cutoff=4.0)
    assert {f.neighbors for f in functions} == {("Si",), ("Si", "Si")}
    assert len(functions) == 42  # nothing varies: nothing tells which are alike


def test_many_elements_have_fewer_functions_a_pair():
    molecule = Atoms("HCO", [[0, 0, 0], [1.1, 0, 0], [1.6, 1.0, 0]])
    functions = functions_from_data([molecule], cutoff=4.0)
    pairs = [f.neighbors for f in functions if f.is_angular]
    assert len(functions) == 3 * 12 + 6 * 12 and {pairs.count(pair) for pair in pairs} == {12}


def test_bad_structures_are_named():
    structures = silicon()
    structures[3].positions[0] = np.nan
    with pytest.raises(ValueError, match="^structure 3: the position of atom 0 is not finite"):
        functions_from_data(structures)
    with pytest.raises(ValueError, match="^structure 1: it is periodic, but its cell spans no volume"):
        functions_from_data([*silicon(1), Atoms("Si", cell=[5, 5, 0], pbc=True)])


def test_coincident_atoms_are_not_covered():
    structures = silicon()
    structures[3].positions[0] = structures[3].positions[1]
    functions = functions_from_data(structures)
    assert functions and min(f.rs for f in functions if f.rs) == 0.5


def test_no_neighbors():
    with pytest.raises(ValueError, match="^No atom has a neighbor within 6.5 A, so that no function can be chosen.$"):
        functions_from_data([Atoms("Au")])


@pytest.mark.parametrize("cutoff", [0.0, -1.0, np.nan, 1e9])
def test_bad_cutoffs(cutoff):
    with pytest.raises(ValueError, match="cutoff"):
        functions_from_data(silicon(1), cutoff)


def test_functions_can_be_made_of_their_dicts():
    functions = functions_from_data(silicon(2))
    assert [SymmetryFunction.from_dict(function.to_dict()) for function in functions] == functions

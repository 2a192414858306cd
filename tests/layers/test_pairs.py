import numpy as np

from atomzoo.layers.pairs import element_pairs, neighbor_pairs, take_slots
from atomzoo.layers.symmetry_functions import SymmetryFunction, resolve


def test_element_pairs_are_unordered():
    functions = resolve([SymmetryFunction("G5", 6.0), SymmetryFunction("G4", 6.0, neighbors=("O", "Ti"))], ["Ti", "O"])
    assert element_pairs(functions, ["Ti", "O"]) == ([(0, 0), (0, 1), (1, 1)], [0, 1, 2, 1])


def test_neighbor_pairs():
    assert [slots.tolist() for slots in neighbor_pairs(3)] == [[0, 0, 1], [1, 2, 2]]
    j, k = neighbor_pairs(3, np.array([[[0, 2], [-1, -1]]]))
    assert j.tolist() == [[0, -1]] and k.tolist() == [[2, -1]]


def test_take_slots():
    values = np.array([[10.0, 11.0, 12.0], [20.0, 21.0, 22.0]])
    assert np.asarray(take_slots(values, np.array([0, 2]))).tolist() == [[10, 12], [20, 22]]
    assert np.asarray(take_slots(values, np.array([[1, -1], [2, 0]]))).tolist() == [[11, 10], [22, 20]]

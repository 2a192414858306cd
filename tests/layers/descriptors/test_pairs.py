import numpy as np

from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.layers.descriptors.pairs import angular_columns, element_pairs, neighbor_pairs, take_rows


def test_element_pairs_are_unordered():
    functions = resolve([SymmetryFunction("G5", 6.0), SymmetryFunction("G4", 6.0, neighbors=("O", "Ti"))], ["Ti", "O"])
    assert element_pairs(functions, ["Ti", "O"]) == ([(0, 0), (0, 1), (1, 1)], [0, 1, 2, 1])


def test_columns_of_angular_functions():
    """A table of 2 factors, 2 pairs of elements and 2 polynomials."""
    functions = [
        SymmetryFunction("G5", 6.0, zeta=2.0, neighbors=("O", "Ti")),
        SymmetryFunction("G5", 6.0, zeta=1.0, neighbors=("Ti", "Ti")),
    ]
    pairs, polynomials, columns = angular_columns(functions, ["Ti", "O"], factor_index=[0, 1])
    assert (pairs, polynomials) == ([(0, 0), (0, 1)], [(1.0, 1.0), (2.0, 1.0)])
    assert columns == [0 * 4 + 1 * 2 + 1, 1 * 4 + 0 * 2 + 0]


def test_neighbor_pairs():
    assert [slots.tolist() for slots in neighbor_pairs(3)] == [[0, 0, 1], [1, 2, 2]]
    j, k = neighbor_pairs(3, np.array([[[0, 2], [-1, -1]]]))
    assert j.tolist() == [[0, -1]] and k.tolist() == [[2, -1]]


def test_take_rows():
    table = np.array([[[10.0, 1.0], [11.0, 2.0], [12.0, 3.0]], [[20.0, 4.0], [21.0, 5.0], [22.0, 6.0]]])
    every = np.asarray(take_rows(table, np.array([0, 2])))
    assert every.tolist() == [[[10, 1], [12, 3]], [[20, 4], [22, 6]]]
    own = np.asarray(take_rows(table, np.array([[1, -1], [2, 0]])))
    assert own.tolist() == [[[11, 2], [10, 1]], [[22, 6], [20, 4]]]
    assert np.array_equal(take_rows(table[None], np.array([[[1, -1], [2, 0]]])), own[None])

"""Derivatives by atom against differences of features."""

import ase
import numpy as np
import pytest

from atomzoo.datasets.arrays.batch import StructureTable
from atomzoo.datasets.arrays.distinct_neighbors import DistinctNeighbors
from atomzoo.datasets.arrays.neighborhoods import Pairs
from atomzoo.models.training import feature_derivatives as module
from atomzoo.models.training.feature_derivatives import feature_derivatives
from tests.examples import CUTOFF, crystal, small_potential
from tests.physics import assert_close

STEP = 1e-5


@pytest.fixture(scope="module")
def potential():
    return small_potential(["Ti", "O"])


@pytest.fixture(scope="module")
def structures():
    return [crystal(["Ti", "O"]), ase.Atoms("O"), crystal(["Ti", "O"]) * (2, 1, 1), crystal(["Ti", "O"], False)]


def evaluated(potential, structures, with_virials=True):
    table = StructureTable(structures, potential.elements, CUTOFF)
    neighbors = DistinctNeighbors.of(table)
    return feature_derivatives(potential, Pairs.of_table(table), neighbors, with_virials), neighbors


def features(potential, atoms):
    return np.asarray(potential.evaluate_atoms(atoms)["features"])


def test_against_differences(potential, structures, monkeypatch):
    monkeypatch.setattr(module, "PART", 3)  # so that structures come in several parts
    (gradients, virials), neighbors = evaluated(potential, structures)
    row = entry = 0
    for atoms in structures:
        differences = np.zeros((len(atoms), len(atoms), 3, gradients.shape[-1]))  # of features of i, as atom j moves
        for j in range(len(atoms)):
            for axis in range(3):
                moved = [atoms.copy(), atoms.copy()]
                for sign, copy in zip((1, -1), moved, strict=True):
                    copy.positions[j, axis] += sign * STEP
                plus, minus = (features(potential, copy) for copy in moved)
                differences[:, j, axis] = (plus - minus) / (2 * STEP)
        for i in range(len(atoms)):
            count = neighbors.n_neighbors[row]
            second = neighbors.second[entry : entry + count]
            assert_close(gradients[row, :count], differences[i, second], 1e-7)
            assert not gradients[row, count:].any()
            assert_close(-gradients[row].sum(axis=0), differences[i, i], 1e-7)
            row, entry = row + 1, entry + count


def test_virials_are_derivatives_with_respect_to_strain(potential, structures):
    (_, virials), _ = evaluated(potential, structures)
    start = 0
    for atoms in structures:
        for a in range(3):
            for b in range(3):
                strained = []
                for sign in (1, -1):
                    strain = np.eye(3)
                    strain[b, a] += sign * STEP  # R_b changes by R_a
                    copy = atoms.copy()
                    copy.set_cell(atoms.cell @ strain.T)
                    copy.positions = atoms.positions @ strain.T
                    strained.append(features(potential, copy))
                expected = (strained[0] - strained[1]) / (2 * STEP)
                assert_close(virials[start : start + len(atoms), a, b], expected, 1e-7)
        start += len(atoms)


def test_virials_only_where_they_are_wanted(potential, structures):
    (gradients, virials), _ = evaluated(potential, structures, with_virials=False)
    assert virials is None and gradients.dtype == np.float64


def test_dtype_is_that_of_the_potential(structures):
    (gradients, virials), _ = evaluated(small_potential(["Ti", "O"], dtype="float32"), structures)
    assert gradients.dtype == virials.dtype == np.float32

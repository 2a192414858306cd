"""By effective-medium theory, whose energies see periodic images as DFT's do."""

import itertools

import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator
from scipy.spatial.transform import Rotation

from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.reproductions.barch_tubman_2017._shared.free_clusters import (
    FRAME,
    FreeClusters,
    freed,
    is_free,
    principal_axes,
)
from tests.models.engines import EMTEngine, labelled


class Seeing(EMTEngine):
    """Remembers what it was given."""

    def label(self, structures):
        (self.last,) = structures
        return super().label(structures)


class Crystal:
    """Pairs attract as cosines of the box: an energy that depends on how a cluster is turned."""

    def label(self, structures):
        return [self._labelled(atoms) for atoms in structures]

    def _labelled(self, atoms):
        phases = 2 * np.pi / atoms.cell.lengths() * (atoms.positions[:, None] - atoms.positions)
        sines, cosines = np.sin(phases), np.cos(phases)
        others = np.roll(cosines, 1, axis=2)  # of y and so on
        energy = -0.05 * (cosines * others).sum() / 2
        slopes = sines * (others + np.roll(cosines, -1, axis=2)) * 2 * np.pi / atoms.cell.lengths()
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=-0.05 * slopes.sum(axis=1))
        return atoms


@pytest.fixture
def y_shape():
    atoms = gold_isomers(4)["y"]
    atoms.rattle(0.05, seed=1)
    return freed(labelled(atoms))


def test_frame_is_orthonormal():
    np.testing.assert_allclose(FRAME @ FRAME.T, np.eye(3), atol=1e-15)


def test_labels_are_those_of_the_free_cluster(y_shape):
    (copy,) = FreeClusters(EMTEngine()).label([y_shape])
    np.testing.assert_array_equal(copy.positions, y_shape.positions)
    assert not copy.pbc.any() and not copy.cell.any()
    expected = labelled(y_shape)  # images are out of its range
    assert copy.get_potential_energy() == pytest.approx(expected.get_potential_energy(), abs=1e-10)
    np.testing.assert_allclose(copy.get_forces(), expected.get_forces(), atol=1e-10)


def test_copies_turned_moved_and_mirrored_are_one_in_the_box_but_for_signs(y_shape):
    boxed = []
    for seed, mirror in ((0, 1), (1, 1), (2, -1)):
        turned = y_shape.copy()
        turned.positions = Rotation.random(random_state=seed).apply(y_shape.positions) * [1, 1, mirror] + seed
        engine = Seeing()
        FreeClusters(engine).label([turned])
        assert engine.last.pbc.all()
        np.testing.assert_allclose(engine.last.positions.mean(axis=0), 5.0)
        boxed.append((engine.last.positions - 5.0) @ FRAME.T)
    np.testing.assert_allclose(abs(boxed[1]), abs(boxed[0]), atol=1e-9)
    np.testing.assert_allclose(abs(boxed[2]), abs(boxed[0]), atol=1e-9)
    along = np.ptp(boxed[0], axis=0)
    assert along[0] < along[1] < along[2]


def test_mirrored_clusters_have_the_same_energy_in_the_box(y_shape):
    """Though the axes' signs are arbitrary."""
    boxed = FreeClusters(Seeing())
    boxed.label([y_shape])
    positions = boxed.engine.last.positions - 5.0
    energies = set()
    for signs in itertools.product((1, -1), repeat=3):
        mirrored = boxed.engine.last.copy()
        mirrored.positions = positions @ (FRAME.T * signs) @ FRAME + 5.0
        energies.add(round(Crystal().label([mirrored])[0].get_potential_energy(), 10))
    assert len(energies) == 1


def test_axes_are_orthonormal_also_of_degenerate_shapes():
    for atoms in (gold_isomers(3)["triangle"], gold_isomers(4)["tetrahedron"], gold_isomers(2)["distance-2.6"]):
        _, axes = principal_axes(atoms)
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        (copy,) = FreeClusters(Crystal()).label([atoms])
        assert np.isfinite(copy.get_forces()).all()


@pytest.mark.parametrize("n_atoms, name", [(3, "linear"), (4, "y"), (4, "rhombus"), (5, "w")])
def test_forces_are_derivatives_of_the_energy_of_a_shape(n_atoms, name):
    engine, atoms = FreeClusters(Crystal()), gold_isomers(n_atoms)[name]
    atoms.positions[:, :2] += [[0.05 * k * (k - 1), 0.03 * (-1) ** k] for k in range(n_atoms)]
    (labelled,) = engine.label([atoms])
    move, numerical = 1e-4, np.zeros((n_atoms, 3))
    for place in np.ndindex(numerical.shape):
        pair = [atoms.copy(), atoms.copy()]
        for copy, sign in zip(pair, (1, -1), strict=True):
            copy.positions[place] += sign * move
        above, below = (copy.get_potential_energy() for copy in engine.label(pair))
        numerical[place] = (below - above) / (2 * move)
    assert np.abs(numerical).max() > 0.01
    np.testing.assert_allclose(labelled.get_forces(), numerical, atol=1e-7)


def test_what_is_free():
    atoms = gold_isomers(3)["linear"]
    assert is_free(atoms)
    atoms.set_cell([8.0] * 3)  # 5.3 A long, and too near to its images
    atoms.positions = [[0, 0, 0], [2.65, 0, 0], [5.3, 0, 0]]
    assert not is_free(atoms)


def test_freed_keeps_labels(y_shape):
    boxed = labelled(gold_isomers(4)["rhombus"])
    boxed.info["step"] = 3
    free = freed(boxed)
    assert free.info["step"] == 3 and not free.pbc.any()
    assert free.get_potential_energy() == boxed.get_potential_energy()
    np.testing.assert_array_equal(free.get_forces(), boxed.get_forces())

import ase
import numpy as np
import pytest

from atomzoo.datasets.arrays.batch import to_arrays
from atomzoo.models.potential import evaluation
from atomzoo.models.potential.evaluation import AtomRow
from tests.examples import CUTOFF, crystal, small_potential
from tests.physics import assert_close

ELEMENTS = ["Ti", "O"]


@pytest.fixture(scope="module")
def potential():
    return small_potential(ELEMENTS)


@pytest.fixture(scope="module")
def structures():
    """Of different sizes and periodicities, not ordered by size."""
    bulk = crystal(ELEMENTS)
    return [bulk, ase.Atoms("O"), bulk.repeat((2, 1, 1)), crystal(ELEMENTS, False)[:3], crystal(ELEMENTS, (1, 1, 0))]


@pytest.fixture(scope="module")
def results(potential, structures):
    return potential.evaluate_atoms(structures)


def test_what_comes_back(potential, structures, results):
    for atoms, result in zip(structures, results, strict=True):
        shapes = {name: np.shape(value) for name, value in result.items()}
        n = len(atoms)
        assert shapes["energy"] == () and shapes["energies"] == (n,) and shapes["forces"] == (n, 3)
        assert shapes["stress"] == (3, 3) and shapes["features"] == (n, len(potential.functions))
        assert all(np.asarray(value).dtype == np.float64 for value in result.values())
        assert_close(result["energies"].sum(), result["energy"], 1e-13)


def test_energies_count_from_the_shifts(potential, structures, results):
    shifts = np.asarray(potential.atom_sum.shifts)
    for atoms, result in zip(structures, results, strict=True):
        reference = sum(shifts[ELEMENTS.index(symbol)] for symbol in atoms.symbols)
        np.testing.assert_allclose(result["interaction_energy"], result["energy"] - reference, atol=1e-12)


def test_one_structure_gives_one_dict(potential, structures, results):
    alone = potential.evaluate_atoms(structures[2])
    assert alone.keys() == results[2].keys()
    for name in alone:
        assert_close(alone[name], results[2][name], 1e-12)


def test_no_structures(potential):
    assert potential.evaluate_atoms([]) == []


def test_call_on_a_padded_batch_gives_the_same(potential, structures, results):
    batch = to_arrays(structures, ELEMENTS, CUTOFF, triplets=True, n_atoms=10, n_neighbors=40)
    energies = np.asarray(potential(batch)["energy"])
    assert_close(energies, [result["energy"] for result in results], 1e-13)
    potential.derivatives = True  # as compile() sets it for a loss of forces
    try:
        outputs = {name: np.asarray(value) for name, value in potential(batch).items()}
    finally:
        potential.derivatives = False
    for b, (atoms, result) in enumerate(zip(structures, results, strict=True)):
        assert_close(outputs["energy"][b], result["energy"], 1e-13)
        assert_close(outputs["stress"][b], result["stress"], 1e-11)
        np.testing.assert_allclose(outputs["forces"][b, : len(atoms)], result["forces"], rtol=0, atol=1e-11)
        assert not outputs["forces"][b, len(atoms) :].any()


def test_chunks_and_batches_make_no_difference(potential, structures, results, monkeypatch):
    monkeypatch.setattr(evaluation, "CHUNK", 2)  # atoms at once; batches of up to 16
    for result, chunked in zip(results, potential.evaluate_atoms(structures), strict=True):
        for name in result:
            assert_close(chunked[name], result[name], 1e-12)


def test_features(potential, structures, results):
    for features, result in zip(potential.evaluator.features(structures), results, strict=True):
        assert_close(features, result["features"], 1e-13)


def test_features_of_a_batch_and_their_gradients(potential, structures, results):
    x = to_arrays(structures, ELEMENTS, CUTOFF, triplets=True)
    cached = potential.evaluator.batch_features(x, gradients=True)
    batch, n_neighbors, n_features = len(structures), x["neighbors"].shape[2], len(potential.functions)
    assert cached["features"].shape == (batch, 8, n_features)
    assert cached["feature_gradients"].shape == (batch, 8, n_neighbors, 3, n_features)
    for b, result in enumerate(results):
        assert_close(cached["features"][b, : len(structures[b])], result["features"], 1e-13)
    assert not cached["feature_gradients"][x["neighbors"] < 0].any()


def test_new_weights_are_seen(potential, structures, results):
    scale = potential.atom_sum.scale
    before = float(np.asarray(scale))
    scale.assign(2 * before)
    doubled = potential.evaluate_atoms(structures[0])
    scale.assign(before)
    assert_close(doubled["forces"], 2 * results[0]["forces"], 1e-12)
    assert_close(doubled["interaction_energy"], 2 * results[0]["interaction_energy"], 1e-12)


def test_atom_rows(structures):
    row = AtomRow.from_arrays(to_arrays(structures, ELEMENTS, CUTOFF))
    assert len(row.species) == sum(len(atoms) for atoms in structures) and row.triplets is None
    assert not row.displacements[row.neighbor_species < 0].any()
    distances = np.linalg.norm(row.displacements, axis=-1)[row.neighbor_species >= 0]
    assert (distances > 0).all() and (distances < CUTOFF).all()
    (chunk,) = row.chunks()
    assert chunk[1].tolist() == row.species.tolist() + (32 - len(row.species)) * [-1] and chunk[3] is None
    assert chunk[0].shape[0] == 32 and not chunk[0][20:].any() and (chunk[2][20:] == -1).all()
    assert [len(chunk[0]) for chunk in row.chunks(few=False)] == [evaluation.CHUNK]

import subprocess
import sys

import ase
import numpy as np
import pytest
from ase.build import molecule

from atomzoo.datasets.arrays import neighborhoods
from atomzoo.datasets.arrays.batch import find_displacements, to_arrays
from atomzoo.datasets.arrays.structure_dataset import StructureDataset
from atomzoo.models.potential.evaluation import DescriptorEvaluator, PotentialEvaluator, batches
from atomzoo.models.potential.gradients import BACKEND
from tests.examples import CUTOFF, crystal, rattled, small_potential
from tests.physics import assert_close

ELEMENTS = ["Ti", "O"]


@pytest.fixture(scope="module")
def potential():
    potential = small_potential(ELEMENTS)
    potential.compile(run_eagerly=True)
    return potential


@pytest.fixture(scope="module")
def structures():
    """Of different sizes and periodicities, not ordered by size."""
    bulk = crystal(ELEMENTS)
    return [bulk, ase.Atoms("O"), bulk.repeat((2, 1, 1)), crystal(ELEMENTS, False)[:3], crystal(ELEMENTS, (1, 1, 0))]


@pytest.fixture(scope="module")
def results(potential, structures):
    return potential.evaluate_atoms(structures, BACKEND)


def test_what_comes_back(potential, structures, results):
    for atoms, result in zip(structures, map(dict, results), strict=True):
        shapes = {name: np.shape(value) for name, value in result.items()}
        n = len(atoms)
        assert shapes["energy"] == () and shapes["energies"] == (n,) and shapes["forces"] == (n, 3)
        assert shapes["stress"] == (3, 3) and shapes["features"] == (n, len(potential.functions))
        assert isinstance(result.pop("n_outside"), int)
        assert all(np.asarray(value).dtype == np.float64 for value in result.values())
        assert_close(result["energies"].sum(), result["energy"], 1e-13)


def test_energies_count_from_the_shifts(potential, structures, results):
    shifts = np.asarray(potential.atom_sum.shifts)
    for atoms, result in zip(structures, results, strict=True):
        reference = sum(shifts[ELEMENTS.index(symbol)] for symbol in atoms.symbols)
        np.testing.assert_allclose(result["interaction_energy"], result["energy"] - reference, atol=1e-12)


def test_one_structure_gives_one_dict(potential, structures, results):
    alone = potential.evaluate_atoms(structures[2], BACKEND)
    assert alone.keys() == results[2].keys()
    for name in alone:
        assert_close(alone[name], results[2][name], 1e-12)


def test_no_structures(potential):
    assert potential.evaluate_atoms([]) == [] and potential.evaluator.features([]) == []


def test_predict_keeps_the_order_given(potential, structures, results):
    predicted = potential.predict(structures)
    assert sorted(predicted) == ["energies", "energy", "forces", "stress"]
    assert predicted["energy"].shape == (5,) and predicted["stress"].shape == (5, 3, 3)
    for k, result in enumerate(results):
        for name in predicted:
            assert_close(predicted[name][k], result[name], 1e-12)


@pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`:UserWarning")
def test_predict_on_a_dataset_keeps_its_order(potential):
    """What Keras itself makes of batches; of the structures of a batch each row is one."""
    labelled = [atoms for n in (4, 2, 3) for atoms in rattled(crystal(ELEMENTS)[:n], 2, seed=n)]
    energies = potential.predict(potential.dataset(labelled, batch_size=3), verbose=0)["energy"]
    assert_close(energies, potential.predict(labelled)["energy"], 1e-12)


def called(potential, x, *wanted):
    before, potential.outputs_wanted = potential.outputs_wanted, wanted  # as compile() sets them
    try:
        return {name: np.asarray(value) for name, value in potential(x).items()}
    finally:
        potential.outputs_wanted = before


def batch_with_empty_rows(structures):
    table = StructureDataset([crystal(ELEMENTS).repeat((2, 2, 1))] * 5, ELEMENTS, CUTOFF, labels=(), triplets=True)
    return StructureDataset(structures, ELEMENTS, CUTOFF, labels=(), triplets=True).table.batch(
        np.arange(len(structures)), table.widths
    )


@pytest.mark.parametrize("empty_rows", [False, True])
def test_call_on_a_batch_gives_the_same(potential, structures, results, empty_rows):
    x = batch_with_empty_rows(structures) if empty_rows else to_arrays(structures, ELEMENTS, CUTOFF, triplets=True)
    assert (len(x["species"]) > 20) == empty_rows
    assert "forces" not in called(potential, x, "energy_per_atom")
    outputs = called(potential, x, "energy", "forces", "stress")
    n_atoms = np.array([len(atoms) for atoms in structures])
    assert_close(outputs["energy"], [result["energy"] for result in results], 1e-13)
    assert_close(outputs["energy_per_atom"] * n_atoms, outputs["energy"], 1e-13)
    assert outputs["stress"].shape == (5, 9) and outputs["energy"].dtype == np.float64
    for k, result in enumerate(results):
        assert_close(outputs["stress"][k].reshape(3, 3), result["stress"], 1e-11)
    for name in ("energies", "forces"):
        expected = np.concatenate([result[name] for result in results])
        np.testing.assert_allclose(outputs[name][:20], expected, rtol=0, atol=1e-11)
        assert not outputs[name][20:].any()


def test_call_with_features_and_gradients_in_place_of_the_geometry(potential, structures, results):
    x = to_arrays(structures, ELEMENTS, CUTOFF, triplets=True)
    expected = called(potential, x, "energy", "forces", "stress")
    pairs = potential.evaluator.pairs(structures)
    gradients = np.zeros((*x["neighbors"].shape, 3, potential.descriptor.n_features))
    gradients[x["neighbors"] >= 0] = potential.evaluator.gradients(pairs)
    cached = {"features": potential.evaluator.values(pairs), "feature_gradients": gradients}
    cached |= {name: value for name, value in x.items() if name not in ("positions", "shifts", "triplets")}
    outputs = called(potential, cached, "energy", "forces")
    assert "stress" not in outputs
    cached["feature_virials"] = np.einsum("nmd,nmef->ndef", np.nan_to_num(find_displacements(x)), gradients)
    outputs = called(potential, cached, "energy", "forces", "stress")
    for name, value in expected.items():
        assert_close(outputs[name], value, 1e-11, name)
    cached["features"] = cached["features"] + 1.0  # they are what is used
    assert np.abs(called(potential, cached, "energy")["energy"] - expected["energy"]).min() > 1e-6


def test_forces_along_directions(potential, structures, results):
    directions = np.random.default_rng(0).normal(size=(20, 2, 3))
    x = to_arrays(structures, ELEMENTS, CUTOFF)
    pairs = potential.evaluator.pairs(structures)
    x["features"] = potential.evaluator.values(pairs)
    x["feature_projections"] = potential.evaluator.projections(pairs, directions)
    found = called(potential, x, "projected_forces")["projected_forces"]
    forces = np.concatenate([result["forces"] for result in results])
    rates = np.einsum("nd,nkd->nk", forces, directions)
    assert_close(found, [rates[x["structure"] == k].sum(axis=0) for k in range(5)], 1e-5)  # rates are float32


def test_chunks_and_batches_make_no_difference(potential, structures, results, monkeypatch):
    monkeypatch.setattr(neighborhoods, "CHUNK", 4)  # atoms at once
    for result, chunked in zip(results, potential.evaluate_atoms(structures, BACKEND), strict=True):
        for name in result:
            assert_close(chunked[name], result[name], 1e-12)


def test_compiled_programs_give_the_same(potential, structures, results):
    tf = pytest.importorskip("tensorflow")
    tf.config.run_functions_eagerly(False)
    try:
        evaluated = PotentialEvaluator(potential).evaluate(structures)
    finally:
        tf.config.run_functions_eagerly(True)
    for result, compiled in zip(results, evaluated, strict=True):
        for name in result:
            assert_close(compiled[name], result[name], 1e-12)


def test_a_descriptor_alone(potential, structures, results):
    evaluator = DescriptorEvaluator(potential.descriptor)
    for features, result in zip(evaluator.features(structures), results, strict=True):
        assert_close(features, result["features"], 1e-13)


def test_derivatives_of_features(potential, structures):
    """Of pairs, and along directions, against differences of two evaluations."""
    directions = np.random.default_rng(1).normal(size=(20, 2, 3))
    evaluator, starts = potential.evaluator, np.cumsum([0, *map(len, structures)])
    pairs = evaluator.pairs(structures)
    values, step = [], 1e-5
    for sign in (-1, 1):
        moved = [atoms.copy() for atoms in structures]
        for k, atoms in enumerate(moved):
            atoms.positions += sign * step * directions[starts[k] : starts[k + 1], 1]
        values.append(np.concatenate(evaluator.features(moved)))
    rates = (values[1] - values[0]) / (2 * step)
    assert_close(evaluator.projections(pairs, directions)[:, 1], rates, 1e-6)
    moves = directions[pairs.second, 1] - directions[pairs.first, 1]
    of_pairs = np.einsum("pd,pdf->pf", moves, evaluator.gradients(pairs))
    summed = np.zeros_like(rates)
    np.add.at(summed, pairs.first, of_pairs)
    assert_close(summed, rates, 1e-6)


def test_new_weights_are_seen(potential, structures, results):
    scale = potential.atom_sum.scale
    before = float(np.asarray(scale))
    scale.assign(2 * before)
    doubled = potential.evaluate_atoms(structures[0], BACKEND)
    scale.assign(before)
    assert_close(doubled["forces"], 2 * results[0]["forces"], 1e-12)
    assert_close(doubled["interaction_energy"], 2 * results[0]["interaction_energy"], 1e-12)


def test_batches_keep_the_order_and_large_structures_stand_alone():
    small, large = molecule("H2O"), ase.Atoms("Au9")
    found = list(batches([small, small, large, small, small, small], n_atoms=6))
    assert [[len(atoms) for atoms in batch] for batch in found] == [[3, 3], [9], [3, 3], [3]]
    assert list(batches([])) == []


def test_displacements_of_pairs_are_those_of_the_batch(potential, structures):
    x = to_arrays(structures, ELEMENTS, CUTOFF)
    found = potential.evaluator.pairs(structures).displacements
    np.testing.assert_allclose(found, find_displacements(x)[x["neighbors"] >= 0], atol=1e-13)


@pytest.mark.parametrize("error", [MemoryError(), type("ResourceExhaustedError", (Exception,), {})("OOM\nwhen ...")])
def test_too_little_memory_is_one_line(error, monkeypatch):
    def kernel(*inputs):
        raise error

    potential = small_potential(["Au"])
    monkeypatch.setattr(potential.evaluator, "_energies", kernel)
    with pytest.raises(ValueError, match="memory does not suffice .* Received: 4 atoms with up to .* at once$"):
        potential.evaluate_atoms(crystal(["Au"]), BACKEND)


@pytest.mark.slow
def test_memory_is_bounded():
    """1080 atoms of water, a cutoff of 12 A and G4: in a process of its own, whose peak counts."""
    done = subprocess.run([sys.executable, "-c", WATER], capture_output=True, text=True, check=True)
    assert float(done.stdout.split()[-1]) < 2e9


WATER = """
import resource
from ase.build import molecule
from atomzoo import NeuralNetworkPotential
from atomzoo.layers import SymmetryFunction
water = molecule("H2O")
small = water.copy()
water.set_cell([3.107] * 3)
water.pbc = True
water = water * (6, 6, 10)
assert len(water) == 1080
functions = [SymmetryFunction("G4", 12.0, eta=eta, zeta=zeta) for eta in (0.01, 0.03) for zeta in (1, 4)]
potential = NeuralNetworkPotential.from_functions(["H", "O"], functions, dtype="float64")
potential.evaluate_atoms(small, "tensorflow")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
potential.evaluate_atoms(water, "tensorflow")
print(1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))
"""

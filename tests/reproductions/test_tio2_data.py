import numpy as np
import pandas
import pytest

from atomzoo.layers import descriptor_from_functions
from atomzoo.models.potential.evaluation import DescriptorEvaluator
from atomzoo.models.selection.descriptors import descriptors
from atomzoo.reproductions import tio2_data


@pytest.fixture
def few_functions(monkeypatch):
    """Both kinds of functions, but few, which compile faster."""
    functions = tio2_data.functions()[::12]
    assert {function.kind for function in functions} == {"G2", "G5"}
    monkeypatch.setattr(tio2_data, "functions", lambda: functions)


def test_features_are_those_of_their_structures(small_tio2, few_functions):
    parts, features = tio2_data.load(), tio2_data.features()
    assert [len(part) for part in parts] == [22, 2, 6]
    for part, values in zip(parts, features, strict=True):
        expected = descriptors(part, tio2_data.functions(), tio2_data.ELEMENTS)["values"]
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9)


def test_projections_are_those_of_their_structures(small_tio2):
    """What `fit` takes: features, and what a small step along a direction changes in them."""
    train, validation, _ = tio2_data.load()
    inputs = tio2_data.training_inputs(n_directions=2)
    structures = [*train, *validation]
    n_atoms = sum(map(len, structures))
    directions, rates = inputs["projections"]
    assert directions.shape == (n_atoms, 2, 3) and rates.shape == (n_atoms, 2, 70)
    descriptor = descriptor_from_functions(tio2_data.functions(), tio2_data.ELEMENTS, dtype="float64")
    moved = [atoms.copy() for atoms in structures]
    for atoms, move in zip(moved, np.split(directions[:, 1], np.cumsum(list(map(len, moved)))[:-1]), strict=True):
        atoms.positions += 1e-5 * move
    after, before = (np.concatenate(DescriptorEvaluator(descriptor).features(part)) for part in (moved, structures))
    np.testing.assert_allclose(inputs["features"], before, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(rates[:, 1], (after - before) / 1e-5, atol=1e-3)


def test_errors_are_per_atom():
    table = pandas.DataFrame({"energy": [1.0, 1.0], "predicted": [1.001, 1.007]})
    assert tio2_data.errors(table) == {"mae_meV_per_atom": pytest.approx(4.0), "rmse_meV_per_atom": pytest.approx(5.0)}


def test_split_filter_and_references_are_said(small_tio2):
    text = tio2_data.description()
    assert all(part in text for part in ("-1626.66972707", "-433.23448532", "1 eV/atom", "set001", "669"))

import numpy as np
import pandas
import pytest

from atomzoo.models.selection.descriptors import descriptors
from atomzoo.models.training.force_projections import energy_rates
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


def test_forces_are_those_of_their_structures(small_tio2, few_functions):
    for data in tio2_data.flat_data(n_directions=2):
        n_atoms, n_functions = len(data.features), len(tio2_data.functions())
        assert data.rates.shape == (n_atoms, 2, n_functions) and data.directions.shape == (n_atoms, 2, 3)
        start, expected = 0, []
        for atoms in data.structures:
            directions = data.directions[start : start + len(atoms)]
            expected.append([-np.sum(atoms.get_forces() * directions[:, k]) for k in range(2)])
            start += len(atoms)
        np.testing.assert_allclose(energy_rates(data.structures, data.directions), expected)


def test_errors_are_per_atom():
    table = pandas.DataFrame({"energy": [1.0, 1.0], "predicted": [1.001, 1.007]})
    assert tio2_data.errors(table) == {"mae_meV_per_atom": pytest.approx(4.0), "rmse_meV_per_atom": pytest.approx(5.0)}


def test_split_filter_and_references_are_said(small_tio2):
    text = tio2_data.description()
    assert all(part in text for part in ("-1626.66972707", "-433.23448532", "1 eV/atom", "set001", "669"))

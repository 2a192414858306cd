"""The scripts of the paper, one after another, on small invented data."""

import keras
import numpy as np
import pandas
import pytest

from atomzoo.reproductions.tio2_bpnn import _shared, figure_2, figure_3, figure_4, table_1, table_2, test_error


def test_residuals():
    table, found = figure_3.standardized(pandas.DataFrame({"energy": np.zeros(5), "predicted": [0, 0, 0, 0, 0.01]}))
    # mean 2, variance (4 * 2^2 + 8^2) / 5 = 16
    assert found == {"mean": pytest.approx(2.0), "deviation": pytest.approx(4.0), "outliers": pytest.approx(0.2)}
    np.testing.assert_allclose(table["standardized_residual"], [-0.5, -0.5, -0.5, -0.5, 2.0])


def test_errors_of_atoms_and_structures():
    table = pandas.DataFrame({"energy": [0.0, 0.0], "predicted": [0.003, -0.004], "atoms": [10, 100]})
    found = test_error.test_errors(table)
    assert found["mae_meV_per_atom"] == pytest.approx(3.5) and found["rmse_meV_per_atom"] == pytest.approx(12.5**0.5)
    assert found["mae_eV"] == pytest.approx((0.03 + 0.4) / 2)
    assert found["rmse_eV"] == pytest.approx(((0.03**2 + 0.4**2) / 2) ** 0.5)


def test_an_energy_for_each_element():
    table = pandas.DataFrame({"part": ["train"] * 2 + ["test"], "atoms": [3, 4, 6], "Ti": [1, 2, 3]})
    table["energy"] = (table["Ti"] * -2.0 + (table["atoms"] - table["Ti"]) * -1.0) / table["atoms"]
    (row,) = test_error.without_network(table).to_dict("records")
    assert row["predicted"] == pytest.approx(row["energy"])


def test_best_settings_are_those_of_the_smallest_error(tmp_path):
    rows = [[4, 16, 5e-4, 0.0, 9.0], [6, 64, 1e-4, 0.25, 3.0]]
    names = ["layers", "nodes", "learning_rate", "dropout", table_1.RMSE]
    pandas.DataFrame(rows, columns=names).to_csv(tmp_path / "table_1.csv", index=False)
    expected = {"layers": 6, "nodes": 64, "learning_rate": 1e-4, "dropout": 0.25}
    assert _shared.best_settings(tmp_path) == expected


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_quick_runs(small_tio2, capsys):
    folder = small_tio2 / "results"
    for script in (table_1, table_2, figure_2, figure_3, test_error):
        script.run(quick=True, output=folder)
        assert "Quick run" in capsys.readouterr().out
    assert len(pandas.read_csv(folder / "table_1.csv")) == 2 and not (folder / "table_1.partial").exists()
    assert "set001" in (folder / "table_2.md").read_text()
    assert len(pandas.read_csv(folder / "figure_2.csv")) == _shared.QUICK_EPOCHS
    residuals = pandas.read_csv(folder / "figure_3.csv")
    assert len(residuals) == 6 and abs(residuals["standardized_residual"].mean()) < 1e-5
    assert "327.7" in (folder / "test_error.md").read_text()


def test_figure_4(small_tio2):
    figure_4.run(output=small_tio2 / "results")
    table = pandas.read_csv(small_tio2 / "results" / "figure_4.csv")
    assert len(table) == 30 and (table["atoms"] == 6).all()

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
    train, test = (table[table["part"] == part] for part in ("train", "test"))
    (row,) = test_error.without_network(train, test).to_dict("records")
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
    text = (small_tio2 / "results" / "figure_4.md").read_text()
    assert "| structures |  | 7815 | 30 |" in text and "-19960" in text


def test_the_papers_best_settings_are_found_among_the_trials():
    """Layers 5, nodes 64, rate 1e-4, no dropout: the second best of these three."""
    rows = [[4, 32, 5e-4, 0.0, 7.5], [5, 64, 1e-4, 0.0, 9.4], [5, 64, 1e-4, 0.25, 11.0]]
    trials = pandas.DataFrame(rows, columns=["layers", "nodes", "learning_rate", "dropout", table_1.RMSE])
    assert table_1.papers_best(trials).index.tolist() == [1]
    assert "there 594.4 eV, here 9.40 meV/atom, place 2 of 3" in table_1._rank(trials)
    assert "not tried here" in table_1._rank(trials[:1])
    ours = table_1.beside_paper(trials).set_index("quantity")["ours"]
    names = ["layers, value 1", "layers, value 3", "dropout, value 1", "dropout, value 2", "combinations"]
    assert ours[names].tolist() == ["4", "-", "0.25", "0", "3"]


def test_residuals_of_structures_beside_the_papers():
    table, _ = figure_3.standardized(
        pandas.DataFrame({"energy": np.zeros(5), "predicted": [0, 0, 0, 0, 0.01], "atoms": 10})
    )
    ours = figure_3.beside_paper(table).set_index("quantity")["ours"]
    assert ours[["outliers from", "outliers up to", "outlier fraction"]].tolist() == ["1.5", "2", "0.200"]
    assert ours[["residual mean", "residual deviation"]].tolist() == ["0.02", "0.04"]


def test_history_beside_the_papers():
    rows = [[0, 1, 0.2, 0.3], [0, 2, 0.4, 0.5], [1, 1, 0.9, 0.8], [1, 2, 0.8, 0.7]]
    ours = figure_2.beside_paper(pandas.DataFrame(rows, columns=["seed", "epoch", "val_loss", "val_rmse"]))
    ours = ours.set_index("quantity")["ours"]
    assert ours["validation MAE in the end"] == "0.6 ± 0.28 eV/atom" and ours["epochs"] == "2 ± 0"
    assert ours["epoch of convergence"].startswith("1.5 ± 0.71")

import keras
import numpy as np
import pandas
import pytest
from ase.units import Ry

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017 import table_2
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import aenet_rows

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def test_the_full_table_has_all_cells():
    jobs = pandas.DataFrame(table_2.jobs(seeds=None, quick=False))
    assert len(jobs) == len(jobs.drop_duplicates()) == 3 * 3 * 3
    assert set(map(tuple, jobs[["atoms", "network"]].values)) == set(aenet_rows().index)


def test_errors_are_those_of_total_energies_and_force_components():
    class Shifted:
        """Predicts energies 0.5 eV and forces 0.1 eV/A above the labels."""

        @staticmethod
        def evaluate_atoms(structures):
            return [{"energy": s.get_potential_energy() + 0.5, "forces": s.get_forces() + 0.1} for s in structures]

    structures, _ = gold_clusters.load_data(3)
    mse, rmse = table_2.errors(Shifted, structures[:5])
    np.testing.assert_allclose([mse, rmse], [0.25, 0.1])


@pytest.mark.slow
def test_a_quick_run_writes_what_it_prints(tmp_path, capsys):
    table_2.run(quick=True, output=tmp_path)
    printed = capsys.readouterr().out
    assert "Quick run" in printed and "aenet" in printed
    names = ["table_2.csv", "table_2.md", "table_2.png", "table_2_paper.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    rows = pandas.read_csv(tmp_path / "table_2.csv")
    assert len(rows) == 1 and (rows["iterations"] == table_2.QUICK_ITERATIONS).all()
    np.testing.assert_allclose(rows["train_mse_Ry2"] * Ry**2, rows["train_mse_eV2"], rtol=1e-5)
    row = rows.iloc[0]
    assert table_2.in_words(row) in printed
    assert f"| {row['validation_mse_eV2'] * 1e6:.3g} |" in (tmp_path / "table_2.md").read_text()
    spread = np.var([s.get_potential_energy() for s in gold_clusters.load_data(3)[0]])
    assert row["train_mse_eV2"] < 0.1 * spread


def test_a_row_in_words():
    row = {"atoms": 3, "network": "15t-15t", "seed": 1, "train_mse_eV2": 6.543e-6, "validation_mse_eV2": 5.69e-6}
    expected = "Au3 15t-15t, seed 1: MSE in 1e-6 eV^2: training 6.54, validation 5.69; 14 s"
    assert table_2.in_words(row | {"train_seconds": 13.6}) == expected

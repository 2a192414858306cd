import keras
import pandas
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("imports the training, which needs TensorFlow", allow_module_level=True)

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017.studies import table_2_force_weight
from atomzoo.reproductions.barch_tubman_2017.studies.table_2_weight_decay import N_FOLDS, without_fold


def rows(relative):
    """Rows of a study whose held-out errors of energies grow with the weight: two folds, two sizes."""
    table = zip(table_2_force_weight.WEIGHTS, relative, strict=True)
    return pandas.DataFrame(
        {"force_weight": weight, "atoms": n, "fold": fold, "iterations": 9, "train_mse_eV2": 1e-6}
        | {"held_out_mse_eV2": n * ratio * 1e-6, "held_out_force_rmse_eV_per_A": 0.02}
        for weight, ratio in table
        for n in (3, 4)
        for fold in range(2)
    )


def test_the_largest_weight_that_costs_little():
    found = rows([1.0, 0.9, 1.05, 1.09, 1.2, 3.0])
    weight, relative = table_2_force_weight.choose(found)
    assert weight == 1e-4 and list(relative.round(6)) == [1.0, 0.9, 1.05, 1.09, 1.2, 3.0]
    text = table_2_force_weight.markdown(found, False, 1.0)
    assert "| 0.001 | 1 / 3.6 / 20 | 1 / 4.8 / 20 | 1.20 |" in text and "times as large: 0.0001." in text


def test_folds_are_all_of_the_structures_once():
    structures = list(range(31))
    held_out = [without_fold(structures, fold)[1] for fold in range(N_FOLDS)]
    assert sorted(sum(held_out, [])) == structures and max(map(len, held_out)) - min(map(len, held_out)) <= 1
    assert all(sorted(sum(without_fold(structures, fold), [])) == structures for fold in range(N_FOLDS))


def test_forces_are_fitted_where_they_have_a_weight(monkeypatch):
    parts = gold_clusters.load_data(3, "random")[0][::40], None
    monkeypatch.setattr(gold_clusters, "load_data", lambda n_atoms, split: parts)
    alone, both = (table_2_force_weight.train_fold(3, weight, 0, 0, 30) for weight in (0.0, 0.1))
    name = "held_out_force_rmse_eV_per_A"
    assert both[name] < 0.95 * alone[name]

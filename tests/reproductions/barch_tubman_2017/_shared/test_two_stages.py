"""Training by Adam and then by L-BFGS: what moves in which stage, and the table of fixed beside trained functions."""

import keras
import pandas
import pytest

from atomzoo.reproductions.barch_tubman_2017._shared import two_stages
from tests.reproductions.barch_tubman_2017.hydrogen_examples import lattices

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
SETTINGS = {"epochs": 2, "iterations": 30, "weight_decay": 1e-6, "function_rate": 1.0, "relative": False}


@pytest.mark.compiled
def test_both_stages_of_a_training(monkeypatch):
    """Functions move while Adam trains, the network alone while L-BFGS does, which lowers the error."""
    stages, in_float64 = {}, two_stages._in_float64

    def watched(potential):
        stages["adam"], stages["lbfgs"] = potential, in_float64(potential)
        return stages["lbfgs"]

    monkeypatch.setattr(two_stages, "_in_float64", watched)
    structures = lattices(7, 12)
    result = two_stages.train_parts(structures[:10], structures[10:], "4 G2", True, seed=0, **SETTINGS)
    first = two_stages.hydrogen.few_radial(4)
    adam, end = (stages[name].functions for name in ("adam", "lbfgs"))
    assert all(abs(a.rs - b.rs) > 1e-4 for a, b in zip(adam, first, strict=True))
    assert [f.rs for f in adam] == [f.rs for f in end] and stages["lbfgs"].compute_dtype == "float64"
    assert result["train_mse_eV2"] < 0.5 * result["adam_train_mse_eV2"]
    network = 4 * 30 + 30 + 30 * 30 + 30 + 30 + 1
    assert (result["parameters"], result["train_structures"], result["validation_structures"]) == (network + 8, 10, 2)


def test_the_table_by_hand():
    """Trained is a half of fixed after Adam with both seeds, and as good as fixed in the end."""
    rows = []
    for seed, fixed in enumerate((2.0, 4.0)):
        for trained in (True, False):
            adam = fixed / 2 if trained else fixed
            errors = {"adam_train_mse_eV2": adam, "adam_validation_mse_eV2": 3 * adam}
            errors |= {"train_mse_eV2": 1.0, "validation_mse_eV2": 1.5}
            rows.append({"labels": "QMC", "functions": "G2+G5", "trained": trained, "seed": seed, **errors})
    lines = two_stages.table(pandas.DataFrame(rows), ["labels", "functions"]).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| QMC")]
    assert [line[2:4] for line in cells] == [[s, e] for s in ("Adam", "L-BFGS") for e in ("training", "validation")]
    assert cells[0][6:] == ["0.500", "0.500 to 0.500", "2 of 2"] and cells[3][6] == "1.000"
    assert cells[1][4].startswith("9") and cells[1][5].startswith("4.5")  # the means of 6 and 12, of 3 and 6


def test_every_third_structure(monkeypatch):
    monkeypatch.setattr(two_stages.hydrogen, "load_qmc", lambda set, quick: (list(range(10)), ["held out"]))
    monkeypatch.setattr(two_stages.hydrogen, "load_pbe", lambda quick: (["pbe"], []))
    assert two_stages.load("QMC", 4, False, every=3) == ([0, 3, 6, 9], ["held out"])
    assert two_stages.load("PBE", None, False) == (["pbe"], [])

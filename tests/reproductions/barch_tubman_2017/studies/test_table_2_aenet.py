import keras
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("imports the training, which needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.barch_tubman_2017 import table_2
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import aenet_rows
from atomzoo.reproductions.barch_tubman_2017.studies import table_2_aenet


def test_without_aenet_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setenv("AENET_BIN", str(tmp_path / "bin"))
    with pytest.raises(FileNotFoundError, match="train.x, predict.x are not on PATH, nor in the folder AENET_BIN"):
        table_2_aenet.run(output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_aenet_gets_the_structures_functions_and_widths_of_table_2(monkeypatch):
    given = {}

    def run_aenet(train, validation, functions, folder, hidden, iterations):
        given.update(locals())
        return {"network": "40t-20t-20t-10t"}

    monkeypatch.setattr(table_2_aenet, "run_aenet", run_aenet)
    assert table_2_aenet.aenet_cell(5, "40t-20t-20t-10t", 7) == {"network": "40t-20t-20t-10t"}
    assert [len(given[name]) for name in ("train", "validation", "functions")] == [1367, 152, 36]
    assert (given["hidden"], given["iterations"]) == ((40, 20, 20, 10), 7)


def test_what_is_recorded_is_of_the_same_structures():
    rows = aenet_rows()
    assert set(rows.index) == {(n_atoms, network) for n_atoms in table_2.SIZES for network in table_2.NETWORKS}
    measured = rows.dropna()
    kept = measured.groupby("atoms")[["train_structures", "validation_structures"]].first().values.tolist()
    assert kept == [[1412, 157], [1307, 145], [1367, 152]]
    assert (measured["iterations"] == table_2_aenet.ITERATIONS).all() and (measured["train_cpu_seconds"] > 0).all()

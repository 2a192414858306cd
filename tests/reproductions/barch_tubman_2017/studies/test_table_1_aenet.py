import keras
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("imports the training, which needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import table_1_aenet


def test_without_aenet_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setenv("AENET_BIN", str(tmp_path / "bin"))
    with pytest.raises(FileNotFoundError, match="train.x, predict.x are not on PATH, nor in the folder AENET_BIN"):
        table_1_aenet.run(output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_aenet_gets_the_structures_functions_and_width_of_ours(monkeypatch):
    given = {}

    def run_aenet(train, validation, functions, folder, hidden, iterations):
        given.update(locals())
        return {"train_mse_eV2": 1.0}

    parts = hydrogen.load_qmc(8, True)
    monkeypatch.setattr(table_1_aenet, "run_aenet", run_aenet)
    monkeypatch.setattr(hydrogen, "load_qmc", lambda *arguments: parts)
    assert table_1_aenet.errors(8, 7, True) == {"train_mse_eV2": 1.0}
    assert (given["train"], given["validation"]) == tuple(parts)
    assert given["functions"] == hydrogen.angular_set()
    assert (given["hidden"], given["iterations"]) == (hydrogen.HIDDEN, 7)

import sys

import keras
import pytest

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def test_what_is_printed(monkeypatch, capsys):
    from atomzoo.reproductions.barch_tubman_2017 import epoch_times
    from benchmarks import trainable_functions

    seconds = {"fixed": [0.05], "linear": [1.5], "triplets": [30.0]}
    monkeypatch.setattr(epoch_times, "epoch_seconds", lambda structures, kind, epochs: seconds[kind])
    monkeypatch.setattr(sys, "argv", ["trainable_functions", "--quick"])
    trainable_functions.main()
    assert "| trained, triplets | 16 | 30.00 | 1875.00 | 20.00 |" in capsys.readouterr().out

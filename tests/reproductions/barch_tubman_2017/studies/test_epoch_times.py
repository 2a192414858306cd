import keras
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.barch_tubman_2017.studies import epoch_times


def test_times_are_scaled_to_1000_structures_and_compared(monkeypatch):
    seconds = {"fixed": [0.05], "linear": [2.5, 1.5], "triplets": [30.0]}
    monkeypatch.setattr(epoch_times, "epoch_seconds", lambda structures, kind, epochs: seconds[kind])
    text = epoch_times.markdown(epoch_times.table([None] * 16, epochs=2))
    assert "| trained, triplets | 16 | 30.00 | 1875.00 | 20.00 |" in text

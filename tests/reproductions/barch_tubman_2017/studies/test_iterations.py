from types import SimpleNamespace

import keras
import pandas
import pytest

from atomzoo.reproductions.barch_tubman_2017.studies import iterations


def test_error_of_a_round_is_that_of_the_relaxed_energy_at_the_end():
    rounds = [
        {"round": 0, "calls": 5, "isomer": "bent", "network_eV": -10.2, "engine_eV": -10.1, "relaxed_eV": None},
        {"round": 1, "calls": 9, "isomer": "triangle", "network_eV": -10.4, "engine_eV": -10.5, "relaxed_eV": -10.51},
    ]
    table = iterations.error_table(SimpleNamespace(n_atoms=3, rounds=rounds, lowest_energy=-10.6))
    assert table["error_meV"].tolist() == pytest.approx([100 + 410, 100 + 10])
    assert table["calls"].tolist() == [5, 9] and (table["atoms"] == 3).all()


def test_without_a_relaxation_that_arrived():
    rounds = [{"round": 0, "calls": 5, "isomer": "y", "network_eV": -10.2, "engine_eV": -10.1, "relaxed_eV": None}]
    table = iterations.error_table(SimpleNamespace(n_atoms=4, rounds=rounds, lowest_energy=-10.3))
    assert table["error_meV"].tolist() == pytest.approx([100 + 200])


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_a_quick_run_replays_the_record(recorded, tmp_path, capsys):
    iterations.run(quick=True, output=tmp_path)
    assert "0 computed in this run" in (tmp_path / "iterations.md").read_text()
    assert (tmp_path / "iterations.png").exists()
    rows = pandas.read_csv(tmp_path / "iterations.csv")
    assert rows["calls"].is_monotonic_increasing and rows["calls"].iloc[-1] == recorded.result.n_calls
    assert rows["error_meV"].iloc[-1] <= 1.0 < rows["error_meV"].iloc[0]
    assert "Quick run" in capsys.readouterr().out

import pandas
import pytest

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import table_1_weight_decay
from atomzoo.reproductions.report import recorded


def test_the_choice_by_hand():
    """Relative to the best of each kind, 1e-3 has 1 and 1.5, and 1e-2 has 1.2 and 1; seeds are averaged first."""
    errors = {("radial", 1e-3): (0.9, 1.1), ("radial", 1e-2): (1.2, 1.2), ("angular", 1e-3): (3.0, 3.0)}
    errors["angular", 1e-2] = (1.0, 3.0)
    rows = [(*key, seed, error) for key, both in errors.items() for seed, error in enumerate(both)]
    rows = pandas.DataFrame(rows, columns=["functions", "weight_decay", "seed", "held_out_mse_eV2"])
    decay, relative = table_1_weight_decay.choose(rows)
    assert decay == 1e-2 and list(relative) == pytest.approx([1.25, 1.1])


def test_what_is_written(tmp_path, monkeypatch, capsys):
    def pretend(train, jobs, partial, description):
        partial.write_text("")
        result = {"train_mse_eV2": 0.1, "structures": 16, "seconds": 1.0}
        return pandas.DataFrame([{**job, **result, "held_out_mse_eV2": 1 - job["weight_decay"]} for job in jobs])

    monkeypatch.setattr(table_1_weight_decay, "run_jobs", pretend)
    table_1_weight_decay.run(quick=True, output=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table_1_weight_decay.csv", "table_1_weight_decay.md"]
    text = (tmp_path / "table_1_weight_decay.md").read_text()
    assert "| 0.01 | 0.1 / 0.99 | 0.1 / 0.99 | 1.000 |" in text and "Quick run" in text
    assert "16 structures, 5 + 3 iterations of L-BFGS" in text
    assert "Chosen: 0.01." in text and "Chosen" in capsys.readouterr().out
    assert len(pandas.read_csv(tmp_path / "table_1_weight_decay.csv")) == 2 * len(table_1_weight_decay.DECAYS)


def test_the_table_is_trained_with_the_recorded_choice():
    rows = pandas.read_csv(recorded("barch-tubman-2017") / "table_1_weight_decay.csv")
    assert table_1_weight_decay.choose(rows)[0] == hydrogen.WEIGHT_DECAY

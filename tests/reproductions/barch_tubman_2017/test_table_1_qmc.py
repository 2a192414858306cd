import keras
import pandas
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("imports the training, which needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.barch_tubman_2017 import table_1_qmc
from atomzoo.reproductions.barch_tubman_2017._shared.table_1_output import beside_paper


def pretend(train, jobs, partial, description):
    """In place of `run_jobs`: errors by set, lower by a fifth where functions are trained."""
    partial.write_text("")
    sizes = {"train_structures": 2700, "validation_structures": 300, "seconds": 1.0}
    rows = []
    for job in jobs:
        error = 0.001 * job["set"] * (0.8 if "trained" in job["method"] else 1.0)
        rows.append({**job, "train_mse_eV2": error / 2, "validation_mse_eV2": error, **sizes})
    return pandas.DataFrame(rows)


def test_the_table(tmp_path, monkeypatch):
    """Of a run of which nothing was computed: ours, aenet as recorded, and the paper's columns."""
    aenet = pandas.DataFrame({"set": range(1, 9), "train_mse_eV2": 0.003, "validation_mse_eV2": 0.0045})
    aenet.assign(version="0", machine="none").to_csv(tmp_path / "table_1_aenet.csv", index=False)
    monkeypatch.setattr(table_1_qmc, "run_jobs", pretend)
    monkeypatch.setattr(table_1_qmc, "recorded", lambda paper: tmp_path)
    table_1_qmc.run(output=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "table_1_aenet.csv",
        *(f"table_1_qmc{ending}" for ending in (".csv", ".md", "_paper.csv")),
    ]
    text = (tmp_path / "table_1_qmc.md").read_text()
    assert "table 1: dense hydrogen, 54 atoms, labels of a network, as in the paper" in text
    lines = [line.split(" | ") for line in text.splitlines()]
    names = next(line for line in lines if line[0] == "| set")
    assert names[3:] == ["G2+G5 trained", "G2+G5 fixed", "aenet", "paper: aenet", "paper: baseline |"]
    assert next(line for line in lines if line[0] == "| median")[3:6] == ["0.0036", "0.0045", "0.0045"]
    assert "G2+G5 trained / G2+G5 fixed: validation errors 0.800 on average, lower in 8 of 8 sets" in text
    table = beside_paper(pandas.read_csv(tmp_path / "table_1_qmc.csv")).set_index("quantity")
    assert table.loc["sets where the baseline is below aenet", "ours"] == "4"


def test_a_table_where_aenet_is_not_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(table_1_qmc, "run_jobs", pretend)
    monkeypatch.setattr(table_1_qmc, "recorded", lambda paper: tmp_path)
    table_1_qmc.run(output=tmp_path)
    lines = [line.split(" | ") for line in (tmp_path / "table_1_qmc.md").read_text().splitlines()]
    names = next(line for line in lines if line[0] == "| set")
    assert names[3:] == ["G2+G5 trained", "G2+G5 fixed", "paper: aenet", "paper: baseline |"]


def test_all_sets_with_fixed_and_trained_functions():
    jobs = pandas.DataFrame(table_1_qmc.jobs(seeds=2, quick=False))
    assert len(jobs) == len(jobs.drop_duplicates()) == 8 * 2 * 2

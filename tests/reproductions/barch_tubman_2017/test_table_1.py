import keras
import numpy as np
import pandas
import pytest

from atomzoo.reproductions.barch_tubman_2017 import table_1
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017._shared.table_1_output import beside_paper
from tests.reproductions.barch_tubman_2017.hydrogen_examples import use_small_data


def test_the_full_table_has_all_cells():
    jobs = pandas.DataFrame(table_1.jobs(seeds=3, quick=False))
    assert len(jobs) == len(jobs.drop_duplicates()) == 8 * 4 * 3
    assert set(jobs["method"]) == {"G1+G2+G3 fixed", "G2+G5 fixed", "G1+G2+G3 trained", "G2+G5 trained"}


def pretend(train, jobs, partial, description):
    """In place of `run_jobs`: errors by set, lower by a fifth if functions are trained, and by half with G5."""
    partial.write_text("")
    rows = []
    for job in jobs:
        factor = (0.8 if "trained" in job["method"] else 1.0) * (0.5 if "G5" in job["method"] else 1.0)
        error = 10.0 * job["set"] * factor * (1 + 0.01 * np.sin(job["seed"] + job["set"]))
        sizes = {"train_structures": 90, "validation_structures": 10, "seconds": 1.0}
        rows.append({**job, "train_mse_eV2": error / 2, "validation_mse_eV2": error, **sizes})
    return pandas.DataFrame(rows)


@pytest.fixture
def rows(tmp_path, monkeypatch, capsys):
    """The rows of a full table of which nothing was computed, and its text."""
    monkeypatch.setattr(table_1, "run_jobs", pretend)
    (tmp_path / "out").mkdir()
    table_1.run(output=tmp_path / "out")
    assert "table 1" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "table_1.csv",
        "table_1.md",
        "table_1_paper.csv",
    ]
    return pandas.read_csv(tmp_path / "out" / "table_1.csv"), (tmp_path / "out" / "table_1.md").read_text()


def test_mean_mean_without_set_1_and_median(rows):
    rows, text = rows
    errors = rows[rows["method"] == "G2+G5 trained"].groupby("set")["validation_mse_eV2"].mean()
    validation = text.split("## train")[0]
    lines = {line.split(" | ")[0]: line.split(" | ") for line in validation.splitlines()}
    column = lines["| set"].index("G2+G5 trained")
    expected = {"mean": errors.mean(), "mean without set 1": errors[1:].mean(), "median": np.median(errors)}
    for name, value in expected.items():
        assert lines[f"| {name}"][column].removesuffix(" |") == f"{value:.3g}"


def test_the_papers_columns_are_beside_ours(rows):
    """0.0166 eV^2 is the median of the paper's baseline."""
    rows, text = rows
    lines = [line.split(" | ") for line in text.splitlines()]
    names = next(line for line in lines if line[0] == "| set")
    assert names[-2:] == ["paper: aenet", "paper: baseline |"]
    assert next(line for line in lines if line[0] == "| median")[-2:] == ["0.01831838", "0.0165830477 |"]
    table = beside_paper(rows).set_index("quantity")
    ours = rows[rows["method"] == "G2+G5 fixed"].groupby("set")["validation_mse_eV2"].mean()
    assert float(table.loc["median validation MSE, baseline", "ours"]) == pytest.approx(ours.median(), rel=1e-3)


def test_claims_are_counted_by_set(rows):
    """Trained functions are better by a fifth in all of eight sets: 1 / 2^8."""
    assert "G2+G5 trained / G2+G5 fixed: validation errors 0.800 on average, lower in 8 of 8 sets" in rows[1]
    assert "(sign test p = 0.00391)" in rows[1]
    assert "G2+G5 trained / G1+G2+G3 trained: validation errors 0.500 on average, lower in 8 of 8 sets" in rows[1]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_a_row_of_a_quick_run(monkeypatch, tmp_path):
    use_small_data(monkeypatch, tmp_path, [7])
    job = next(job for job in table_1.jobs(1, quick=True) if job["method"] == "G1+G2+G3 fixed")
    row = table_1.train(**{**job, "set": 7})
    assert (row["train_structures"], row["validation_structures"]) == (11, 1)
    assert job["iterations"] == hydrogen.QUICK_ITERATIONS and row["validation_mse_eV2"] > 0

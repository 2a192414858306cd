"""Fixed against trained: the statistics, and what is written."""

import numpy as np
import pandas
import pytest
from scipy import stats

from atomzoo.reproductions.barch_tubman_2017 import figure_4
from atomzoo.reproductions.barch_tubman_2017._shared import figure_4_output, hydrogen
from tests.reproductions.barch_tubman_2017.hydrogen_examples import pretend


def test_comparison_by_hand():
    fixed, trained = np.array([1.0, 2.0, 4.0, 8.0, 1.0]), np.array([0.9, 1.9, 3.0, 9.0, 0.5])
    found = figure_4_output.comparison(fixed, trained)
    assert found["wins"] == 4 and found["sign"] == pytest.approx((5 + 1) / 2**5)
    expected = stats.ttest_rel(np.log(trained), np.log(fixed)).confidence_interval(0.95)
    assert [found["low"], found["high"]] == pytest.approx([np.exp(expected.low), np.exp(expected.high)])
    assert found["ratio"] == pytest.approx((0.9 * 0.95 * 0.75 * 1.125 * 0.5) ** 0.2)


def test_fixed_and_trained_differ_in_nothing_else():
    jobs = pandas.DataFrame(figure_4.jobs("G1+G2+G3", None, quick=False))
    assert len(jobs) == 10 and len(jobs.drop_duplicates()) == 10
    assert (jobs.drop(columns="trained").value_counts() == 2).all()


def test_what_is_written(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(hydrogen, "run_jobs", pretend)
    figure_4.run(quick=True, output=tmp_path)
    assert "Quick run" in capsys.readouterr().out
    names = ["figure_4.csv", "figure_4.md", "figure_4.png", "figure_4_paper.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    rows = pandas.read_csv(tmp_path / "figure_4.csv")
    assert len(rows) == 2 * 2 * 2 and rows["epoch"].max() == 2  # fixed and trained, seeds, epochs
    line = next(row for row in (tmp_path / "figure_4.md").read_text().splitlines() if row.startswith("| validation |"))
    assert "| 0.800 | 0.800 to 0.800 | 2 of 2 | 0.25 |" in line


def test_runs_are_found_again_in_their_rows(monkeypatch, tmp_path):
    runs = pretend(None, figure_4.jobs("G1+G2+G3", 3, quick=False), tmp_path / "partial", "")
    again = figure_4_output.runs_of(figure_4_output.long(runs))
    columns = [*figure_4_output.SETTINGS, *figure_4_output.ERRORS.values()]
    pandas.testing.assert_frame_equal(again[columns], runs[columns].reset_index(drop=True))


def test_gains_beside_the_papers(tmp_path):
    runs = pretend(None, figure_4.jobs("G1+G2+G3", 3, quick=False), tmp_path / "partial", "")
    table = figure_4.beside_paper(runs).set_index("quantity")
    assert table.loc["training MSE, trained below fixed", ["paper", "ours"]].tolist() == ["10", "20.0"]
    assert table.loc["functions of type G1", ["paper", "ours"]].tolist() == ["8", "8"]

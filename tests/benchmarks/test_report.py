import pandas
import pytest

from benchmarks import report


def test_both_files_hold_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    report.write("speed", "Speed", "How it was measured.", ["case", "us/atom"], [["G5", 9.5], ["G4", 25.0]])
    table = pandas.read_csv(tmp_path / "results" / "speed.csv", comment="#")
    assert table.to_dict("list") == {"case": ["G5", "G4"], "us/atom": [9.5, 25.0]}
    text = (tmp_path / "results" / "speed.md").read_text()
    assert text.startswith("# Speed\n\natomzoo ") and text.endswith("| G5 | 9.5 |\n| G4 | 25.0 |\n")


def test_a_killed_run_goes_on(tmp_path, monkeypatch, capsys):
    """Two rows, of which the second fails at first; what is saved is gone when the table is written."""
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    measured = []

    def failing(job):
        if job == ["b"]:
            raise KeyboardInterrupt
        measured.append(job)
        return [*job, 1]

    with pytest.raises(KeyboardInterrupt):
        report.measured_rows("speed", ["case", "s"], [["a"], ["b"]], failing)
    with (tmp_path / "speed.partial.jsonl").open("a") as file:
        file.write('["b", ')  # of a run that was killed while it wrote
    rows = report.measured_rows("speed", ["case", "s"], [["a"], ["b"]], lambda job: [*job, 2])
    assert rows == [["a", 1], ["b", 2]] and measured == [["a"]]
    assert capsys.readouterr().out.splitlines()[-1] == "case: b, s: 2"
    report.write("speed", "Speed", "", ["case", "s"], rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["speed.csv", "speed.md"]


def test_a_quick_run_neither_takes_nor_leaves_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    report.measured_rows("speed", ["case", "s"], [["a"]], lambda job: [*job, 2], keep=False)
    assert not list(tmp_path.iterdir())

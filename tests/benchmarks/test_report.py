import pandas

from benchmarks import report


def test_both_files_hold_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    report.write("speed", "Speed", "How it was measured.", ["case", "us/atom"], [["G5", 9.5], ["G4", 25.0]])
    table = pandas.read_csv(tmp_path / "results" / "speed.csv", comment="#")
    assert table.to_dict("list") == {"case": ["G5", "G4"], "us/atom": [9.5, 25.0]}
    text = (tmp_path / "results" / "speed.md").read_text()
    assert text.startswith("# Speed\n\natomzoo ") and text.endswith("| G5 | 9.5 |\n| G4 | 25.0 |\n")

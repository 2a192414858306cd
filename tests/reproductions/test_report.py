import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas
import pytest

from atomzoo.catalog import reproductions, results_of
from atomzoo.reproductions import report
from atomzoo.version import __version__


def test_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert report.results_folder("barch-tubman-2017", tmp_path / "mine", quick=True) == tmp_path / "mine"
    assert (tmp_path / "mine").is_dir()
    assert report.results_folder("barch-tubman-2017", None, quick=True).absolute() == tmp_path / "quick-results"
    folder = report.results_folder("barch-tubman-2017", None, quick=False)
    table = next(entry for entry in reproductions() if entry.name == "barch-tubman-2017/table-2")
    assert all(path.parent == folder for path in results_of(table)) and results_of(table)


def test_what_is_written(tmp_path, capsys):
    figure, axis = plt.subplots()
    axis.plot([0, 1])
    rows = pandas.DataFrame({"seed": [0, 1], "error": [0.123456789, 2.0]})
    report.write_results(tmp_path, "table_9", rows, "# A table\n", {"": figure, "_more": figure})
    names = ["table_9.csv", "table_9.md", "table_9.png", "table_9_more.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    found = pandas.read_csv(tmp_path / "table_9.csv")
    assert found["error"].tolist() == [0.123457, 2.0] and set(found["version"]) == {__version__}
    assert (tmp_path / "table_9.md").read_text() == "# A table\n" and "A table" in capsys.readouterr().out
    assert (tmp_path / "table_9.png").read_bytes().startswith(b"\x89PNG") and not plt.fignum_exists(figure.number)


def test_what_is_drawn_anew_keeps_the_rows_and_the_last_line(tmp_path, capsys):
    beside = pandas.DataFrame({"paper": ["1.50"], "ours": ["2"]})
    report.write_results(tmp_path, "table_9", pandas.DataFrame({"error": [2.0]}), "# Old\n\nFrom 2020\n", {})
    before = (tmp_path / "table_9.csv").read_bytes()
    report.redraw_results(tmp_path, "table_9", "# New\n\nFrom today\n", {}, beside)
    assert (tmp_path / "table_9.md").read_text() == "# New\n\nFrom 2020\n"
    assert (tmp_path / "table_9.csv").read_bytes() == before
    assert report.recorded_rows(tmp_path, "table_9").to_dict("records") == [{"error": 2.0}]
    assert (tmp_path / "table_9_paper.csv").read_text() == "paper,ours\n1.50,2\n"
    assert "_paper.csv" in capsys.readouterr().out
    with pytest.raises(FileNotFoundError, match="no recorded run"):
        report.recorded_rows(tmp_path, "table_8")


def test_a_file_is_replaced_as_a_whole(tmp_path):
    (tmp_path / "new").write_text("new")
    (tmp_path / "kept.txt").write_text("old")
    report.copy_file(tmp_path / "new", tmp_path / "kept.txt")
    assert (tmp_path / "kept.txt").read_text() == "new" and len(list(tmp_path.iterdir())) == 2
    with pytest.raises(FileNotFoundError):
        report.copy_file(tmp_path / "missing", tmp_path / "kept.txt")
    assert (tmp_path / "kept.txt").read_text() == "new"


def test_texts():
    assert report.markdown_table(["a", "b"], [[1, "x"], [2.5, ""]]).splitlines()[2:] == ["| 1 | x |", "| 2.5 |  |"]
    assert report.spread(np.array([1.0, 2.0, 3.0])) == "2 ± 1" and report.spread(np.array([0.12345])) == "0.123"
    assert report.footer("a-b-2000/table-1", 12.4).endswith(" 12 s, `atomzoo reproduce a-b-2000/table-1`\n")

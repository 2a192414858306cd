from pathlib import Path

import pytest

import atomzoo.reproductions
from atomzoo.catalog import data_sets, reproductions, results_of

TABLE = '''"""Table 1 of somebody: a table.

More about it.
"""

from pathlib import Path


def run(seeds, quick, output):
    print("run", seeds, quick, output)
'''


@pytest.fixture
def invented(tmp_path, monkeypatch):
    """A paper with one table, beside the reproductions that are there."""
    folder = tmp_path / "some_body_1999"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise AssertionError('imported')")
    (folder / "table_1.py").write_text(TABLE)
    (folder / "helper.py").write_text("def other(): pass")
    monkeypatch.setattr(atomzoo.reproductions, "__path__", [*atomzoo.reproductions.__path__, str(tmp_path)])
    return folder


def test_data_sets_are_modules_that_load_data():
    found = {entry.name: entry for entry in data_sets()}
    assert found["gold_clusters"].summary == "Gold clusters Au2 to Au5: DFT molecular dynamics, embedded."
    assert not {"structures", "reading", "arrays"} & set(found)


def test_reproductions_are_found_by_name_without_import(invented):
    (entry,) = [entry for entry in reproductions() if "1999" in entry.name]
    assert entry.name == "some-body-1999/table-1"
    assert entry.module == "atomzoo.reproductions.some_body_1999.table_1"
    assert entry.path == invented / "table_1.py"
    assert entry.summary == "Table 1 of somebody: a table."


def test_results_are_the_files_of_that_item(invented):
    (entry,) = [entry for entry in reproductions() if "1999" in entry.name]
    assert results_of(entry) == []
    (invented / "results").mkdir()
    for name in ("table_1.csv", "table_1.md", "table_10.csv", "figure_1.png"):
        (invented / "results" / name).touch()
    assert [path.name for path in results_of(entry)] == ["table_1.csv", "table_1.md"]


def test_studies_are_found_by_the_same_kind_of_name(invented):
    (invented / "studies").mkdir()
    (invented / "studies" / "widths.py").write_text(TABLE)
    entry = {entry.name: entry for entry in reproductions()}["some-body-1999/widths"]
    assert entry.module == "atomzoo.reproductions.some_body_1999.studies.widths"
    (invented / "results").mkdir()
    (invented / "results" / "widths.csv").touch()
    assert results_of(entry) == [invented / "results" / "widths.csv"]


def test_the_folder_of_a_paper_holds_its_items_only():
    found = {entry.path for entry in reproductions()}
    papers = {path.parent for path in found if path.parent.name != "studies"}
    assert len(papers) == 5
    assert {path for paper in papers for path in paper.glob("[!_]*.py")} <= found


def test_every_reproduction_says_what_it_is():
    assert all(entry.summary and Path(entry.path).is_file() for entry in reproductions())

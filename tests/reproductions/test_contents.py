"""The table of contents has every item of every paper and every script, and is the one that its command writes."""

from pathlib import Path

import pytest

from atomzoo.catalog import reproductions
from atomzoo.reproductions import contents
from atomzoo.reproductions.paper_numbers import paper_numbers

ROWS = contents.contents()
COMMAND = "python -m atomzoo.reproductions.contents"


@pytest.mark.parametrize("paper", contents.TITLES)
def test_every_item_of_a_paper_has_a_row(paper):
    assert set(paper_numbers(paper)["item"]) - set(ROWS.loc[ROWS["paper"] == paper, "item"]) == set()


def test_every_paper_with_numbers_is_there():
    folders = {path.parent.name for path in contents.FOLDER.glob("*/paper.csv")}
    assert set(ROWS["paper"]) == set(contents.TITLES) == folders


def test_every_script_has_a_row_and_every_command_is_a_script():
    assert set(ROWS["command"]) - {contents.NO_COMMAND} == {entry.name for entry in reproductions()}


def test_verdicts_and_words():
    assert ROWS["verdict"].str.startswith(contents.VERDICTS).all() and (ROWS["what"] != "").all()
    assert not ROWS.duplicated(["paper", "item", "what"]).any()


def test_a_number_of_the_paper_beside_ours():
    row = next(row for row in ROWS.itertuples() if row.item == "test-error")
    printed, ours = contents.numbers(row)
    assert printed == "327.7 eV" and float(ours.split()[0]) < 1


def test_no_number_without_a_quantity():
    row = next(row for row in ROWS.itertuples() if row.item == "appendix-A")
    assert contents.numbers(row) == ("-", "-")


def test_what_is_not_done_has_none_of_ours():
    """Metadynamics of silicon are not there yet."""
    rows = [row for row in ROWS.itertuples() if row.paper == "behler_parrinello_2007" and row.item == "figure-4"]
    assert [row.verdict for row in rows] == ["not done"] and contents.numbers(rows[0])[1] == "-"


def test_the_file_is_what_the_command_writes():
    assert (contents.FOLDER / "README.md").read_text(encoding="utf-8") == contents.text(), f"run {COMMAND}"


def test_the_main_readme_has_the_main_table():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert contents.main_table() in readme, f"copy the table that {COMMAND} prints"
    assert f"All {len(ROWS)} items" in readme


def test_each_main_row_is_one_row_with_a_time():
    lines = contents.main_table().splitlines()[2:]
    assert len(lines) == len(contents.MAIN)
    assert all(line.split("|")[-2].split()[-1] in ("s", "min", "-") for line in lines)


@pytest.mark.parametrize(("seconds", "words"), [(6, "6 s"), (90, "90 s"), (91, "2 min"), (1855, "31 min")])
def test_time_of_a_recorded_run(monkeypatch, tmp_path, seconds, words):
    (tmp_path / "table_1.md").write_text(
        f"# Title\n\natomzoo 1.0, 2 cores, {seconds} s, `atomzoo reproduce a/table-1`\n"
    )
    monkeypatch.setattr(contents, "recorded", lambda paper: tmp_path)
    assert contents._minutes("a/table-1") == words

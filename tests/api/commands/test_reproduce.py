import os
from pathlib import Path

import pytest

from atomzoo.catalog import Entry
from atomzoo.commands import reproduce as module
from atomzoo.datasets.engines.executors import SCHEDULER
from atomzoo.reproductions import report


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Two reproductions that note how they are called, in the list returned, and write a line of text."""
    calls, recorded = [], tmp_path / "recorded"

    def run(**options):
        calls.append(options)
        folder = options["output"] or recorded
        folder.mkdir(exist_ok=True)
        for name in ("table_1", "figure_2"):
            (folder / f"{name}.md").write_text("# A title\n\natomzoo 1.0, 5 s\n")

    class Script:
        pass

    Script.run = staticmethod(run)
    entries = [Entry(f"a-b-2000/{item}", "a", tmp_path, "") for item in ("table-1", "figure-2")]
    monkeypatch.setattr(module, "reproductions", lambda: entries)
    monkeypatch.setattr(module, "import_module", lambda name: Script)
    monkeypatch.setattr(report, "recorded", lambda paper: recorded)
    return calls


def test_options_are_passed_on(atomzoo, calls, tmp_path):
    code, text, _ = atomzoo("reproduce", "a-b-2000/table-1")
    assert code == 0 and text == f"Page: {tmp_path}/recorded/table_1.html\n"
    assert "<h1>A title</h1>" in (tmp_path / "recorded" / "table_1.html").read_text()
    assert (
        atomzoo("reproduce", "a-b-2000/figure-2", "--no-report", "--seeds", 3, "--quick", "-o", tmp_path / "new")[0]
        == 0
    )
    assert calls == [
        {"seeds": None, "quick": False, "output": None},
        {"seeds": 3, "quick": True, "output": Path(tmp_path / "new")},
    ]
    assert not list((tmp_path / "new").glob("*.html"))


def test_scheduler_is_an_option_or_in_the_environment(atomzoo, calls, monkeypatch):
    found = []
    monkeypatch.setattr(module.import_module("a"), "run", staticmethod(lambda **_: found.append(os.environ[SCHEDULER])))
    monkeypatch.setenv(SCHEDULER, "tcp://here:1")
    for options in ([], ["--scheduler", "tcp://there:2"]):
        atomzoo("reproduce", "a-b-2000/table-1", "--no-report", *options)
    assert found == ["tcp://here:1", "tcp://there:2"]


def test_unknown_name(fails, calls):
    assert "Did you mean a-b-2000/table-1" in fails("reproduce", "a-b-2000/table-2")
    assert "There are: a-b-2000/table-1, a-b-2000/figure-2. Received: 'zzz'" in fails("reproduce", "zzz")
    assert calls == []


def test_missing_folder(fails, calls, tmp_path):
    assert "There is no folder" in fails("reproduce", "a-b-2000/table-1", "-o", tmp_path / "no" / "results")
    assert calls == []


def test_redraw(atomzoo, fails, calls, monkeypatch, tmp_path):
    assert "hold all that its text says: run it. Received: 'a-b-2000/table-1'" in fails(
        "reproduce", "a-b-2000/table-1", "--redraw"
    )
    monkeypatch.setattr(module.import_module("a"), "redraw", staticmethod(calls.append), raising=False)
    (tmp_path / "table_1.md").write_text("# Redrawn\n\natomzoo 1.0, 5 s\n")
    assert atomzoo("reproduce", "a-b-2000/table-1", "--redraw", "-o", tmp_path)[0] == 0
    assert calls == [tmp_path] and "<h1>Redrawn</h1>" in (tmp_path / "table_1.html").read_text()
    monkeypatch.setattr(module.import_module("a"), "redraw", staticmethod(lambda folder: {}["error"]), raising=False)
    assert "earlier version: run it. It has no column 'error'" in fails("reproduce", "a-b-2000/table-1", "--redraw")

from pathlib import Path

import pytest

from atomzoo.catalog import Entry
from atomzoo.commands import reproduce as module


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Two reproductions that only note how they are called, in the list returned."""
    calls = []

    class Script:
        run = staticmethod(lambda **options: calls.append(options))

    entries = [Entry(f"a-b-2000/{item}", "a", tmp_path, "") for item in ("table-1", "figure-2")]
    monkeypatch.setattr(module, "reproductions", lambda: entries)
    monkeypatch.setattr(module, "import_module", lambda name: Script)
    return calls


def test_options_are_passed_on(atomzoo, calls, tmp_path):
    assert atomzoo("reproduce", "a-b-2000/table-1")[0] == 0
    assert atomzoo("reproduce", "a-b-2000/figure-2", "--seeds", 3, "--quick", "-o", tmp_path / "new")[0] == 0
    assert calls == [
        {"seeds": None, "quick": False, "output": None},
        {"seeds": 3, "quick": True, "output": Path(tmp_path / "new")},
    ]


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
    assert atomzoo("reproduce", "a-b-2000/table-1", "--redraw", "-o", tmp_path)[0] == 0
    assert calls == [tmp_path]
    monkeypatch.setattr(module.import_module("a"), "redraw", staticmethod(lambda folder: {}["error"]), raising=False)
    assert "earlier version: run it. It has no column 'error'" in fails("reproduce", "a-b-2000/table-1", "--redraw")

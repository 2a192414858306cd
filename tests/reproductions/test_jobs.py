import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from atomzoo.reproductions.jobs import run_jobs

JOBS = [{"number": number} for number in (3, 1, 2)]


# A module of its own: other processes import the function by name.
MODULE = """
from pathlib import Path


def square(number):
    with Path("calls").open("a") as file:
        file.write(f"{number}\\n")
    if number < 0:
        raise ValueError("a negative number")
    return {"square": number**2}
"""


@pytest.fixture
def partial(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "squares.partial.jsonl"


@pytest.fixture
def square(tmp_path, monkeypatch):
    (tmp_path / "squares.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("squares").square
    del sys.modules["squares"]


def calls():
    return sorted(int(line) for line in Path("calls").read_text().split())


def test_results_come_in_the_order_of_the_jobs(square, partial):
    rows = run_jobs(square, JOBS, partial, "squares")
    assert list(rows["number"]) == [3, 1, 2]
    assert list(rows["square"]) == [9, 1, 4]


def test_a_killed_run_goes_on(square, partial):
    run_jobs(square, JOBS[:2], partial, "squares")
    with partial.open("a") as file:
        file.write('{"job": {"number": 2}, "row": {"squ')  # killed while writing
    rows = run_jobs(square, JOBS, partial, "squares")
    assert list(rows["square"]) == [9, 1, 4]
    assert calls() == [1, 2, 3]


def test_results_of_another_version_are_not_taken(square, partial):
    run_jobs(square, JOBS[:1], partial, "squares")
    saved = json.loads(partial.read_text())
    saved["row"]["version"] = "0.0.0"
    partial.write_text(json.dumps(saved) + "\n")
    run_jobs(square, JOBS[:1], partial, "squares")
    assert calls() == [3, 3]


def test_an_error_ends_the_run_and_keeps_what_was_done(square, partial):
    run_jobs(square, JOBS[:1], partial, "squares")
    with pytest.raises(ValueError, match="a negative number"):
        run_jobs(square, [*JOBS[:1], {"number": -1}], partial, "squares")
    assert list(run_jobs(square, JOBS[:1], partial, "squares")["square"]) == [9]
    assert calls() == [-1, 3]

import json
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from atomzoo.reproductions import jobs
from atomzoo.reproductions.jobs import JobsFailed, run_jobs

JOBS = [{"number": number} for number in (3, 1, 2)]


# A module of its own: other processes import the function by name.
MODULE = """
import os
import time
from pathlib import Path

from atomzoo.reproductions.jobs import run_jobs


def square(number):
    with Path("calls").open("a") as file:
        file.write(f"{number}\\n")
    if number < 0:
        raise ValueError("a negative number")
    return {"square": number**2}


def wait(number):
    Path(f"{os.getpid()}.process").touch()
    time.sleep(600)


if __name__ == "__main__":
    run_jobs(wait, [{"number": 1}], Path("wait.partial.jsonl"), "waiting")
"""


@pytest.fixture
def partial(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "squares.partial.jsonl"


@pytest.fixture
def square(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "import_backend", None)  # squares need no Keras
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


def test_a_job_that_fails_is_tried_twice_and_the_others_are_done(square, partial):
    with pytest.raises(JobsFailed, match='^{"number": -1} failed twice: ValueError: a negative number$'):
        run_jobs(square, [{"number": -1}, *JOBS], partial, "squares")
    assert calls() == [-1, -1, 1, 2, 3]
    assert list(run_jobs(square, JOBS, partial, "squares")["square"]) == [9, 1, 4]
    assert calls() == [-1, -1, 1, 2, 3]


@pytest.mark.slow
def test_processes_end_with_a_run_that_is_killed(square, partial):
    run = subprocess.Popen([sys.executable, "squares.py"], stdout=subprocess.DEVNULL)
    numbers = until(lambda: [int(path.stem) for path in Path().glob("*.process")])
    run.kill()
    run.wait()
    until(lambda: not any(Path(f"/proc/{number}").exists() for number in numbers))


def until(condition):
    for _ in range(1200):
        if result := condition():
            return result
        time.sleep(0.1)
    raise AssertionError("it did not happen in 2 minutes")

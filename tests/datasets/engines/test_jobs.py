"""Independent jobs in local processes and on a Dask cluster: errors, lost processes, late workers, a new scheduler."""

import sys
import threading
import time
from importlib import import_module

import pytest

from atomzoo.datasets.engines.executors import SCHEDULER
from atomzoo.datasets.engines.jobs import completed

MODULE = '''
import os
import time
from pathlib import Path


def job(number, folder, dies=0, waits=0.0):
    """The square of a number, once its process has died so many times."""
    file = Path(folder) / str(number)
    calls = int(file.read_text()) if file.exists() else 0
    file.write_text(str(calls + 1))
    (Path(folder) / f"{number}.begun").touch()
    time.sleep(waits)
    if calls < dies:
        os._exit(1)
    if number < 0:
        raise ValueError("a negative number")
    return number**2
'''


@pytest.fixture
def job(tmp_path, monkeypatch):
    (tmp_path / "independent.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield import_module("independent").job
    del sys.modules["independent"]


def run(job, folder, jobs, **where):
    """Results or errors in the order of the jobs, and how often each was called."""
    results = {}
    for number, result, error in completed(job, [{"folder": str(folder), **each} for each in jobs], **where):
        results[number] = result if error is None else f"{type(error).__name__}: {error}"
    calls = [int((folder / str(each["number"])).read_text()) for each in jobs]
    return [results[number] for number in range(len(jobs))], calls


def test_results_and_errors(job, tmp_path):
    results, calls = run(job, tmp_path, [{"number": number} for number in (3, -1, 2)], n_processes=2)
    assert results == [9, "ValueError: a negative number", 4] and calls == [1, 2, 1]
    assert list(completed(job, [])) == []


def test_a_process_that_dies_costs_its_own_job_only(job, tmp_path):
    jobs = [{"number": 1, "dies": 1}, {"number": 2, "waits": 1.0}, {"number": 3, "dies": 9}, {"number": 4}]
    results, calls = run(job, tmp_path, jobs, n_processes=2)
    assert results[:2] == [1, 4] and results[3] == 16 and calls == [2, 1, 2, 1]
    assert results[2] == "BrokenProcessPool: the process that did it died"


def test_no_dask(job, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setenv(SCHEDULER, "tcp://nowhere:8786")
    with pytest.raises(ValueError, match="^tcp://nowhere:8786 needs Dask: pip install 'atomzoo.distributed.'$"):
        list(completed(job, [{}]))


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["worker", "scheduler"])
def test_what_a_cluster_loses_is_done_again(lost, job, cluster, tmp_path):
    """By a worker that comes later, also where the scheduler is another."""

    def lose():
        until(lambda: (tmp_path / "1.begun").exists())
        cluster.lose(1 if lost == "worker" else 0)
        if lost == "scheduler":
            cluster.scheduler()
        cluster.worker()

    cluster.worker()
    disturbance = threading.Thread(target=lose)
    disturbance.start()
    results, calls = run(job, tmp_path, [{"number": number, "waits": 2.0} for number in (1, 2, -3)])
    disturbance.join()
    assert results == [1, 4, "ValueError: a negative number"] and max(calls) >= 2


def until(condition):
    for _ in range(600):
        if result := condition():
            return result
        time.sleep(0.1)
    raise AssertionError("it did not happen in a minute")

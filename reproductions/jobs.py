"""Many independent trainings, one process a core, each result saved as it ends, so that a killed run goes on."""

import json
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed

import pandas
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from atomzoo.console import import_backend
from atomzoo.version import __version__

# Each process has one core: threads of their own would only wait for each other.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def run_jobs(function, jobs, partial, description):
    """Calls `function(**job)` for every job, and collects the dicts it returns.

    Args:
        function: Of a module's top level, so that other processes can import it.
        jobs: List of dicts of plain values: the arguments, which also name the result.
        partial: `pathlib.Path` of a file of results, one JSON object a line. Jobs found in it are not run again, unless
            another version of atomzoo ran them; the caller deletes it when all is written.
        description: What the progress bar says.

    Returns:
        `pandas.DataFrame`, one row a job in their order: the job, the result and the version.
    """
    rows = _saved(partial)
    missing = [job for job in jobs if _key(job) not in rows]
    n_processes = max(1, min(os.cpu_count() or 1, len(missing)))
    context = multiprocessing.get_context("spawn")
    with _one_thread(), ProcessPoolExecutor(n_processes, context, _start) as pool, _bar() as bar:
        task = bar.add_task(description, total=len(jobs), completed=len(jobs) - len(missing))
        running = {pool.submit(function, **job): job for job in missing}
        try:
            for future in as_completed(running):
                job = running[future]
                rows[_key(job)] = {**job, **future.result(), "version": __version__}
                _append(partial, rows[_key(job)], job)
                bar.advance(task)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return pandas.DataFrame([rows[_key(job)] for job in jobs])


def _start():
    """A new process begins: it will end with the one that began it, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import_backend()


def _end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)


def _key(job):
    return json.dumps(job, sort_keys=True)


def _saved(partial):
    rows = {}
    if partial.exists():
        for line in partial.read_text().splitlines():
            try:
                saved = json.loads(line)
            except json.JSONDecodeError:  # the last line of a run that was killed while writing it
                continue
            if saved["row"]["version"] == __version__:
                rows[_key(saved["job"])] = saved["row"]
    return rows


def _append(partial, row, job):
    with partial.open("a") as file:
        file.write(json.dumps({"job": job, "row": row}) + "\n")
        file.flush()
        os.fsync(file.fileno())


class _one_thread:
    """Environment in which new processes keep to one thread."""

    def __enter__(self):
        self.before = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))

    def __exit__(self, *error):
        for name, value in self.before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _bar():
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, TimeRemainingColumn())

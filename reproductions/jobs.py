"""Many independent trainings, one process a core, each result saved as it ends, so that a killed run goes on."""

import json
import os
from concurrent.futures import as_completed

import pandas
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from atomzoo.console import import_backend
from atomzoo.datasets.engines.processes import pool_of_processes
from atomzoo.version import __version__


def run_jobs(function, jobs, partial, description, in_words=None):
    """Calls `function(**job)` for every job, and collects the dicts it returns.

    Args:
        function: Of a module's top level, so that other processes can import it.
        jobs: List of dicts of plain values: the arguments, which also name the result.
        partial: `pathlib.Path` of a file of results, one JSON object a line. Jobs found in it are not run again, unless
            another version of atomzoo ran them; the caller deletes it when all is written.
        description: What the progress bar says.
        in_words: function of a row (dict) that gives a line to print as soon as its job has ended; None prints none.

    Returns:
        `pandas.DataFrame`, one row a job in their order: the job, the result and the version.
    """
    rows = _saved(partial)
    missing = [job for job in jobs if _key(job) not in rows]
    n_processes = max(1, min(os.cpu_count() or 1, len(missing)))
    with pool_of_processes(n_processes, import_backend) as pool, _bar() as bar:
        task = bar.add_task(description, total=len(jobs), completed=len(jobs) - len(missing))
        running = {pool.submit(function, **job): job for job in missing}
        for future in as_completed(running):
            job = running[future]
            rows[_key(job)] = {**job, **future.result(), "version": __version__}
            _append(partial, rows[_key(job)], job)
            if in_words is not None:
                bar.console.print(in_words(rows[_key(job)]), highlight=False)
            bar.advance(task)
    return pandas.DataFrame([rows[_key(job)] for job in jobs])


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


def _bar():
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, TimeRemainingColumn())

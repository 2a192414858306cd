"""Many independent trainings, each result saved as it ends, so that a killed run goes on."""

import json
import os

import pandas
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from atomzoo.console import import_backend
from atomzoo.datasets.engines.jobs import completed
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

    Raises:
        JobsFailed: jobs that failed twice, once all others are done and saved.
        OSError, ValueError: see `executor`, which says where jobs run.
    """
    rows, failed = _saved(partial), {}
    missing = [job for job in jobs if _key(job) not in rows]
    with _bar() as bar:
        task = bar.add_task(description, total=len(jobs), completed=len(jobs) - len(missing))
        for number, result, error in completed(function, missing, import_backend):
            job = missing[number]
            if error is not None:
                failed[_key(job)] = error
                continue
            rows[_key(job)] = {**job, **result, "version": __version__}
            _append(partial, rows[_key(job)], job)
            if in_words is not None:
                bar.console.print(in_words(rows[_key(job)]), highlight=False)
            bar.advance(task)
    if failed:
        raise JobsFailed("; ".join(f"{job} failed twice: {type(e).__name__}: {e}" for job, e in failed.items()))
    return pandas.DataFrame([rows[_key(job)] for job in jobs])


class JobsFailed(ValueError):
    """Some of many jobs failed; the others are saved, and the same command tries only these again."""


def _key(job):
    return json.dumps(job, sort_keys=True)


def saved_lines(path):
    """What is in a file of one JSON value a line, but for a last line that a killed run did not complete.

    Args:
        path: `pathlib.Path`, which need not be there.

    Returns:
        List of the values.
    """
    values = []
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            values.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return values


def _saved(partial):
    saved = saved_lines(partial)
    return {_key(each["job"]): each["row"] for each in saved if each["row"]["version"] == __version__}


def _append(partial, row, job):
    with partial.open("a") as file:
        file.write(json.dumps({"job": job, "row": row}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _bar():
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, TimeRemainingColumn())

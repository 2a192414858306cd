"""Many independent jobs: each result as soon as it is there, and what fails tried twice."""

import os
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait

from atomzoo.datasets.engines.executors import executor

ATTEMPTS = 2


def completed(function, jobs, initializer=None, n_processes=None, scheduler=None):
    """Calls `function(**job)` for all jobs, and yields each result as its job ends.

    A job that raises an error, or whose process is lost, is tried once more. If that fails, too, its error is yielded,
    and the other jobs go on.

    Args:
        function: of a module's top level, so that other processes can import it.
        jobs: list of dicts of arguments.
        initializer, scheduler: see `executor`.
        n_processes: number of local processes; by default that of the processor cores, or of the jobs if these are
            fewer.

    Yields:
        `(number, result, error)`: the place of a job in the list; what it returned and None, or None and the exception.

    Raises:
        OSError, ValueError: see `executor`.

    Example:

    >>> from ase.build import molecule
    >>> [atoms.get_chemical_formula() for _, atoms, _ in completed(molecule, [{"name": "H2O"}, {"name": "X"}]) if atoms]
    ['H2O']
    """
    if not jobs:
        return
    n_processes = n_processes or min(os.cpu_count() or 1, len(jobs))
    attempts = [0] * len(jobs)
    with executor(n_processes, initializer, scheduler) as workers:
        running = {workers.submit(function, **job): number for number, job in enumerate(jobs)}
        while running:
            for future in sorted(wait(running, return_when=FIRST_COMPLETED).done, key=running.get):
                number = running.pop(future)
                error = CancelledError("its worker was lost") if future.cancelled() else future.exception()
                attempts[number] += 1
                if error is not None and attempts[number] < ATTEMPTS:
                    running[workers.submit(function, **jobs[number])] = number
                else:
                    yield number, None if error is not None else future.result(), error

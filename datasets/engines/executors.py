"""Where independent jobs run: in processes of this machine, or on a Dask cluster."""

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from queue import SimpleQueue

from atomzoo.datasets.engines.processes import one_thread, process

SCHEDULER = "ATOMZOO_SCHEDULER"


@contextmanager
def executor(n_processes, initializer=None, scheduler=None):
    """An executor for independent jobs, until the block ends; an error in it cancels what has not begun.

    Args:
        n_processes: number of local processes. They import the main script, which needs `if __name__ == "__main__":`.
        initializer: function that each local process calls when it begins.
        scheduler: address of a Dask scheduler, such as "tcp://node1:8786", whose workers do the jobs in place of local
            processes; by default the environment variable ATOMZOO_SCHEDULER, if there is one. Workers need atomzoo, and
            no common folder. What starts them (dask-jobqueue for SLURM and PBS, Kubernetes, `dask worker`) is the
            user's choice.

    Yields:
        `concurrent.futures.Executor`.

    Raises:
        ValueError: a scheduler is given, but Dask is not installed.
        OSError: no scheduler answers.

    Example:

    >>> with executor(n_processes=2) as two:
    ...     two.submit(abs, -3).result()
    3
    """
    scheduler = scheduler or os.environ.get(SCHEDULER)
    chosen = _dask(scheduler) if scheduler else _local(n_processes, initializer)
    with chosen as found:
        try:
            yield found
        except BaseException:
            found.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _local(n_processes, initializer):
    with one_thread(), LocalProcesses(n_processes, initializer) as found:
        yield found


@contextmanager
def _dask(address):
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ValueError(f"{address} needs Dask: pip install 'atomzoo[distributed]'") from None
    with Client(address, set_as_default=False) as client:
        yield client.get_executor(pure=False)


class LocalProcesses(Executor):
    """Processes of this machine. One that dies costs its own job only, where a pool of all would be broken.

    Args:
        n_processes, initializer: see `executor`.
    """

    def __init__(self, n_processes, initializer=None):
        self._initializer, self._free = initializer, SimpleQueue()
        self._processes = [process(initializer) for _ in range(n_processes)]
        for each in self._processes:
            self._free.put(each)
        self._threads = ThreadPoolExecutor(n_processes)  # each waits for one process

    def submit(self, function, /, *args, **kwargs):
        return self._threads.submit(self._run, function, args, kwargs)

    def _run(self, function, args, kwargs):
        used = self._free.get()
        try:
            return used.submit(function, *args, **kwargs).result()
        except BrokenProcessPool:
            used = process(self._initializer)
            self._processes.append(used)
            raise BrokenProcessPool("the process that did it died") from None
        finally:
            self._free.put(used)

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for each in self._processes:
            each.shutdown(wait, cancel_futures=cancel_futures)

"""Processes with one core each, which end with the process that began them."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

# Each process has one core: threads of their own would only wait for each other.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def process(initializer=None):
    """A `ProcessPoolExecutor` of one new process, which begins with the first job.

    Args:
        initializer: function that the process calls when it begins.
    """
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _start, (initializer,))


def _start(initializer):
    """A new process begins: it will end with the one that began it, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if initializer is not None:
        initializer()


def _end_with_parent():
    multiprocessing.parent_process().join()
    os._exit(1)


@contextmanager
def one_thread():
    """Environment in which new processes keep to one thread."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

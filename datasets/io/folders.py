"""Folders that results are written to."""

import os
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


def check_folder(path):
    """Finds out before a long calculation whether files can be written to a folder, which need not be there yet.

    Returns:
        The `Path`.

    Raises:
        NotADirectoryError, PermissionError: there is a file in its place, or nothing may be written there.

    Example:
        >>> check_folder("new/results").name
        'results'
    """
    path = Path(path)
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise NotADirectoryError(f"There must be a folder to write to, not the file '{there}'. Received: '{path}'")
    if not os.access(there, os.W_OK):
        raise PermissionError(f"Nothing may be written to the folder '{there}'. Received: '{path}'")
    return path


@contextmanager
def alone_in(folder):
    """Keeps other processes from working in a folder; one that is killed keeps nobody from it.

    Args:
        folder: path of a folder that is there.

    Raises:
        ValueError: another process works there.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with alone_in(folder), alone_in(folder):
        ...         pass
        Traceback (most recent call last):
        ...
        ValueError: Another process works in this folder. Received: ...
    """
    lock = FileLock(Path(folder) / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ValueError(f"Another process works in this folder. Received: '{folder}'") from None
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()

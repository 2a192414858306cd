"""What the commands print with: results on standard output, progress on standard error."""

import logging
import os
import sys
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

INTERRUPTED = 130  # the exit code that typer makes of Ctrl-C

out = Console(highlight=False)
err = Console(highlight=False, stderr=True)


def prepare_streams():
    """Lets a command print wherever it runs: without a stream, and where the encoding lacks a character such as Å."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:  # closed: the next file to be opened would get its number, and all that is printed
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))
    if hasattr(sys.stdout, "reconfigure"):
        is_unicode = sys.stdout.encoding.lower().replace("-", "") == "utf8"
        sys.stdout.reconfigure(errors="surrogateescape" if is_unicode else "replace")  # names of files are any bytes


def progress_bar():
    """A `rich.progress.Progress` that disappears when done, and is not shown in a file or pipe."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def track(sequence, description):
    """Yields the members of a sequence, or of an iterator, and shows how many are done."""
    with progress_bar() as bar:
        total = len(sequence) if hasattr(sequence, "__len__") else None
        task = bar.add_task(description, total=total, note="")
        for member in sequence:
            yield member
            bar.advance(task)


def start_backend():
    """Imports Keras and its backend, and says so while it takes its seconds."""
    with err.status("starting"):
        import_backend()


def import_backend():
    """Imports Keras and its backend without TensorFlow's own messages, which would hide an error message of one line.

    What its C++ writes to file descriptor 2 when it starts, no environment variable silences.

    Raises:
        ValueError: the backend that KERAS_BACKEND names is not installed.
    """
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _descriptor_2_silenced():
        try:
            import keras
        except ImportError as error:
            raise ValueError(f"Keras or its backend cannot be imported. Received: {error}") from None
        if keras.backend.backend() == "tensorflow":
            import tensorflow

            tensorflow.config.list_logical_devices()


@contextmanager
def _descriptor_2_silenced():
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)

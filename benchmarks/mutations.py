"""Damaged files of every format that is read: `python -m benchmarks.mutations --files 2000`.

Each file is changed at random places (see `benchmarks.damages`) with a fixed seed, and read: that must succeed or end
in a ValueError or OSError of one line that names the file, within seconds and without much memory. All else is a crash:
other errors, signals, hangs. Readers run in processes of their own. Prints a table, and exits with 1 after a crash.
"""

import argparse
import faulthandler
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.damages import mutated
from benchmarks.readers import READERS
from benchmarks.timing import ROOT

COLUMNS = ("reader", "files", "read", "refused in one line", "crashed")
SECONDS = 20  # of processor time
MEMORY = 1.5e9  # bytes beside those that are taken before


def read_all(name, first, n_files):
    """Prints the outcome of each file; ends where a reader takes the process with it."""
    with tempfile.TemporaryDirectory() as folder:
        path, read = READERS[name](Path(folder).resolve())
        read()
        resource.setrlimit(resource.RLIMIT_AS, (int(_address_space() + MEMORY), resource.RLIM_INFINITY))
        for outcome in outcomes(path, read, range(first, n_files)):
            faulthandler.dump_traceback_later(10 * SECONDS, exit=True)  # signals wait for C++ that does not return
            print(outcome, flush=True)


def outcomes(path, read, numbers):
    """Yields what becomes of damaged files, each of its number: "read", "refused", or "crashed: " and how."""
    original = path.read_bytes()
    signal.signal(signal.SIGPROF, _too_slow)
    for number in numbers:
        path.write_bytes(mutated(original, np.random.default_rng(number)))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        yield _outcome(read, path)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _outcome(read, path):
    try:
        read()
    except (ValueError, OSError) as error:
        text = str(error)
        names = path.name in text or str(path.parent) in text
        is_line = "\n" not in text and 0 < len(text) < 1000
        return "refused" if names and is_line else f"crashed: not one line with a name: {text[:1000]!r}"
    except Exception as error:
        return f"crashed: {type(error).__name__}: {str(error)[:300]!r}"
    return "read"


def _too_slow(number, frame):
    raise RuntimeError(f"it takes longer than {SECONDS} s")


def _address_space():
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def outcomes_apart(name, n_files):
    """The outcomes of so many files, in processes of their own."""
    found = []
    while len(found) < n_files:
        options = ["--read", name, str(len(found)), str(n_files)]
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.mutations", *options],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        n_before = len(found)
        found += process.communicate()[0].splitlines()
        if process.returncode and len(found) < n_files:
            if len(found) == n_before == 0:
                raise RuntimeError(f"{name}: the reader does not begin")
            found.append(f"crashed: exit status {process.returncode}")
    return found


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="of each reader")
    parser.add_argument("--readers", nargs="+", default=list(READERS), choices=READERS, metavar="READER", help="some")
    parser.add_argument("--read", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        name, first, n_files = options.read
        return read_all(name, int(first), int(n_files))
    print(*COLUMNS, sep=" | ", flush=True)
    crashes = []
    for name in options.readers:
        found = outcomes_apart(name, options.files)
        counts = Counter(outcome.split(":")[0] for outcome in found)
        print(name, len(found), counts["read"], counts["refused"], counts["crashed"], sep=" | ", flush=True)
        crashes += [f"{name}, file {k}: {line}" for k, line in enumerate(found) if line.startswith("crashed")]
    sys.exit("\n".join(crashes) or None)


if __name__ == "__main__":
    main()

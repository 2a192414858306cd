"""Fixtures for all tests."""

import gc
import os
import re
from pathlib import Path

import pytest

from atomzoo.models.potential.native.build import cache_folder

# Tests compile many small programs and run each a few times: optimizing these would take longer than they run.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")
# The C++ is compiled once, also for tests that have other caches of their own.
os.environ.setdefault("ATOMZOO_CACHE", str(cache_folder()))


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder with reference data of other programs, which are not part of the project."""
    folder = Path(os.environ.get("ATOMZOO_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no reference data: {folder} is not there; name their folder in ATOMZOO_DATA")
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Only tests marked `compiled` or `slow` compile functions: that takes seconds each, and some 50 MB for good."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(not any(item.iter_markers("compiled")) and not any(item.iter_markers("slow")))


@pytest.fixture(scope="module", autouse=True)
def freed_memory():
    """Models refer to themselves: the compiled programs of a file's tests stay in memory until cycles are collected."""
    yield
    gc.collect()


@pytest.fixture
def cluster(monkeypatch):
    """A `Cluster` with a scheduler alone, which is the one in the environment."""
    pytest.importorskip("distributed")
    from atomzoo.datasets.engines.executors import SCHEDULER
    from tests.dask_cluster import Cluster

    cluster = Cluster()
    monkeypatch.setenv(SCHEDULER, cluster.address)
    yield cluster
    while cluster.programs:
        cluster.lose(0)


@pytest.fixture
def atomzoo(capsys):
    """Runs the command line in this process: a function of arguments that returns (exit code, stdout, stderr)."""

    from atomzoo.cli import main

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        return (ended.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def fails(atomzoo, tmp_path):
    """Runs a command that must fail: a line on stderr (beside progress), exit code 1, files as they were. The line."""

    def run(*arguments):
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        code, _, error = atomzoo(*arguments)
        assert code == 1
        error = re.sub(r"^(\d+ structures to train on|epoch \d+ of).*\n", "", error, flags=re.MULTILINE)
        assert error.startswith("atomzoo: error: ") and error.count("\n") == 1 and error.endswith("\n")
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        return error

    return run

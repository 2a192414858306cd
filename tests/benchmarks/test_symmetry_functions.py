"""The benchmark runs; how fast is for a quiet machine to say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.symmetry_functions import as_text

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_smallest_case():
    options = {"task": "evaluation", "cells": 1, "cutoff": 3.0, "repeats": 1}
    command = [sys.executable, "-m", "benchmarks.silicon", json.dumps(options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["atoms"] == 8 and 3 < result["neighbors"] < 5  # four bonds, but for displacements
    assert min(result["minimum"], result["compiled_minimum"], result["memory"]) > 0


def test_training_has_cells_for_what_it_measures():
    row = {"case": "training step", "kind": "G5", "cores": 2, "minimum": 38.24}
    assert as_text(row) == ["training step", "G5", "", "", "2", "38.2", "", ""]

"""The benchmark runs; how fast is for a quiet machine to say."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_smallest_case():
    options = {"task": "evaluation", "cells": 1, "cutoff": 3.0, "repeats": 1}
    command = [sys.executable, "-m", "benchmarks.silicon", json.dumps(options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["atoms"] == 8 and 3 < result["neighbors"] < 8
    assert 0 < result["compiled_minimum"] <= result["compiled_median"]
    assert 0 < result["minimum"] and 0 < result["memory"] < 4


def test_help():
    command = [sys.executable, "-m", "benchmarks.symmetry_functions", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--quick" in done.stdout

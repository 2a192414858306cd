"""The benchmark runs; how fast is for a quiet machine to say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.symmetry_functions import PEERS, as_text

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_smallest_case():
    options = {"task": "evaluation", "cells": 1, "cutoff": 3.0, "repeats": 1}
    command = [sys.executable, "-m", "benchmarks.silicon", json.dumps(options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["atoms"] == 8 and 3 < result["neighbors"] < 5  # four bonds, but for displacements
    assert min(result["minimum"], result["compiled_minimum"], result["memory"]) > 0


def test_quoted_rows_have_only_what_is_known():
    assert as_text(PEERS[0]) == ["n2p2 (quoted)", "G5", "", "", "", "325", "", ""]
    row = {"case": "a", "kind": "G4", "atoms": 8, "neighbors": 4.04, "cores": 1, "minimum": 9.96, "memory": 0.756}
    assert as_text(row) == ["a", "G4", "8", "4.0", "1", "10.0", "", "0.76"]

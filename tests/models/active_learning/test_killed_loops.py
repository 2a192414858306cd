"""Loops of `atomzoo.models.active_learning.refine` that are killed, and go on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from atomzoo.models.active_learning import refinement_steps
from atomzoo.models.active_learning.refine import refine
from tests.models.engines import EMTEngine, linear_fit, triangles

ROOT = Path(__file__).parents[3]
KILLS = ("label 3", "round 0", "training 2")  # one after the other; each process counts anew
BUDGET = 8
N_STARTS = 2  # of each search, which is not what is tested here


def refine_killed_at(moment, folder):
    """Runs in another process."""
    trained = []

    def kill(now):
        if now == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    class Engine(EMTEngine):
        def label(self, structures):
            labels = super().label(structures)
            kill(f"label {self.n_calls}")  # the work is done, but nothing is written
            return labels

    def train(structures, seed):
        trained.append(linear_fit(structures, seed))
        kill(f"training {len(trained)}")
        return trained[-1]

    def after_round(row):
        kill(f"round {row['round']}")

    refinement_steps.N_STARTS = N_STARTS
    refine(triangles(16, bond=2.85), Named(Engine()), folder, Named(train), 1e-9, BUDGET, callback=after_round)


class Named:
    """Engine or training that a folder knows again, whatever is inside."""

    def __init__(self, inside):
        self.inside = inside
        self.label = getattr(inside, "label", None)

    def __call__(self, *arguments):
        return self.inside(*arguments)

    def __repr__(self):
        return "named"


def contents(folder):
    """All files but potentials, which hold the time; and but what the killed process was writing."""
    files = [path for path in folder.rglob("[!.]*") if path.is_file() and path.suffix != ".keras"]
    return {path.relative_to(folder): path.read_bytes() for path in files}


@pytest.mark.slow
def test_a_killed_loop_ends_with_the_same_result(tmp_path, monkeypatch):
    monkeypatch.setattr(refinement_steps, "N_STARTS", N_STARTS)
    expected = refine(triangles(16, bond=2.85), Named(EMTEngine()), tmp_path / "a", Named(linear_fit), 1e-9, BUDGET)
    folder, environment = tmp_path / "b", os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    for moment in KILLS:
        module = "tests.models.active_learning.test_killed_loops"
        script = f"from {module} import refine_killed_at as run; run({moment!r}, {str(folder)!r})"
        killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True)
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        n_before = len(list((folder / "labels").glob("[0-9]*.extxyz")))
        assert n_before < BUDGET and (folder / "log.csv").exists() == (moment != "label 3")
    engine = EMTEngine()
    result = refine(triangles(16, bond=2.85), Named(engine), folder, Named(linear_fit), 1e-9, BUDGET)
    assert engine.n_calls == BUDGET - n_before
    assert result.rounds == expected.rounds and len(result.rounds) >= 1
    assert contents(folder) == contents(tmp_path / "a")
    for weights, others in zip(result.potential.get_weights(), expected.potential.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, others)

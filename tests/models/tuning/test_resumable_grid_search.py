"""The search without any network: what is handed out, and what a kill leaves at each moment that files change."""

import itertools
import json
import os
from collections import Counter

import keras
import keras_tuner
import pytest

from atomzoo.models.tuning.resumable_grid_search import ResumableGridSearch

GRID = {"layers": [4, 5, 6], "nodes": [16, 32], "rate": [0.1, 0.2]}
COMBINATIONS = list(itertools.product(*GRID.values()))

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="KerasTuner is used with TensorFlow")


@pytest.fixture(autouse=True)
def nothing_to_clear(monkeypatch):
    monkeypatch.setattr(keras.backend, "clear_session", lambda: None)  # a tenth of a second, a thousand times


class Killed(BaseException):
    """What no `except Exception` catches."""


class Recorder(keras_tuner.HyperModel):
    """Trains nothing; knows what was asked for."""

    def __init__(self, runs, failing=()):
        super().__init__()
        self.runs, self.failing = runs, failing

    def build(self, hp):
        return tuple(hp.get(name) for name in GRID)

    def fit(self, hp, model, callbacks=(), **kwargs):
        self.runs.append(model)
        if model in self.failing:
            raise keras_tuner.errors.FailedTrialError("it diverged")
        return {"val_rmse": model[0] + 0.01 * model[1] + model[2]}


def search(folder, runs, progress=None, **options):
    space = keras_tuner.HyperParameters()
    for name, values in GRID.items():
        space.Choice(name, values)
    tuner = ResumableGridSearch(Recorder(runs, **options), "val_rmse", space, folder, progress, len(COMBINATIONS))
    tuner.search(verbose=0)
    return tuner


def values(tuner):
    trials = [tuner.oracle.trials[trial_id] for trial_id in tuner.oracle.start_order]
    return [tuple(trial.hyperparameters.get(name) for name in GRID) for trial in trials], trials


def test_every_combination_once(tmp_path):
    runs, counts = [], []
    tuner = search(tmp_path, runs, progress=lambda *count: counts.append(count))
    tried, trials = values(tuner)
    assert tried == runs and sorted(tried) == sorted(COMBINATIONS)
    assert {trial.status for trial in trials} == {"COMPLETED"}
    (best,) = tuner.oracle.get_best_trials(1)
    assert best.score == pytest.approx(4.26) and best.hyperparameters.get("nodes") == 16
    assert counts == [("trials", n, 12) for n in range(13)]


def test_a_complete_search_is_not_repeated(tmp_path, capsys):
    first = values(search(tmp_path, []))[0]
    runs = []
    assert values(search(tmp_path, runs))[0] == first and runs == []


def test_a_failed_trial_is_no_reason_to_end(tmp_path):
    tried, trials = values(search(tmp_path, [], failing=COMBINATIONS[:5]))
    assert sorted(tried) == sorted(COMBINATIONS)
    assert Counter(trial.status for trial in trials) == {"FAILED": 5, "COMPLETED": 7}


def test_an_error_in_a_trial_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(Recorder, "fit", lambda *_, **__: 1 / 0)
    with pytest.raises(keras_tuner.errors.FatalError, match="division by zero"):
        search(tmp_path, [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_moment(tmp_path, monkeypatch, when, capsys):
    """Before or after each file is replaced, in the first three trials and in the last."""
    replace, n_moments = os.replace, 0

    def killed_at(moment):
        count = itertools.count()

        def kill(source, target):
            now = next(count) == moment
            if now and when == "before":
                raise Killed
            replace(source, target)
            if now:
                raise Killed

        return kill

    for moment in itertools.chain(range(20), range(78, 84)):
        folder, runs = tmp_path / str(moment), []
        folder.mkdir()
        monkeypatch.setattr(os, "replace", killed_at(moment))
        with pytest.raises(Killed):
            search(folder, runs)
        monkeypatch.setattr(os, "replace", replace)
        tried, trials = values(search(folder, runs))
        assert sorted(tried) == sorted(COMBINATIONS)
        assert {trial.status for trial in trials} == {"COMPLETED"}
        assert [trial.score for trial in trials] == [pytest.approx(a + 0.01 * b + c) for a, b, c in tried]
        assert len(runs) <= len(COMBINATIONS) + 1  # the one that ran when it was killed may run again
        assert len(list((folder / "trials").glob("trial_*"))) == len(COMBINATIONS)
        n_moments += 1
    assert n_moments == 26


def test_keras_tuners_own_search_still_cannot_be_resumed(tmp_path, capsys):
    """When this fails, KerasTuner has mended it, and `ResumableGridOracle.reload` may become shorter."""
    space = keras_tuner.HyperParameters()
    space.Choice("a", [1, 2, 3])
    options = {"objective": keras_tuner.Objective("val_rmse", "min"), "hyperparameters": space}
    oracle = keras_tuner.oracles.GridSearchOracle(**options)
    oracle._set_project_dir(str(tmp_path), "trials")
    trial = oracle.create_trial("tuner0")
    oracle.update_trial(trial.trial_id, {"val_rmse": 1.0})
    oracle.save()
    again = keras_tuner.oracles.GridSearchOracle(**options)
    again._set_project_dir(str(tmp_path), "trials")
    again.reload()
    trial = again.create_trial("tuner0")
    trial.status = "COMPLETED"
    again.update_trial(trial.trial_id, {"val_rmse": 1.0})
    again.end_trial(trial)
    with pytest.raises(KeyError):
        again.create_trial("tuner0")


def test_files_hold_no_pickle(tmp_path):
    search(tmp_path, [])
    files = [path for path in (tmp_path / "trials").rglob("*") if path.is_file()]
    assert len(files) == len(COMBINATIONS) + 2
    for path in files:
        json.loads(path.read_text())

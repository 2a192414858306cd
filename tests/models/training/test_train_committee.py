import keras
import pytest

from atomzoo import load_potential
from atomzoo.datasets import gold_clusters
from atomzoo.layers import SymmetryFunction
from atomzoo.models.training import train_committee as module
from atomzoo.models.training import train_potential as single


class Killed(Exception):
    pass


@pytest.fixture
def calls(monkeypatch):
    """How many structures functions were chosen from, each time, and the cutoff that was asked for."""
    calls = []

    def chosen(structures, cutoff):
        calls.append((len(structures), cutoff))
        return [SymmetryFunction("G2", 5.0, eta=0.1, rs=float(len(calls)), neighbors=("Au",))]

    monkeypatch.setattr(single, "functions_from_data", chosen)
    return calls


def test_functions_are_chosen_once_for_all_members(calls, tmp_path):
    structures, _ = gold_clusters.load_data(2)
    module.train_committee(structures[:20], 3, tmp_path / "a.keras", cutoff=5.0, hidden=(2,), epochs=1)
    assert calls == [(20, 5.0)]
    assert {load_potential(tmp_path / f"a-{k}.keras").functions[0].rs for k in (1, 2, 3)} == {1.0}


def test_complete_members_are_not_trained_again(tmp_path):
    """A committee that was killed in its second member goes on there, and is what it would have been."""
    structures, _ = gold_clusters.load_data(2)
    functions = [SymmetryFunction("G2", 5.0, eta=0.1, neighbors=("Au",))]
    options = {"functions": functions, "hidden": (2,), "epochs": 4, "optimizer": "adam", "resume": True}
    expected = module.train_committee(structures[:20], 2, tmp_path / "whole.keras", **options)
    began = []

    def kill(logs):
        began.append(None)
        if len(began) == 2:
            raise Killed

    callbacks = [keras.callbacks.LambdaCallback(on_train_begin=kill)]
    with pytest.raises(Killed):
        module.train_committee(structures[:20], 2, tmp_path / "a.keras", callbacks=callbacks, **options)
    assert sorted(path.name for path in tmp_path.glob("a*")) == ["a-1.checkpoint", "a-1.csv", "a-1.keras"]
    found = module.train_committee(structures[:20], 2, tmp_path / "a.keras", callbacks=callbacks, **options)
    assert len(began) == 3 and [each.history for each in found] == [each.history for each in expected]
    names = ["a-1.csv", "a-1.keras", "a-2.csv", "a-2.keras"]
    assert sorted(path.name for path in tmp_path.glob("a*")) == names

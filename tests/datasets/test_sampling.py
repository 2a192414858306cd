"""Sampling by force: intervals by hand."""

import numpy as np

from atomzoo.datasets.sampling import sampled_steps, sampling_intervals


def test_intervals_of_equation_7_2():
    forces = np.zeros((6, 3))
    forces[:, 1] = [0, 0.29, 0.31, 1.4, 1.6, 5]  # 3 / 0.29 = 10.3, 9.7, 2.1, 1.9, 0.6
    assert sampling_intervals(forces, alpha=3.0, max_interval=10).tolist() == [10, 10, 9, 2, 1, 1]
    assert sampling_intervals(forces, alpha=3.0, max_interval=4).tolist() == [4, 4, 4, 2, 1, 1]


def test_the_interval_of_the_present_force_decides():
    """At rest sampled at 0 and 10; with 1.4 eV/A (2 steps) at 5 and 6, sampled at 5, while 6 is too early."""
    forces = np.zeros((12, 2, 3))
    forces[5:7, 1, 2] = -1.4
    sampled = sampled_steps(forces, alpha=3.0, max_interval=10)
    assert np.flatnonzero(sampled[:, 0]).tolist() == [0, 10]
    assert np.flatnonzero(sampled[:, 1]).tolist() == [0, 5]


def test_large_forces_are_favored():
    forces = np.random.default_rng(0).normal(size=(500, 40, 3))
    magnitudes = np.linalg.norm(forces, axis=-1)
    sampled = magnitudes[sampled_steps(forces, alpha=10.0, max_interval=10)]
    assert sampled.mean() > 1.1 * magnitudes.mean()
    assert np.mean(sampled > 3) > 2 * np.mean(magnitudes > 3)

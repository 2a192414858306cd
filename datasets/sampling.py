"""Which atoms of a trajectory to keep: more of those with large forces (Stende 2017)."""

import numpy as np


def sampling_intervals(forces, alpha, max_interval):
    """Steps that must pass before an atom is sampled again, so that atoms with large forces are sampled more often.

        tau = min(floor(alpha / |F|), tau_max)

    and at least 1: equation 7.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular
    dynamics, University of Oslo (2017).

    Args:
        forces: (..., 3), eV/A.
        alpha: eV/A; atoms with a force above `alpha / 2` are sampled at every step.
        max_interval: tau_max, steps.

    Returns:
        (...), int.

    Example:
        >>> sampling_intervals([[0, 0, 0], [0.6, 0.8, 0], [0, 0, 100]], alpha=3.0, max_interval=10).tolist()
        [10, 3, 1]
    """
    magnitudes = np.linalg.norm(forces, axis=-1)
    return np.floor(np.clip(alpha / np.maximum(magnitudes, 1e-300), 1, max_interval)).astype(int)


def sampled_steps(forces, alpha, max_interval):
    """Which atoms to sample at which steps: those whose interval (of their present force) has passed.

    Args:
        forces: (T, N, 3), total forces in T successive steps, eV/A (after reverse communication: LAMMPS's dumps have
            them).
        alpha, max_interval: see `sampling_intervals`.

    Returns:
        (T, N), bool; all atoms are sampled at the first step.

    Example:
        >>> forces = [[[0, 0, 0.0], [0, 0, 1.0], [0, 0, 9.0]]] * 7
        >>> sampled_steps(forces, alpha=3.0, max_interval=6).sum(axis=0).tolist()
        [2, 3, 7]
    """
    intervals = sampling_intervals(forces, alpha, max_interval)
    sampled = np.zeros(intervals.shape, bool)
    last = np.full(intervals.shape[1], -max_interval)
    for step, interval in enumerate(intervals):
        sampled[step] = step - last >= interval
        last[sampled[step]] = step
    return sampled

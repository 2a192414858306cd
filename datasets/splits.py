"""Which frames of a trajectory are kept, and which of these validate."""

import numpy as np


def add_splits(frames, seed=0):
    """Set `step`, `kept`, `random` and `block` in the info of every frame.

    `kept`: the energy is at most two standard deviations above the mean, as Barch and Tubman filter. `random` and
    `block` are "train", "validation" or "removed" (not kept): a tenth of the kept frames validates, drawn at random, or
    in two contiguous stretches of the kept trajectory, from 35 to 40 and from 85 to 90 per cent of it.

    Args:
        frames: list of Atoms with energies, in the order of the trajectory; changed in place.
        seed: of the random split.

    Returns:
        the same list.

    Raises:
        ValueError: no frames.

    Example:
        >>> from ase import Atoms
        >>> from ase.calculators.singlepoint import SinglePointCalculator
        >>> frames = [Atoms("Au") for _ in range(10)]
        >>> for energy, frame in enumerate(frames):
        ...     frame.calc = SinglePointCalculator(frame, energy=energy)
        >>> [frame.info["random"] for frame in add_splits(frames)].count("validation")
        1
    """
    if not frames:
        raise ValueError("A split needs frames. Received: none")
    energies = np.array([frame.get_potential_energy() for frame in frames])
    kept = energies <= energies.mean() + 2 * energies.std()
    n_kept = int(kept.sum())
    part = np.arange(n_kept) / n_kept
    validation = {
        "random": np.random.default_rng(seed).permutation(n_kept) < round(n_kept / 10),
        "block": ((part >= 0.35) & (part < 0.40)) | ((part >= 0.85) & (part < 0.90)),
    }
    rank = np.cumsum(kept) - 1
    for step, frame in enumerate(frames):
        frame.info |= {"step": step, "kept": bool(kept[step])}
        for name, validates in validation.items():
            used = "validation" if validates[rank[step]] else "train"
            frame.info[name] = used if kept[step] else "removed"
    return frames

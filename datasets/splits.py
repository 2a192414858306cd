"""Which structures validate: of any data, and of a trajectory, some of whose frames are left out."""

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


def split_structures(structures, validation_fraction, seed=0):
    """Holds out a part of the structures, of all compositions and sizes alike.

    Args:
        structures: list of `ase.Atoms`.
        validation_fraction: part that is held out, at least 0 and less than 1; rounded to a whole number of structures.
        seed: of the choice among structures of one composition and size.

    Returns:
        `(train, validation)`, each in the order given.

    Raises:
        ValueError: a fraction out of range, or one that leaves nothing to train on.

    Example:
        >>> from ase.build import molecule
        >>> train, validation = split_structures([molecule("H2O")] * 10 + [molecule("CO2")] * 10, 0.2)
        >>> [str(atoms.symbols) for atoms in validation]
        ['OH2', 'OH2', 'CO2', 'CO2']
    """
    if not 0 <= validation_fraction < 1:
        raise ValueError(f"`validation_fraction` must be at least 0 and less than 1. Received: {validation_fraction}")
    n_validation = round(validation_fraction * len(structures))
    if n_validation >= len(structures):
        raise ValueError(
            f"No structures are left to train on. Received: {len(structures)} structures, {validation_fraction=}"
        )
    rng = np.random.default_rng(seed)
    kinds = [(atoms.symbols.formula.reduce()[0].format("hill"), len(atoms)) for atoms in structures]
    draws = rng.random(len(structures))
    order = sorted(range(len(structures)), key=lambda k: (kinds[k], draws[k]))
    steps = (np.arange(n_validation) + rng.random()) / max(n_validation, 1)
    held_out = {order[int(step * len(structures))] for step in steps}
    train = [atoms for k, atoms in enumerate(structures) if k not in held_out]
    return train, [atoms for k, atoms in enumerate(structures) if k in held_out]

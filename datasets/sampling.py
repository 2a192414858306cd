"""Which atoms and structures of a trajectory to keep: more of those with large forces (Stende 2017)."""

import ase
import numpy as np

from atomzoo.datasets.arrays.neighbors import neighbor_list


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


def sampled_frames(frames, alpha, max_interval):
    """Whole structures to sample: as `sampled_steps`, by the largest force in the structure.

    Args:
        frames: list of Atoms with forces, successive steps.
        alpha, max_interval: see `sampling_intervals`.

    Returns:
        list of Atoms, some of the frames.
    """
    largest = [max(frame.get_forces(), key=np.linalg.norm) for frame in frames]
    sampled = sampled_steps(np.reshape(largest, (-1, 1, 3)), alpha, max_interval)
    return [frame for frame, keep in zip(frames, sampled[:, 0], strict=True) if keep]


def environments(frame, indices, cutoff):
    """Cut out the environments of some atoms, as free clusters.

    The energy of the atom is a function of its cluster only if `cutoff` is as large as the energy's range. LAMMPS
    shares a three-body term equally among its atoms, so that range is twice the cutoff of Stillinger and Weber.

    Args:
        frame: Atoms with the energies (n,) of its atoms, eV, or without labels.
        indices: the atoms in the middle.
        cutoff: A.

    Returns:
        list of Atoms, not periodic: the atom at the origin, then its neighbors, the nearest first. If the frame has
        energies, that of the middle atom is in `info["atomic_energy"]` (eV).

    Example:
        >>> chain = ase.Atoms("CO", [[0, 0, 0], [1, 0, 0]], cell=[2, 9, 9], pbc=True)
        >>> environments(chain, [1], cutoff=1.5)[0].get_chemical_formula()
        'C2O'
    """
    first, second, shifts = neighbor_list(frame, cutoff)
    displacements = frame.positions[second] + shifts - frame.positions[first]
    clusters = []
    for index in indices:
        pairs = np.flatnonzero(first == index)
        pairs = pairs[np.argsort(np.linalg.norm(displacements[pairs], axis=1), kind="stable")]
        numbers = frame.numbers[[index, *second[pairs]]]
        cluster = ase.Atoms(numbers, np.vstack([np.zeros(3), displacements[pairs]]))
        if frame.calc is not None and "energies" in frame.calc.results:
            cluster.info["atomic_energy"] = float(frame.calc.results["energies"][index])
        clusters.append(cluster)
    return clusters

"""Labelled structures that are probably mistakes: of a conversion of units, of a calculation that failed, of a file."""

import warnings
from collections import defaultdict

import numpy as np
from ase.data import covalent_radii

from atomzoo.datasets.arrays.labels import find_label, labels
from atomzoo.datasets.arrays.neighbors import neighbor_list

# Data of dynamics, even of compressed hydrogen or of dimers pulled apart, stay within half of each of these.
LARGEST_SCORE = 50.0  # robust standard deviations of the energy per atom ...
SMALLEST_DEVIATION = 0.02  # eV/atom; ... which count as this much at least
LARGEST_FORCE = 100.0  # eV/A
SMALLEST_DISTANCE = 0.6  # of the sum of the covalent radii
LARGEST_SHARE = 0.02  # of structures that are copies of others; runs that start from one structure give some
SAME_ENERGY = 1e-3  # eV/atom
FEWEST = 5  # structures, of which outliers and shares are told


class SuspiciousDataWarning(UserWarning):
    """Labelled structures are probably mistakes; silenced by `warnings.filterwarnings`."""


def warn_about_suspicious_data(structures):
    """Issues one `SuspiciousDataWarning` for each kind of mistake that is found, see `find_suspicious_data`."""
    for found in find_suspicious_data(structures):
        warnings.warn(found, SuspiciousDataWarning, stacklevel=3)


def find_suspicious_data(structures):
    """What is probably wrong with labelled structures.

    Energies are judged per atom, counted from references of the elements that are fitted so that a few outliers do not
    matter, by their distance from the median in robust standard deviations (1.4826 times the median distance).

    Args:
        structures: list of `ase.Atoms` with energies in eV, and perhaps forces in eV/A.

    Returns:
        List of lines, at most one for each kind: energies far from the others', forces above 100 eV/A, atoms closer
        than 60 % of the sum of their covalent radii, and structures that occur again, with another energy or often.
        Each names the worst structure and value, and how many there are.

    Raises:
        ValueError: as `labels`, without energies.

    Example:

    >>> import ase
    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> structures = [ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5 + 0.1 * k]]) for k in range(9)]
    >>> for k, atoms in enumerate(structures):
    ...     atoms.calc = SinglePointCalculator(atoms, energy=-3.0 + (k == 7) * 1e4)
    >>> find_suspicious_data(structures)[0][:66]
    'structure 7: its energy is 5000 eV/atom above the median (2.5e+05 '
    """
    energies = labels(structures, ("energy_per_atom",))["energy_per_atom"]
    found = [_energies(structures, energies), _forces(structures), _distances(structures)]
    return [line for line in [*found, _copies(structures, energies)] if line]


def _energies(structures, energies):
    if len(structures) < FEWEST:
        return None
    deviations = energies - _references(structures, energies)
    deviations -= np.median(deviations)
    spread = max(1.4826 * float(np.median(np.abs(deviations))), SMALLEST_DEVIATION)
    scores = np.abs(deviations) / spread
    k = int(scores.argmax())
    side = "above" if deviations[k] > 0 else "below"
    value = f"its energy is {abs(deviations[k]):.4g} eV/atom {side} the median ({scores[k]:.3g} standard deviations)"
    return _line(k, value, scores > LARGEST_SCORE)


def _references(structures, energies):
    """What the elements' shares give (S,), in eV/atom: least absolute deviations, by reweighted least squares."""
    elements, place = np.unique(np.concatenate([a.numbers for a in structures]), return_inverse=True)
    counts = np.zeros((len(structures), len(elements)))
    np.add.at(counts, (np.repeat(np.arange(len(structures)), [len(a) for a in structures]), place), 1.0)
    shares, weights = counts / counts.sum(axis=1, keepdims=True), np.ones(len(structures))
    for _ in range(30):
        fitted = shares @ np.linalg.lstsq(shares * weights[:, None], energies * weights, rcond=None)[0]
        weights = np.maximum(np.abs(energies - fitted), 1e-4) ** -0.5
    return fitted


def _forces(structures):
    found = (find_label(atoms, "forces") for atoms in structures)
    sizes = np.array([0.0 if f is None else np.linalg.norm(f, axis=1).max() for f in found])
    k = int(sizes.argmax())
    return _line(k, f"a force is {sizes[k]:.4g} eV/A", sizes > LARGEST_FORCE)


def _distances(structures):
    ratios = np.array([_closest(atoms) for atoms in structures])
    k = int(ratios.argmin())
    return _line(k, f"two atoms are at {100 * ratios[k]:.0f} % of their covalent distance", ratios < SMALLEST_DISTANCE)


def _closest(atoms):
    """The shortest distance, in units of the sum of the covalent radii; infinite where atoms are far apart."""
    radii = covalent_radii[atoms.numbers]
    first, second, shifts = neighbor_list(atoms, max(2 * SMALLEST_DISTANCE * radii.max(), 1.0))
    distances = np.linalg.norm(atoms.positions[second] + shifts - atoms.positions[first], axis=1)
    return (distances / (radii[first] + radii[second])).min(initial=np.inf)


def _copies(structures, energies):
    of_geometry = defaultdict(list)
    for k, atoms in enumerate(structures):
        of_geometry[_geometry(atoms)].append(k)
    groups = [group for group in of_geometry.values() if len(group) > 1]
    if not groups:
        return None
    worst = max(groups, key=lambda group: np.ptp(energies[group]))
    difference, copies = np.ptp(energies[worst]), sum(len(group) - 1 for group in groups)
    often = len(structures) >= FEWEST and copies > LARGEST_SHARE * len(structures)
    if difference <= SAME_ENERGY and not often:
        return None
    line = f"structure {worst[1]}: it is structure {worst[0]} again, with an energy {difference:.3g} eV/atom apart"
    return f"{line}; in all {copies} of {len(structures)} structures are copies"


def _geometry(atoms):
    numbers = np.concatenate([atoms.positions.ravel(), atoms.cell.array.ravel()]).round(6) + 0.0  # no -0
    return atoms.numbers.tobytes(), atoms.pbc.tobytes(), numbers.tobytes()


def _line(k, what, wrong):
    return f"structure {k}: {what}; in all {wrong.sum()} of {len(wrong)} structures" if wrong.any() else None

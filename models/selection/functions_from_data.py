"""A set of symmetry functions for structures of which nothing else is known: the default of training."""

import math

import numpy as np

from atomzoo.datasets.arrays.batch import elements_of
from atomzoo.datasets.arrays.validation import find_problem
from atomzoo.layers.descriptors.functions import checked_cutoff
from atomzoo.models.selection.select_functions import (
    feature_values,
    initial_functions,
    neighbor_distances,
    ranges,
    select_functions,
)

MOST_STRUCTURES, MOST_ATOMS = 300, 20000  # that are looked at; of more, every second, every third ...
N_NEIGHBORS = 40  # mean number of neighbors within the cutoff ...
LARGEST_CUTOFF = 6.5  # A; ... which is no larger than this, nor ...
SMALLEST_CUTOFF = 2.0  # A
# Shifted G2 as wide as their spacing: with half of that, networks learn 200 structures of TiO2 and miss others.
INITIAL = {"n_centered": 4, "n_shifted": 8, "n_widths": 1, "zetas": (1, 2, 4), "overlap": 1.0}
N_SHELLS = {1: 4, 2: 2}  # by the number of elements; of more, whose pairs are many, one
LARGEST_CORRELATION = 0.9995
SMALLEST_RANGE = 1e-3


def functions_from_data(structures, cutoff=None):
    """Symmetry functions that cover the distances and angles of structures, without those that say the same.

    The cutoff is that of 40 neighbors in the mean, from 2 to 6.5 A: so many atoms decide the energy of one about as far
    as data tell, and cost and noise grow with their number. Within it lie, for each neighbor element, 12 G2, and for
    each pair of them 6 G5 at the atom and 6 on each of some shells: four for one element, two for two, else one
    (`initial_functions`). Of two functions that correlate by more than 0.9995 over the data one is left out
    (`select_functions`).

    Args:
        structures: list of `ase.Atoms`; labels are not looked at.
        cutoff: radius in A; None to choose it.

    Returns:
        List of `SymmetryFunction` with `neighbors` set. Equal structures give equal lists.

    Raises:
        ValueError: a bad cutoff, one within which no atom has a neighbor, or a structure that cannot be used.

    Example:
        >>> from ase.build import bulk
        >>> silicon = [bulk("Si", a=a) for a in (5.3, 5.4, 5.5)]
        >>> silicon[1].rattle(0.1)
        >>> functions = functions_from_data(silicon)
        >>> functions[0].cutoff, {function.kind for function in functions} == {"G2", "G5"}
        (5.89, True)
    """
    for k, atoms in enumerate(structures):
        if problem := find_problem(atoms):
            raise ValueError(f"structure {k}: {problem}")
    elements = elements_of(structures)
    every = max(len(structures) / MOST_STRUCTURES, sum(map(len, structures)) / MOST_ATOMS, 1)
    sample = structures[:: math.ceil(every)]
    cutoff = cutoff_from_data(sample) if cutoff is None else checked_cutoff(cutoff)
    neighbors = [element for element in elements if len(neighbor_distances(sample, cutoff, element))]
    if not neighbors:
        raise ValueError(f"No atom has a neighbor within {cutoff:g} A, so that no function can be chosen.")
    functions = initial_functions(sample, neighbors, cutoff, n_shells=N_SHELLS.get(len(neighbors), 1), **INITIAL)
    varying = {
        element: values
        for element, values in feature_values(sample, functions, elements).items()
        if ranges(values)["range"].max() >= SMALLEST_RANGE
    }
    return select_functions(varying, SMALLEST_RANGE, LARGEST_CORRELATION).functions if varying else functions


def cutoff_from_data(structures):
    """The radius in A, to a hundredth, within which atoms have 40 neighbors in the mean, from 2 to 6.5 A."""
    n_neighbors = N_NEIGHBORS * sum(map(len, structures))
    distances = neighbor_distances(structures, LARGEST_CUTOFF)
    if len(distances) <= n_neighbors:
        return LARGEST_CUTOFF
    return max(SMALLEST_CUTOFF, round(float(np.partition(distances, n_neighbors)[n_neighbors]), 2))

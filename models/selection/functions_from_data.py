"""A set of symmetry functions for structures of which nothing else is known: the default of training."""

import math

import numpy as np

from atomzoo.datasets.arrays.batch import elements_of
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
COUNTS = {"n_centered": 4, "n_shifted": 8, "n_widths": 1, "zetas": (1, 2, 4)}
N_SHELLS, N_SHELLS_OF_MANY = 4, 1  # of up to two elements, and of more, whose pairs are many
LARGEST_CORRELATION = 0.9995
SMALLEST_RANGE = 1e-3


def functions_from_data(structures, cutoff=None):
    """Symmetry functions that cover the distances and angles of structures, without those that say the same.

    The cutoff is that of 40 neighbors in the mean, from 2 to 6.5 A: so many atoms decide the energy of one about as far
    as data tell, and cost and noise grow with their number. Within it lie, for each neighbor element, 12 G2, and for
    each pair of them 6 wide G5 and 6 on each of four shells, of one where there are more than two elements
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
        (5.48, True)
    """
    elements = elements_of(structures)
    every = max(len(structures) / MOST_STRUCTURES, sum(map(len, structures)) / MOST_ATOMS, 1)
    sample = structures[:: math.ceil(every)]
    cutoff = cutoff_from_data(sample) if cutoff is None else checked_cutoff(cutoff)
    neighbors = [element for element in elements if len(neighbor_distances(sample, cutoff, element))]
    if not neighbors:
        raise ValueError(f"No atom has a neighbor within {cutoff:g} A, so that no function can be chosen.")
    n_shells = N_SHELLS if len(neighbors) <= 2 else N_SHELLS_OF_MANY
    functions = initial_functions(sample, neighbors, cutoff, n_shells=n_shells, **COUNTS)
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

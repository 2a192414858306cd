"""Tells where a potential is asked for environments unlike those it was trained on."""

import warnings
from dataclasses import dataclass

import numpy as np

ROUNDING = 100  # units in the last place, of the largest value in the data (at least 1)


class ExtrapolationWarning(UserWarning):
    """A symmetry-function value lies outside its range in the training data; silenced by `warnings.filterwarnings`."""


class ExtrapolationError(ValueError):
    """So many atoms have a symmetry function outside its range that the calculation was to stop."""


@dataclass(frozen=True)
class Extrapolation:
    """A symmetry-function value outside its range in the training data.

    Attributes:
        atom: index of the atom.
        symbol: its chemical symbol.
        function: the symmetry function in words.
        value: its value.
        limits: its smallest and largest value over atoms of this element in the data of `adapt`.
    """

    atom: int
    symbol: str
    function: str
    value: float
    limits: tuple[float, float]

    def __str__(self):
        smallest, largest = self.limits
        return (
            f"atom {self.atom} ({self.symbol}): {self.function} is {self.value:.6g}, "
            f"outside its range in the training data, {smallest:.6g} to {largest:.6g}"
        )


def find_extrapolations(potential, atoms, features):
    """All symmetry-function values outside their range in the training data.

    Values that differ from the range by rounding are inside. An element that `adapt` never saw has no range.

    Args:
        potential: `NeuralNetworkPotential`.
        atoms: `ase.Atoms` with n atoms.
        features: (n, F) unscaled symmetry-function values, as of `potential.evaluate_atoms(atoms)["features"]`.

    Returns:
        List of `Extrapolation`, the worst first: that which is farthest outside, measured by the width of its range.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> from atomzoo.layers import SymmetryFunction
    >>> from atomzoo import NeuralNetworkPotential, find_extrapolations
    >>> train, _ = gold_clusters.load_data(n_atoms=3)
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G2", cutoff=6.5, eta=0.2)])
    >>> potential.adapt(train)
    >>> atoms = train[0].copy()
    >>> atoms.positions *= 1.5
    >>> len(find_extrapolations(potential, atoms, potential.evaluate_atoms(atoms)["features"]))
    3
    """
    excess, limits = _excess(potential, atoms, features)
    outside = np.argwhere(excess > 0)
    if len(outside) == 0:
        return []
    functions = potential.functions
    names = {column: str(functions[column]) for column in np.unique(outside[:, 1])}
    worst_first = outside[np.argsort(-excess[excess > 0], kind="stable")]
    return [_extrapolation(names[place[1]], atoms, features, limits, *place) for place in worst_first]


def _extrapolation(function, atoms, features, limits, atom, column):
    """The `Extrapolation` of a value; `function` in words, `limits` as of `_excess`."""
    symbol = atoms.symbols[atom]
    smallest, largest = (float(limit[column]) for limit in limits[symbol])
    return Extrapolation(int(atom), symbol, function, float(features[atom, column]), (smallest, largest))


def find_outside(potential, atoms, features):
    """Which values are outside their range, bool (n, F); see `find_extrapolations`."""
    return _excess(potential, atoms, features)[0] > 0


def distance_outside(potential, atoms, features):
    """How far a structure is outside the training data: the largest distance of a value from its range.

    Args:
        potential, atoms, features: as for `find_extrapolations`.

    Returns:
        float, in widths of the range; 0 if all values are inside.
    """
    return float(_excess(potential, atoms, features)[0].max(initial=0.0))


def warn_about_extrapolations(potential, atoms, features):
    """Issues one `ExtrapolationWarning` if any value is outside its range, see `extrapolations_in_words`.

    Args:
        potential, atoms, features: as for `find_extrapolations`.
    """
    n_atoms, words = extrapolations_in_words(potential, atoms, features)
    if n_atoms:
        warnings.warn(words, ExtrapolationWarning, stacklevel=3)


def extrapolations_in_words(potential, atoms, features):
    """How many atoms have a value outside its range; the worst such value, and how many there are, in words.

    Args:
        potential, atoms, features: as for `find_extrapolations`.
    """
    excess, limits = _excess(potential, atoms, features)
    is_outside = excess > 0
    n_atoms = int(is_outside.any(axis=1).sum())
    if not n_atoms:
        return 0, ""
    atom, column = np.unravel_index(excess.argmax(), excess.shape)
    worst = _extrapolation(str(potential.functions[column]), atoms, features, limits, atom, column)
    return n_atoms, f"{worst}; in all {is_outside.sum()} values of {n_atoms} atoms are outside"


def widened_range(potential, element):
    """The range of each feature of an element's atoms, (F,) and (F,), widened by what is taken to be rounding."""
    smallest, largest = potential.feature_range(element)
    tolerance = _tolerance(potential, smallest, largest)
    return smallest - tolerance, largest + tolerance


def _tolerance(potential, smallest, largest):
    magnitude = np.maximum(np.maximum(np.abs(smallest), np.abs(largest)), 1.0)
    return ROUNDING * np.finfo(potential.compute_dtype).eps * magnitude


def _excess(potential, atoms, features):
    """How far each value is outside its range, in widths of the range, (n, F), 0 inside; and each element's limits."""
    symbols = np.array(atoms.get_chemical_symbols())
    limits = {symbol: potential.feature_range(symbol) for symbol in set(symbols)}
    excess = np.zeros_like(features)
    for symbol, (smallest, largest) in limits.items():
        known = np.isfinite(smallest)
        place = np.ix_(symbols == symbol, known)
        values, smallest, largest = features[place], smallest[known], largest[known]
        tolerance = _tolerance(potential, smallest, largest)
        outside = np.maximum(smallest - values, values - largest)
        excess[place] = np.where(outside > tolerance, outside / (largest - smallest + tolerance), 0.0)
    return excess, limits

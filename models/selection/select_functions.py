"""Choosing symmetry functions: an initial set from the distances in the data, then range and correlation analysis.

The recipe of section 7.2 of J.-A. Stende's MSc thesis (University of Oslo, 2017), after Behler, Int. J. Quantum Chem.
115, 1032 (2015). `selection_plots` shows what it does.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pandas

from atomzoo.datasets.arrays.neighbors import neighbor_list
from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.models.selection.descriptors import descriptors

NEAREST = 0.5  # A; atoms that are nearer are mistakes in the data, which functions need not cover
ZETAS = (1, 2, 4, 16)  # growing by factors: equidistant exponents would give functions that are nearly the same


def neighbor_distances(structures, cutoff, element=None):
    """All distances (P,) in A below the cutoff from any atom to its neighbors, or to those of one element."""
    found = [np.zeros(0)]
    for atoms in structures:
        first, second, shifts = neighbor_list(atoms, cutoff)
        wanted = slice(None) if element is None else atoms.symbols[second] == element
        displacements = atoms.positions[second] + shifts - atoms.positions[first]
        found.append(np.linalg.norm(displacements[wanted], axis=1))
    return np.concatenate(found)


def neighbor_angles(structures, cutoff):
    """All angles (Q,) in degrees at an atom between two of its neighbors within the cutoff, each pair once."""
    found = [np.zeros(0)]
    for atoms in structures:
        first, second, shifts = neighbor_list(atoms, cutoff)
        displacements = atoms.positions[second] + shifts - atoms.positions[first]
        directions = displacements / np.linalg.norm(displacements, axis=1, keepdims=True)
        for of_atom in np.split(directions, np.flatnonzero(np.diff(first)) + 1):
            cosines = (of_atom @ of_atom.T)[np.triu_indices(len(of_atom), 1)]
            found.append(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))))
    return np.concatenate(found)


def initial_functions(
    structures, elements, cutoff, n_centered=4, n_shifted=4, n_widths=2, n_shells=0, zetas=ZETAS, overlap=0.5
):
    """A set of symmetry functions that covers the distances and angles of the data evenly, before any pruning.

    For each neighbor element, with r_min its shortest distance in the data, but 0.5 A at least:

    - G2 centered at the atom, eta = 1 / (2 w^2), with equidistant widths w from r_min to the cutoff;
    - G2 shifted to equidistant rs from r_min on, the last one a spacing before the cutoff, all of the same width: half
      the spacing, or `overlap` times it.

    For each pair of them, with r_min the larger of the two:

    - G5 centered at the atom, of equidistant widths w from r_min to the cutoff, with each zeta, and lambda +1 and -1;
    - G5 of pairs on a shell: shifted to equidistant rs from r_min on, as G2 are, with a width of the whole spacing.

    The thesis has no shells.

    Args:
        structures: list of `ase.Atoms`.
        elements: chemical symbols of the neighbors.
        cutoff: radius in A.
        n_centered, n_shifted: number of radial functions of each kind; together at least the mean number of neighbors
            is the thesis's rule of thumb.
        n_widths: number of widths of the angular functions at the atom.
        n_shells: number of shells of the shifted ones.
        zetas: exponents of the angular functions.
        overlap: width of shifted G2 over their spacing.

    Returns:
        List of `SymmetryFunction` with `neighbors` set: radial ones of each element, then angular ones of each pair.

    Raises:
        ValueError: an element that is nobody's neighbor within the cutoff.

    Example:

    >>> from ase.build import bulk
    >>> functions = initial_functions([bulk("Si")], ["Si"], cutoff=6.0)
    >>> len(functions), str(functions[0])
    (24, 'G2(Si) cutoff=6 eta=0.09044 rs=0')
    """
    shortest = {element: _shortest(structures, element, cutoff) for element in elements}
    functions = []
    for element, r_min in shortest.items():
        parameters = _centered(r_min, cutoff, n_centered) + _shifted(r_min, cutoff, n_shifted, overlap)
        functions += [SymmetryFunction("G2", cutoff, eta=eta, rs=rs, neighbors=(element,)) for eta, rs in parameters]
    for pair in combinations_with_replacement(elements, 2):
        r_min = max(shortest[element] for element in pair)
        parameters = _centered(r_min, cutoff, n_widths) + _shifted(r_min, cutoff, n_shells, overlap=1.0)
        functions += [
            SymmetryFunction("G5", cutoff, eta=eta, rs=rs, zeta=zeta, lambda_=lambda_, neighbors=pair)
            for eta, rs in parameters
            for zeta in zetas
            for lambda_ in (1, -1)
        ]
    return functions


def feature_values(structures, functions, elements):
    """Values of symmetry functions over the atoms of each element, unscaled.

    Args:
        structures: list of `ase.Atoms`.
        functions: list of different `SymmetryFunction`; without `neighbors` they are taken for each element.
        elements: chemical symbols of all atoms.

    Returns:
        Dict by element that occurs: `pandas.DataFrame`, a row an atom, a column a function (the columns' labels are the
        `SymmetryFunction`s).
    """
    resolved = resolve(functions, elements)
    table = descriptors(structures, resolved, elements)
    present = [element for element in elements if element in table["species"]]
    return {e: pandas.DataFrame(table["values"][table["species"] == e], columns=resolved) for e in present}


def ranges(values):
    """Range analysis: how much each function varies over the data.

    Args:
        values: `pandas.DataFrame` of one element, see `feature_values`.

    Returns:
        `pandas.DataFrame`, a row a function: minimum, maximum, range (maximum - minimum), mean and deviation.
    """
    table = pandas.DataFrame({"minimum": values.min(), "maximum": values.max()})
    return table.assign(range=table["maximum"] - table["minimum"], mean=values.mean(), deviation=values.std(ddof=0))


def correlations(values):
    """Pearson correlation of each pair of functions over the data.

    Args:
        values: `pandas.DataFrame` of one element, see `feature_values`.

    Returns:
        `pandas.DataFrame` (F, F); 0 for a function that is constant, of which it is not defined, and 1 on the diagonal.
    """
    centered = (values - values.mean()).to_numpy()
    norms = np.linalg.norm(centered, axis=0)
    # What is left of a constant by rounding must not be divided by itself.
    norms[norms <= 1e-12 * np.abs(values.to_numpy()).max(axis=0) * len(values)] = np.inf
    matrix = (centered / norms).T @ (centered / norms)
    np.fill_diagonal(matrix, 1.0)
    return pandas.DataFrame(matrix, index=values.columns, columns=values.columns)


@dataclass(frozen=True)
class Reason:
    """Why a function was left out.

    Attributes:
        range: maximum - minimum of its values over the data.
        twin: the kept function that says the same, or None if it is left out for its small range.
        correlation: with the twin, in absolute value.
    """

    range: float
    twin: SymmetryFunction | None = None
    correlation: float = 0.0

    def __str__(self):
        return f"|correlation| {self.correlation:.4f} with {self.twin}" if self.twin else f"range {self.range:.2g}"


@dataclass(frozen=True)
class Selection:
    """What `select_functions` keeps.

    Attributes:
        by_element: dict of lists of `SymmetryFunction` by element of the central atom, in the order given; as
            `descriptors` takes them.
        dropped: dict by element of dicts: the `Reason` why each of the other functions was left out.
    """

    by_element: dict[str, list[SymmetryFunction]]
    dropped: dict[str, dict[SymmetryFunction, Reason]]

    @property
    def functions(self):
        """All functions that some element keeps, for `NeuralNetworkPotential.from_functions`."""
        return list(dict.fromkeys(function for kept in self.by_element.values() for function in kept))

    @property
    def feature_columns(self):
        """Which of `functions` each element keeps, for `NeuralNetworkPotential(..., feature_columns=...)`."""
        columns = {function: column for column, function in enumerate(self.functions)}
        return {element: [columns[function] for function in kept] for element, kept in self.by_element.items()}


def select_functions(values, smallest_range=1e-3, largest_correlation=0.98):
    """Leaves out functions that hardly vary over the data, and of two that say the same the one that varies less.

    From the largest range to the smallest, a function is kept if its correlation with all that are already kept is not
    above the limit in absolute value. Equal data give equal sets.

    Args:
        values: dict of `pandas.DataFrame` by element, see `feature_values`.
        smallest_range: functions of a smaller range, maximum - minimum, are left out: networks would have to tell large
            differences of energy by tiny differences of their input.
        largest_correlation: of two functions whose correlation is larger one is left out.

    Returns:
        `Selection`.

    Raises:
        ValueError: if no function varies over the atoms of an element.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> train, _ = gold_clusters.load_data(n_atoms=4)
    >>> functions = initial_functions(train, ["Au"], cutoff=6.5)
    >>> selection = select_functions(feature_values(train, functions, ["Au"]))
    >>> len(functions), len(selection.functions) < 24
    (24, True)

    References:
        Behler, Int. J. Quantum Chem. 115, 1032 (2015).
    """
    kept, dropped = {}, {}
    for element, table in values.items():
        kept[element], dropped[element] = _select(table, smallest_range, largest_correlation)
        if not kept[element]:
            raise ValueError(
                f"No function varies by {smallest_range:g} over the atoms of {element}. Received: {len(table)} atoms"
            )
    return Selection(kept, dropped)


def _select(values, smallest_range, largest_correlation):
    extent = ranges(values)["range"].to_numpy()
    similarity = correlations(values).abs().to_numpy()
    functions, chosen, reasons = list(values.columns), [], {}
    for k in np.argsort(-extent, kind="stable"):
        twins = [other for other in chosen if similarity[k, other] > largest_correlation]
        if extent[k] < smallest_range:
            reasons[functions[k]] = Reason(extent[k])
        elif twins:
            twin = max(twins, key=lambda other: similarity[k, other])
            reasons[functions[k]] = Reason(extent[k], functions[twin], similarity[k, twin])
        else:
            chosen.append(k)
    return [functions[k] for k in sorted(chosen)], reasons


def _shortest(structures, element, cutoff):
    distances = neighbor_distances(structures, cutoff, element)
    if not len(distances):
        raise ValueError(f"No atom has a neighbor of {element} within {cutoff:g} A. Received: element={element!r}")
    return max(distances.min(), NEAREST)


def _centered(r_min, cutoff, count):
    """Pairs of eta and rs: Gaussians at the atom, with equidistant widths from r_min to the cutoff."""
    return [(_eta(width), 0.0) for width in np.linspace(r_min, cutoff, count)]


def _shifted(r_min, cutoff, count, overlap):
    """Pairs of eta and rs: equidistant centers from r_min on; the width is the spacing times the overlap."""
    spacing = (cutoff - r_min) / max(count, 1)
    return [(_eta(spacing * overlap), round(r_min + k * spacing, 4)) for k in range(count)]


def _eta(width):
    """The eta of a Gaussian of this standard deviation in A, to four digits."""
    return float(f"{0.5 / width**2:.4g}")

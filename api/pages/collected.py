"""What pages show of structures and their predictions, collected part by part without keeping the structures."""

import heapq
from collections import defaultdict
from dataclasses import dataclass
from itertools import count

import ase
import numpy as np

from atomzoo.datasets.arrays.labels import find_label
from atomzoo.models.potential.extrapolation import distance_outside
from atomzoo.models.potential.prediction_errors import ErrorSums

MOST_POINTS = 4000  # of a part in a figure
MOST_WORST = 10
QUANTITIES = ("energy", "forces", "stress")


@dataclass(frozen=True)
class Shown:
    """One of the worst structures.

    Attributes:
        place: its number in the data.
        part: of the data.
        atoms: `ase.Atoms`, without results.
        energy_error: predicted minus label, eV/atom; None without a label.
        force_errors: (n, 3) the same of forces, eV/A; None without labels.
        outside: see `distance_outside`.
    """

    place: int
    part: str
    atoms: ase.Atoms
    energy_error: float | None
    force_errors: np.ndarray | None
    outside: float


class Sample:
    """At most so many rows of those that come part by part, each with the same chance.

    Example:
        >>> sample = Sample(3)
        >>> sample.add(np.arange(10.0)[:, None])
        >>> sample.rows.shape
        (3, 1)
    """

    def __init__(self, size=MOST_POINTS):
        self.size, self.rows, self._draws, self._rng = size, None, np.zeros(0), np.random.default_rng(0)

    def add(self, rows):
        """Takes in rows (n, k)."""
        rows = np.asarray(rows, np.float64)
        rows = rows if self.rows is None else np.concatenate([self.rows, rows])
        draws = np.concatenate([self._draws, self._rng.random(len(rows) - len(self._draws))])
        kept = np.sort(np.argsort(draws)[: self.size])
        self.rows, self._draws = rows[kept], draws[kept]


class Collected:
    """Errors of predictions of one or more parts of the data, in all, by group, and of the worst structures.

    Args:
        potential: `NeuralNetworkPotential`, or a `Committee`.

    Attributes:
        sums: dict of `ErrorSums` by part.
        groups: dict of dicts of `ErrorSums`, by group, then by part.
        n_structures: dict of int by part.
        n_outside: the same, of those with a symmetry function outside its range in the training data.
        parity: dict of `Sample` of (label, prediction) by (quantity, part): eV/atom, counted from the elements'
            references; eV/A; eV/A^3.
        distances: dict of `Sample` of (distance outside, error of the energy in eV/atom, root mean square of those of
            the forces in eV/A) by part; NaN where there is no label.
    """

    def __init__(self, potential):
        self.potential = potential
        self.sums, self.groups = defaultdict(ErrorSums), defaultdict(lambda: defaultdict(ErrorSums))
        self.n_structures, self.n_outside = defaultdict(int), defaultdict(int)
        self.parity, self.distances = defaultdict(Sample), defaultdict(Sample)
        self._worst, self._ties = {"energy": [], "forces": []}, count()

    def add(self, structures, results, part="", places=None):
        """Takes in a part of the structures.

        Args:
            structures, results: as for `prediction_errors`; results with features.
            part: its name, such as "validation".
            places: numbers of the structures in the data; in the order in which they come by default.
        """
        first = self.n_structures[part]
        places = range(first, first + len(structures)) if places is None else places
        self.sums[part].add(structures, results)
        of_group = defaultdict(list)
        for pair in zip(structures, results, strict=True):
            of_group[group_of(pair[0])].append(pair)
        for group, pairs in of_group.items():
            self.groups[group][part].add(*zip(*pairs, strict=True))
        parity, distances = defaultdict(list), []
        for place, atoms, result in zip(places, structures, results, strict=True):
            errors = {}
            for name, (label, predicted) in _compared(atoms, result).items():
                parity[name].append(np.column_stack([np.ravel(label), np.ravel(predicted)]))
                errors[name] = predicted - label
            is_outside = result["n_outside"] > 0
            outside = distance_outside(self.potential, atoms, result["features"]) if is_outside else 0.0
            self.n_outside[part] += is_outside
            sizes = {"energy": abs(errors.get("energy", np.nan)), "forces": rms(errors.get("forces", np.nan))}
            distances.append([outside, *sizes.values()])
            self._keep_worst(place, part, atoms, errors, outside, sizes)
        for name, rows in parity.items():
            self.parity[name, part].add(np.concatenate(rows))
        self.distances[part].add(distances)
        self.n_structures[part] += len(structures)

    def _keep_worst(self, place, part, atoms, errors, outside, sizes):
        for name, worst in self._worst.items():  # heaps with the least bad on top
            if name in errors and (len(worst) < MOST_WORST or sizes[name] > worst[0][0]):
                found = Shown(place, part, _bare(atoms), errors.get("energy"), errors.get("forces"), outside)
                heapq.heappush(worst, (sizes[name], -next(self._ties), found))
                if len(worst) > MOST_WORST:
                    heapq.heappop(worst)

    @property
    def parts(self):
        """Names of the parts, in their order."""
        return list(self.n_structures)

    @property
    def worst(self):
        """What the worst structures are ordered by, "forces" where there are labels of them; and list of `Shown`."""
        name = "forces" if self._worst["forces"] else "energy"
        return name, [found for *_, found in sorted(self._worst[name], key=lambda entry: entry[:2], reverse=True)]

    def errors(self):
        """Dict of what `prediction_errors` returns, by part, of parts that have labels."""
        return {part: errors for part, sums in self.sums.items() if (errors := sums.errors())}


def _compared(atoms, result):
    """Label and prediction of each quantity that has a label; energies per atom, counted from the references."""
    found = {}
    for name in QUANTITIES:
        label = find_label(atoms, name)
        if label is not None:
            found[name] = (label, result[name])
    if "energy" in found:
        reference = result["energy"] - result["interaction_energy"]
        found["energy"] = tuple((value - reference) / len(atoms) for value in found["energy"])
    return found


def _bare(atoms):
    return ase.Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=atoms.pbc, info=dict(atoms.info))


def group_of(atoms):
    """The group of a structure: its config_type, or else its formula.

    Example:
        >>> group_of(ase.Atoms("OTiO"))
        'O2Ti'
    """
    name = atoms.info.get("config_type")
    return atoms.get_chemical_formula() if name is None else " ".join(str(name).split())


def rms(values):
    """The root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))

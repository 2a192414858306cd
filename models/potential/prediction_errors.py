"""How far predictions are from the labels."""

from dataclasses import dataclass

import ase.units
import numpy as np

from atomzoo.datasets.arrays.labels import find_label, usable_label

NAMES = ("energy", "energies", "forces", "stress")
RATIO_TOLERANCE = 0.05


@dataclass(frozen=True)
class PredictionError:
    """Deviation of predictions from labels.

    Args:
        mae: mean absolute error.
        rmse: root of the mean squared error, in the same unit.
        n_structures: number of structures that have the label.
    """

    mae: float
    rmse: float
    n_structures: int


def prediction_errors(structures, results):
    """Errors of predicted energies, forces and stresses; structures without a label are left out of its errors.

    Args:
        structures: list of `ase.Atoms`, with single-point calculators where there are labels.
        results: list of dicts, as `NeuralNetworkPotential.evaluate_atoms` returns it for them, or of some of its keys.

    Returns:
        Dict of `PredictionError`, only of what there are labels for: "energy" in eV/atom; "energies" in eV, over all
        atoms; "forces" in eV/A, over all force components; "stress" in eV/A^3, over the nine components, of structures
        that have one; of slabs and wires within the periodic directions.

    Raises:
        ValueError: a label is not what it should be, see `labels`, and of which structure.

    Example:
        >>> import ase
        >>> from ase.calculators.singlepoint import SinglePointCalculator
        >>> dimer = ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]])
        >>> dimer.calc = SinglePointCalculator(dimer, energy=-1.0)
        >>> prediction_errors([dimer], [{"energy": -1.25}])
        {'energy': PredictionError(mae=0.125, rmse=0.125, n_structures=1)}
    """
    sums = ErrorSums()
    sums.add(structures, results)
    return sums.errors()


class ErrorSums:
    """Collects the errors of structures that come part by part: see `prediction_errors`."""

    def __init__(self):
        self._sums = {}

    def add(self, structures, results):
        """Takes in a part of the structures and their results."""
        for name in NAMES:
            differences = [
                _difference(name, atoms, label, result)
                for k, (atoms, result) in enumerate(zip(structures, results, strict=True))
                if name in result and (label := usable_label(k, atoms, name)) is not None
            ]
            if differences:
                values = np.concatenate(differences)
                new = np.array([np.abs(values).sum(), (values**2).sum(), len(values), len(differences)])
                self._sums[name] = self._sums.get(name, 0.0) + new

    def errors(self):
        """Dict of `PredictionError` of all structures so far."""
        found = {}
        for name in NAMES:
            if name in self._sums:
                absolute, squared, n_values, n_structures = self._sums[name]
                mae, rmse = float(absolute / n_values), float(np.sqrt(squared / n_values))
                found[name] = PredictionError(mae, rmse, int(n_structures))
        return found


def check_energy_unit(structures, results, energy_unit):
    """A ValueError if energies that were read in one unit are, in the other, those that are predicted.

    Args:
        structures: list of `ase.Atoms` of a file that does not say its units, with energies as labels.
        results: list of dicts with their "energy", eV.
        energy_unit: "eV" or "Hartree", in which the file was taken to be.

    Example:
        >>> import ase
        >>> from ase.calculators.singlepoint import SinglePointCalculator
        >>> gold = ase.Atoms("Au")
        >>> gold.calc = SinglePointCalculator(gold, energy=-98.8)
        >>> check_energy_unit([gold], [{"energy": -2690.0}], "eV")
        Traceback (most recent call last):
        ValueError: Energies of the structures seem to be in Hartree, they are 0.0367 of those predicted. Received: eV
    """
    other, expected = {"eV": ("Hartree", 1 / ase.units.Hartree), "Hartree": ("eV", ase.units.Hartree)}[energy_unit]
    pairs = [(find_label(atoms, "energy"), r["energy"]) for atoms, r in zip(structures, results, strict=True)]
    ratios = [label / energy for label, energy in pairs if label is not None and energy]
    if not ratios or abs(np.median(ratios) / expected - 1) > RATIO_TOLERANCE:
        return
    raise ValueError(
        f"Energies of the structures seem to be in {other}, they are {np.median(ratios):.3g} of those predicted. "
        f"Received: {energy_unit}"
    )


def _difference(name, atoms, label, result):
    difference = np.ravel(result[name] - label)
    return difference / len(atoms) if name == "energy" else difference

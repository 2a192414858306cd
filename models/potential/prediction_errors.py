"""How far predictions are from the labels."""

from dataclasses import dataclass

import numpy as np

from atomzoo.datasets.arrays.labels import find_label


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
        results: list of dicts, as `NeuralNetworkPotential.evaluate_atoms` returns it for them.

    Returns:
        Dict of `PredictionError`, only of what there are labels for: "energy" in eV/atom; "energies" in eV, over all
        atoms; "forces" in eV/A, over all force components; "stress" in eV/A^3, over the nine components, of structures
        that have one; of slabs and wires within the periodic directions.

    Raises:
        ValueError: a label is not finite, and of which structure.

    Example:
        >>> import ase
        >>> from ase.calculators.singlepoint import SinglePointCalculator
        >>> dimer = ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]])
        >>> dimer.calc = SinglePointCalculator(dimer, energy=-1.0)
        >>> prediction_errors([dimer], [{"energy": -1.25}])
        {'energy': PredictionError(mae=0.125, rmse=0.125, n_structures=1)}
    """
    errors = {}
    for name in ("energy", "energies", "forces", "stress"):
        differences = [
            _difference(name, k, atoms, label, result)
            for k, (atoms, result) in enumerate(zip(structures, results, strict=True))
            if (label := find_label(atoms, name)) is not None
        ]
        if differences:
            values = np.concatenate(differences)
            errors[name] = PredictionError(
                float(np.abs(values).mean()), float(np.sqrt((values**2).mean())), len(differences)
            )
    return errors


def _difference(name, k, atoms, label, result):
    if not np.isfinite(label).all():
        raise ValueError(f"structure {k}: its label '{name}' is not finite")
    difference = np.ravel(result[name] - label)
    return difference / len(atoms) if name == "energy" else difference

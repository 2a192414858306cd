"""What structures count in the training: weights in their info, and which labels they have."""

import ase
import numpy as np

from atomzoo.datasets.arrays.labels import usable_label

OWN_WEIGHTS = {
    "energy": ("energy_weight",),
    "energy_per_atom": ("energy_weight",),
    "energies": ("energy_weight",),
    "forces": ("force_weight", "forces_weight"),
    "stress": ("stress_weight", "virial_weight"),
}
SIGMA = "energy_sigma"


def structure_weights(structures: list[ase.Atoms], name: str) -> np.ndarray:
    """What multiplies the squared error of one label of each structure, (S,), 1 on average.

    It is proportional to `config_weight` times `energy_weight`, `force_weight` or `stress_weight` in the structure's
    info, each 1 where it is not there, and 0 for a structure without the label; all are 0 where none has it. Energies
    that are known to their standard error `energy_sigma` (eV, of the whole structure), as by quantum Monte Carlo, count
    by 1 / sigma^2, those per atom by n^2 / sigma^2: the fit of greatest likelihood.

    Args:
        structures: the labelled structures.
        name: the label, see `labels`.

    Raises:
        ValueError: naming the structure, of a weight that is negative or not finite, of an error that is not positive
            or not finite, or that only some of the energies have.

    Example:

    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> structures = [ase.Atoms("Au"), ase.Atoms("Au", info={"config_weight": 3.0})]
    >>> for atoms in structures:
    ...     atoms.calc = SinglePointCalculator(atoms, energy=-3.0)
    >>> structure_weights(structures, "energy").tolist()
    [0.5, 1.5]
    """
    weights = np.array([_weight(k, atoms, name) for k, atoms in enumerate(structures)])
    if name in ("energy", "energy_per_atom"):
        weights *= _precisions(structures, weights > 0, name)
    return weights / (weights.mean() or 1.0)


def _weight(k, atoms, name):
    weight = 1.0
    for key in ("config_weight", *OWN_WEIGHTS[name]):
        value = atoms.info.get(key, 1.0)
        if isinstance(value, str) or np.ndim(value) or not 0 <= value < np.inf:
            raise ValueError(f"structure {k}: its {key} must be a number that is not negative. Received: {value!r}")
        weight *= float(value)
    return weight if usable_label(k, atoms, name) is not None else 0.0


def _precisions(structures, counted, name):
    """1 / sigma^2 of each energy that counts, 1 where none has a sigma; of the others 1."""
    having = np.array([SIGMA in atoms.info for atoms in structures])
    if not having[counted].any():
        return np.ones(len(structures))
    if not having[counted].all():
        k = np.flatnonzero(counted & ~having)[0]
        raise ValueError(f"structure {k}: it has an energy without {SIGMA}, which others have")
    return np.array([_precision(k, structures[k], name) if counted[k] else 1.0 for k in range(len(structures))])


def _precision(k, atoms, name):
    sigma = atoms.info[SIGMA]
    if isinstance(sigma, str) or np.ndim(sigma) or not 0 < sigma < np.inf:
        raise ValueError(f"structure {k}: its {SIGMA} must be a positive number. Received: {sigma!r}")
    return ((len(atoms) if name == "energy_per_atom" else 1) / float(sigma)) ** 2

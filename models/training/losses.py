"""The loss of training: which errors, in which units, with which weights."""

import keras
import numpy as np

from atomzoo.datasets.arrays.labels import labelled, labels

SMALLEST_FORCE = 1e-3  # eV/A; where all forces vanish, so that there is no size to weigh by
SMALLEST_STRESS = 1e-5  # eV/A^3
FORCE_LABELS = {None: (), "exact": ("forces",), "projected": ("projected_forces",)}


def fitted_labels(forces=None, stress=False, energies=False):
    """The outputs of a potential that are fitted; raises a ValueError for another kind of `forces`, see `fit`."""
    if forces not in FORCE_LABELS:
        kinds = ", ".join(map(repr, FORCE_LABELS))
        raise ValueError(f"`forces` must be one of {kinds}. Received: {forces!r}")
    if stress and forces == "projected":
        raise ValueError('`stress` cannot be fitted with forces="projected". Received: stress=True')
    return (
        "energy_per_atom",
        *(["energies"] if energies else []),
        *FORCE_LABELS[forces],
        *(["stress"] if stress else []),
    )


def loss_weights(scale, structures, names, force_weight=1.0, stress_weight=1.0, energies_weight=1.0):
    """What multiplies the mean squared error of each output, so that all count alike whatever the data and units.

        loss = <(E/n)^2> / scale^2 + force_weight <f^2> / <F^2> + stress_weight <s^2> / <S^2>
               + energies_weight <e^2> / scale^2

    where E, f, s and e are errors of a structure's energy, of components of forces and stress, and of single atoms'
    energies; F and S are the labels, and n the number of atoms. Forces projected on random directions of unit length
    have the mean square of the components.

    Args:
        scale: eV/atom, of `AtomSum`: the deviation of the energies per atom.
        structures: the training structures, list of labelled `ase.Atoms`.
        names: outputs, of `fitted_labels`.
        force_weight, stress_weight, energies_weight: positive.

    Returns:
        Dict by output, in 1 / eV^2, (A/eV)^2 and (A^3/eV)^2.
    """
    weights = {"energy_per_atom": scale**-2, "energies": energies_weight * scale**-2}
    if {"forces", "projected_forces"} & set(names):
        weights["forces"] = force_weight * _inverse_square(structures, "forces", SMALLEST_FORCE)
        weights["projected_forces"] = weights["forces"]
    if "stress" in names:
        weights["stress"] = stress_weight * _inverse_square(structures, "stress", SMALLEST_STRESS)
    return {name: weights[name] for name in names}


def relative_weights(scale, structures, ratios):
    """The weights of `fit` for given ratios of squared errors, such as those of the squared noise of two labels.

    Args:
        scale, structures: see `loss_weights`.
        ratios: dict by output ("forces", "stress", "energies") of what multiplies its mean squared error where that of
            energies per atom, in eV^2, is multiplied by 1.

    Returns:
        Dict of `force_weight`, `stress_weight` and `energies_weight`, of the outputs that are named.
    """
    names = {"forces": "force_weight", "stress": "stress_weight", "energies": "energies_weight"}
    unit = loss_weights(scale, structures, tuple(ratios))
    return {names[name]: ratio * scale**-2 / unit[name] for name, ratio in ratios.items()}


def losses(names, dtype):
    """Keras' mean squared error for each output, in the precision of the potential."""
    return {name: keras.losses.MeanSquaredError(name=f"{name}_mse", dtype=dtype) for name in names}


def _inverse_square(structures, name, smallest):
    """1 / mean square of a label, over the structures that have it."""
    with_label = [structures[k] for k in np.flatnonzero(labelled(structures, name))]
    return 1.0 / max(float(np.mean(labels(with_label, (name,))[name] ** 2)), smallest**2)

"""A trained potential from labelled structures, in one call."""

from dataclasses import dataclass

import ase
import numpy as np
from ase.data import atomic_numbers

from atomzoo.datasets.arrays.labels import labels
from atomzoo.datasets.arrays.suspicious import warn_about_suspicious_data
from atomzoo.datasets.io.output_files import check_output
from atomzoo.models.potential.function_sets import load_function_set
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.potential.saving import save_keras
from atomzoo.models.training.fit import check_options, fit
from atomzoo.models.training.losses import fitted_labels
from atomzoo.models.training.trained_functions import FollowingScaling

DEFAULT_FUNCTIONS = "barch-tubman-2017"


@dataclass(frozen=True)
class Training:
    """What `train_potential` made.

    Args:
        potential: the trained `NeuralNetworkPotential`.
        history: dict of lists, one value an epoch, see `fit`.
        train: the structures it was trained on.
        validation: the structures held out.
    """

    potential: NeuralNetworkPotential
    history: dict[str, list[float]]
    train: list[ase.Atoms]
    validation: list[ase.Atoms]


def train_potential(
    structures,
    functions=DEFAULT_FUNCTIONS,
    hidden=(30, 30),
    forces=None,
    optimizer="adam",
    validation_fraction=0.1,
    seed=0,
    weight_decay=1e-5,
    dtype=None,
    activation="tanh",
    scaling="min-max",
    cutoff_function="cosine",
    trainable_functions=False,
    output=None,
    callbacks=(),
    **options,
):
    """Makes a potential for the elements of structures, holds out a part of them, and trains it by `fit` on the rest.

    Args:
        structures: list of `ase.Atoms` with energies in eV, and forces in eV/A.
        functions: list of `SymmetryFunction`, or what `load_function_set` takes.
        hidden, activation, scaling, cutoff_function, trainable_functions: see `NeuralNetworkPotential.from_functions`.
            The scaling of functions that are trained follows them, see `FollowingScaling`, but not with "lbfgs".
        forces: None, "exact" or "projected", see `fit`.
        optimizer: "adam", "rmsprop" or "lbfgs", see `fit`.
        validation_fraction: part of the structures that is held out, see `split_structures`. With "lbfgs" they only
            measure the error, unless `patience` is given.
        seed: of the held-out structures, the initial weights and the batches.
        weight_decay: see `fit`; of "lbfgs" only.
        dtype: "float32" or "float64"; None for "float64" with "lbfgs", "float32" otherwise.
        output: `.keras` file for the potential; it appears only when training has ended well.
        callbacks: Keras callbacks.
        **options: others of `fit`, such as `epochs`, `learning_rate`, `batch_size` and `force_weight`.

    Returns:
        `Training`: potential, history, and the two parts of the structures.

    Raises:
        ValueError: no structures, a missing label, a bad option, or a loss that became infinite.
        OSError: the output cannot be written; found out before training.

    Warns:
        SuspiciousDataWarning: structures or labels that are probably mistakes, see `find_suspicious_data`.

    Example:
        >>> from atomzoo.datasets import gold_clusters
        >>> structures, _ = gold_clusters.load_data(2)
        >>> training = train_potential(structures, hidden=(5,), epochs=2)
        >>> len(training.history["val_loss"]), len(training.validation)
        (2, 65)
    """
    defaults = {"learning_rate": 3e-3, "epochs": 500, "force_weight": 1.0} | options
    check_options(optimizer, *(defaults[n] for n in ("learning_rate", "epochs", "force_weight")), weight_decay)
    if output is not None and check_output(output).suffix != ".keras":
        raise ValueError(f"The file of a potential must end in .keras. Received: '{output}'")
    train, validation = split_structures(structures, validation_fraction, seed)
    # Of all structures, so that an error names the place in the whole list.
    labels(structures, ("energy", "forces") if len(fitted_labels(forces)) > 1 else ("energy",))
    at_once = optimizer == "lbfgs"
    elements = elements_of(structures)
    potential = NeuralNetworkPotential.from_functions(
        elements,
        list(functions) if isinstance(functions, list | tuple) else load_function_set(functions, elements),
        hidden=tuple(hidden),
        activation=activation,
        scaling=scaling,
        cutoff_function=cutoff_function,
        trainable_functions=trainable_functions,
        seed=seed,
        dtype=dtype or ("float64" if at_once else "float32"),
    )
    following = [FollowingScaling(train)] if trainable_functions and not at_once else []
    warn_about_suspicious_data(structures)
    history = fit(
        potential,
        train,
        () if at_once and "patience" not in options else validation,
        forces,
        optimizer=optimizer,
        weight_decay=weight_decay if at_once else 0.0,
        seed=seed,
        callbacks=[*following, *callbacks],
        **options,
    )
    if output is not None:
        save_keras(potential, output)
    return Training(potential, history, train, validation)


def split_structures(structures, validation_fraction, seed=0):
    """Holds out a part of the structures at random.

    Args:
        structures: list of `ase.Atoms`.
        validation_fraction: part that is held out, at least 0 and less than 1; rounded to a whole number of structures.
        seed: of the choice.

    Returns:
        `(train, validation)`, each in the order given.

    Raises:
        ValueError: a fraction out of range, or one that leaves nothing to train on.

    Example:
        >>> split_structures(list("abcdefgh"), 0.25)
        (['a', 'b', 'd', 'f', 'g', 'h'], ['c', 'e'])
    """
    if not 0 <= validation_fraction < 1:
        raise ValueError(f"`validation_fraction` must be at least 0 and less than 1. Received: {validation_fraction}")
    n_validation = round(validation_fraction * len(structures))
    if n_validation >= len(structures):
        raise ValueError(
            f"No structures are left to train on. Received: {len(structures)} structures, {validation_fraction=}"
        )
    held_out = set(np.random.default_rng(seed).permutation(len(structures))[:n_validation].tolist())
    train = [atoms for k, atoms in enumerate(structures) if k not in held_out]
    return train, [atoms for k, atoms in enumerate(structures) if k in held_out]


def elements_of(structures):
    """The chemical symbols in structures, by atomic number."""
    return sorted({symbol for atoms in structures for symbol in atoms.symbols}, key=atomic_numbers.get)

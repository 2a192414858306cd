"""Training a potential from labelled structures, in one call."""

from dataclasses import dataclass

import ase
import keras
import numpy as np
from ase.data import atomic_numbers

from atomzoo.datasets.arrays.structure_dataset import labels
from atomzoo.datasets.io.output_files import check_output
from atomzoo.models.potential.function_sets import load_function_set
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.potential.saving import save_potential
from atomzoo.models.training.lbfgs import fit_lbfgs
from atomzoo.models.training.trained_functions import FollowingScaling, FunctionAdam, FunctionRMSprop

KERAS_OPTIMIZERS = {"adam": FunctionAdam, "rmsprop": FunctionRMSprop}
OPTIMIZERS = (*KERAS_OPTIMIZERS, "lbfgs")
DEFAULT_FUNCTIONS = "barch-tubman-2017"
SMALLEST_FORCE = 1e-3  # eV/A; where all forces vanish, so that there is no size to weigh by


@dataclass(frozen=True)
class Training:
    """What `train_potential` made.

    Args:
        potential: the trained `NeuralNetworkPotential`.
        history: dict of lists, one value an epoch: "loss"; but for "lbfgs" also "val_loss" and what Keras measured.
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
    forces=False,
    epochs=500,
    optimizer="adam",
    learning_rate=3e-3,
    batch_size=32,
    validation_fraction=0.1,
    seed=0,
    weight_decay=1e-5,
    dtype=None,
    cutoff_function="cosine",
    output=None,
    callbacks=(),
    trainable_functions=False,
    function_rate=1.0,
    force_weight=1.0,
):
    """Trains a potential on energies, or energies and forces.

    The loss is the mean squared error of energies per atom, divided by their variance, plus with `forces` that of the
    force components, divided by their mean square, times `force_weight`: at 1 both count alike, whatever the data.

    The optimizers of Keras take batches; their learning rate falls to zero along half a cosine, and the epoch with the
    smallest validation loss is kept. "lbfgs" takes all structures at once, as aenet does, which suits small data sets;
    see `fit_lbfgs`. Its last iteration is kept: held-out structures only measure the error.

    Args:
        structures: list of `ase.Atoms` with energies in eV, and forces in eV/A.
        functions: list of `SymmetryFunction`, or what `load_function_set` takes.
        hidden: widths of the hidden layers.
        forces: whether to fit forces too.
        epochs: number of passes over the training structures; of iterations of "lbfgs", at most.
        optimizer: "adam", "rmsprop" or "lbfgs".
        learning_rate: of the first epoch; not for "lbfgs".
        batch_size: number of structures in a batch; not for "lbfgs".
        validation_fraction: part of the structures that is held out, see `split_structures`.
        seed: of the held-out structures, the initial weights and the shuffling.
        weight_decay: for "lbfgs", see `fit_lbfgs`.
        dtype: "float32" or "float64"; None for "float64" with "lbfgs", "float32" otherwise.
        cutoff_function: see `SymmetryFunctionLayer`.
        output: `.keras` file for the potential; it appears only when training has ended well.
        callbacks: Keras callbacks; "lbfgs" calls their `on_epoch_end` only.
        trainable_functions: False, True, or which of "eta", "rs", "kappa" of the symmetry functions are trained, too.
            Their scaling follows them, see `FollowingScaling`, but not with "lbfgs".
        function_rate: what multiplies the learning rate for these; not for "lbfgs".
        force_weight: see above; of no effect without `forces`. Less than 1 gives better energies and worse forces.

    Returns:
        `Training`: potential, history, and the two parts of the structures.

    Raises:
        ValueError: no structures, a missing label, a bad option, or a loss that became infinite.
        OSError: the output cannot be written; found out before training.

    Example:
        >>> from atomzoo.datasets import gold_clusters
        >>> structures, _ = gold_clusters.load_data(2)
        >>> training = train_potential(structures, hidden=(5,), epochs=2)
        >>> len(training.history["val_loss"]), len(training.validation)
        (2, 65)
    """
    _check(optimizer, learning_rate, epochs, weight_decay, force_weight, output)
    names = ("energy", "forces") if forces else ("energy",)
    train, validation = split_structures(structures, validation_fraction, seed)
    labels(structures, names)  # all of them, so that an error names the place in the whole list
    dtype = dtype or ("float64" if optimizer == "lbfgs" else "float32")
    options = {"cutoff_function": cutoff_function, "trainable_functions": trainable_functions}
    potential = _untrained(structures, functions, hidden, seed=seed, dtype=dtype, **options)
    potential.adapt(train)
    dataset = potential.dataset(train, batch_size, names, shuffle=True, seed=seed)
    weights = _loss_weights(potential, train, names, force_weight)
    if optimizer == "lbfgs":
        history = _fit_lbfgs(potential, dataset, epochs, weights, weight_decay, callbacks)
    else:
        held_out = potential.dataset(validation, batch_size, names) if validation else None
        schedule = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * len(dataset))
        chosen = KERAS_OPTIMIZERS[optimizer](schedule, function_rate)
        potential.compile(chosen, dict.fromkeys(names, "mse"), loss_weights=weights)
        following = [FollowingScaling(dataset)] if trainable_functions else []
        history = _fit(potential, dataset, held_out, epochs, [*following, *callbacks])
    if not np.isfinite(history["loss"]).all():
        raise ValueError(f"The loss became infinite in epoch {len(history['loss'])}: a smaller learning rate may help")
    if output is not None:
        save_potential(potential, output)
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


def _check(optimizer, learning_rate, epochs, weight_decay, force_weight, output):
    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"Training needs the backend tensorflow. Received: KERAS_BACKEND={keras.backend.backend()}")
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"`optimizer` must be one of {', '.join(OPTIMIZERS)}. Received: {optimizer!r}")
    if not learning_rate > 0:
        raise ValueError(f"`learning_rate` must be positive. Received: {learning_rate}")
    if not weight_decay >= 0:
        raise ValueError(f"`weight_decay` must not be negative. Received: {weight_decay}")
    if not 0 < force_weight < np.inf:
        raise ValueError(f"`force_weight` must be positive and finite. Received: {force_weight}")
    if epochs < 1:
        raise ValueError(f"`epochs` must be at least 1. Received: {epochs}")
    if output is not None and check_output(output).suffix != ".keras":
        raise ValueError(f"The file of a potential must end in .keras. Received: '{output}'")


def _untrained(structures, functions, hidden, **options):
    elements = elements_of(structures)
    if isinstance(functions, list | tuple):
        chosen = list(functions)
    else:
        chosen = load_function_set(functions, elements)
    return NeuralNetworkPotential(elements, chosen, hidden=tuple(hidden), **options)


def _loss_weights(potential, train, names, force_weight):
    weights = {"energy": float(potential.atom_sum.scale) ** -2}
    if "forces" in names:
        components = np.concatenate([atoms.get_forces(apply_constraint=False).ravel() for atoms in train])
        weights["forces"] = force_weight * max(float(np.sqrt((components**2).mean())), SMALLEST_FORCE) ** -2
    return weights


def _fit(potential, train, validation, epochs, callbacks):
    """Trains, and puts back the weights of the best epoch if there are validation structures to tell it by."""
    best = [keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)] if validation else []
    options = {"epochs": epochs, "callbacks": [keras.callbacks.TerminateOnNaN(), *best, *callbacks], "verbose": 0}
    return potential.fit(train, validation_data=validation, **options).history


def _fit_lbfgs(potential, train, iterations, loss_weights, weight_decay, callbacks):
    def after_iteration(iteration, loss):
        for callback in callbacks:
            callback.on_epoch_end(iteration - 1, {"loss": loss})

    # These weights make the loss one in units of the squared energy scale; `fit_lbfgs` has its penalty in eV^2.
    decay = weight_decay * loss_weights["energy"]
    return {"loss": fit_lbfgs(potential, train, iterations, loss_weights, decay, after_iteration)}

"""The call that trains a potential."""

import keras
import numpy as np

from atomzoo.models.training import lbfgs
from atomzoo.models.training.callbacks import CosineRate, KeepBest, TimeLimit
from atomzoo.models.training.checkpoint import Checkpoint, training_key
from atomzoo.models.training.inputs import prepared
from atomzoo.models.training.losses import fitted_labels, loss_weights, losses
from atomzoo.models.training.memory import keep_freed_memory

OPTIMIZERS = ("adam", "rmsprop", "lbfgs")


def fit(
    potential,
    train,
    validation=(),
    forces=None,
    stress=False,
    energies=False,
    optimizer="adam",
    epochs=500,
    learning_rate=3e-3,
    batch_size=32,
    force_weight=1.0,
    stress_weight=1.0,
    energies_weight=1.0,
    weight_decay=0.0,
    n_directions=8,
    patience=None,
    seed=0,
    callbacks=(),
    features=None,
    projections=None,
    time_limit=None,
    checkpoint=None,
    resume=False,
):
    """Trains a potential on energies, and on forces and stress if asked.

    The loss is the mean squared error of energies per atom, divided by their variance, plus that of forces, divided by
    their mean square, times `force_weight`, and so on: see `loss_weights`. Features that stay fixed, and their
    derivatives, are evaluated once.

    "adam" and "rmsprop" take batches; their learning rate grows for two epochs, then falls to zero along half a cosine;
    the epoch with the smallest validation loss is kept. "lbfgs" takes all structures at once, as aenet does, which
    suits small data sets; its last iteration is kept unless there is a `patience`.

    Forces and stress count of the structures that have them, and structures by their `structure_weights`.

    Args:
        potential: `NeuralNetworkPotential`; adapted to the training structures unless it has been adapted before.
        train: list of `ase.Atoms` with energies in eV, and forces in eV/A.
        validation: list of held-out structures, which may be empty.
        forces: None; "exact", all components; or "projected", the forces along `n_directions` random directions of each
            structure, which costs little more than energies where structures are large.
        stress: whether to fit the stress of periodic structures.
        energies: whether to fit the energies of single atoms, where labels have them.
        optimizer: "adam", "rmsprop", "lbfgs", or a `keras.optimizers.Optimizer`, whose learning rate is its own.
        epochs: passes over the training structures; of "lbfgs" iterations, at most.
        learning_rate: the largest; of "adam" and "rmsprop" only.
        batch_size: structures in a batch; not of "lbfgs".
        force_weight, stress_weight, energies_weight: see `loss_weights`. With a force weight below 1, energies get
            better and forces worse.
        weight_decay: see `NeuralNetworkPotential.compile`.
        n_directions: for "projected".
        patience: epochs without a smaller validation loss after which training ends; None for no such end. The
            iteration of "lbfgs" with the smallest validation loss is kept if it is given.
        seed: of batches and directions.
        callbacks: Keras callbacks.
        features: array (N, F) of the training and then the validation structures, if they have been evaluated before.
        projections: pair of directions (N, K, 3) and rates (N, K, F) of these, see `cached_projections`.
        time_limit: seconds from this call on after which training ends; the learning rate is zero then. At least one
            epoch is done.
        checkpoint: file for the state of the training, written every minute and at the end.
        resume: whether to go on from the checkpoint, if it is there, with the same data and options. Nothing is trained
            where it is of a complete training; one that a time limit or a callback ended goes on.

    Returns:
        Dict of lists, one value an epoch: "loss", with validation structures "val_loss", and errors of energies per
        atom in eV and of forces in eV/A ("energy_per_atom_rmse", "val_forces_mae" ...); of "lbfgs" only those of
        validation structures ("val_forces_rmse" ...).

    Raises:
        ValueError: a missing label, a bad option, or a loss that became infinite.

    Example:

    >>> from atomzoo import NeuralNetworkPotential, load_function_set
    >>> from atomzoo.datasets import gold_clusters
    >>> train, validation = gold_clusters.load_data(n_atoms=2)
    >>> functions = load_function_set("barch-tubman-2017", ["Au"])
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(5,), dtype="float64")
    >>> history = fit(potential, train, validation, forces="exact", optimizer="lbfgs", epochs=5)
    >>> history["loss"][-1] < history["loss"][0]
    True
    """
    check_options(optimizer, learning_rate, epochs, weight_decay, force_weight, stress_weight, energies_weight)
    check_limits(batch_size, time_limit)
    limit = None if time_limit is None else TimeLimit(time_limit)
    keep_freed_memory()
    names = fitted_labels(forces, stress, energies)
    at_once = optimizer == "lbfgs"
    parts = _split(features, projections, train, validation)
    if not potential.is_adapted:
        potential.adapt(train, parts[0]["features"])
    known = {"forces": forces, "n_directions": n_directions, "seed": seed}
    labels = tuple(name for name in names if name != "projected_forces")
    batches = {"labels": labels, "batch_size": None if at_once else batch_size}
    dataset = potential.dataset(train, shuffle=not at_once, seed=seed, **batches)
    dataset = prepared(potential, dataset, train, **parts[0], **known)
    held_out = None
    if len(validation):
        held_out = prepared(potential, potential.dataset(validation, **batches), validation, **parts[1], **known)
    scale = float(potential.atom_sum.scale)
    weights = loss_weights(scale, train, names, force_weight, stress_weight, energies_weight)
    potential.compile(
        _optimizer(optimizer, learning_rate),
        losses(names, potential.compute_dtype),
        loss_weights=weights,
        weighted_metrics={} if at_once else _metrics(names),
        weight_decay=weight_decay,
        jit_compile=True,
    )
    best = KeepBest(patience) if held_out is not None and not (at_once and patience is None) else None
    state = None
    if checkpoint is not None:
        settings = [known, batch_size, learning_rate, epochs, weight_decay, str(optimizer), weights]
        key = training_key(potential, [*train, *validation], settings)
        state = Checkpoint(checkpoint, key, best, lbfgs.LEG if at_once else 1)
    if optimizer in ("adam", "rmsprop"):
        callbacks = [CosineRate(learning_rate, epochs, len(dataset), limit), *callbacks]
    callbacks = [*(each for each in (best, limit) if each is not None), *callbacks]
    history = _run(potential, dataset, held_out, at_once, epochs, callbacks, state, resume)
    _check_loss(history.get("loss", []), at_once)
    if state is not None and not state.is_done:
        state.write(is_done=not potential.stop_training or best is not None and best.is_out_of_patience)
    if best is not None:
        best.restore(potential)
    return {name: values for name, values in history.items() if not name.endswith("_loss") or name == "val_loss"}


def _run(potential, dataset, held_out, at_once, epochs, callbacks, state, resume):
    """The training itself; its history, that before a checkpoint included."""
    done = state.restore(potential) if state is not None and resume else 0
    if state is not None and state.is_done:
        return state.history
    callbacks = callbacks if state is None else [*callbacks, state]
    if at_once:
        leg = None if state is None else lbfgs.LEG
        history = lbfgs.minimize_loss(potential, dataset, held_out, epochs, callbacks, done, leg).history
    else:
        callbacks = [keras.callbacks.TerminateOnNaN(), *callbacks]
        options = {"validation_data": held_out, "epochs": epochs, "callbacks": callbacks, "verbose": 0}
        history = potential.fit(dataset.at_epoch(done), initial_epoch=done, **options).history
    return history if state is None else state.history


def _check_loss(losses, at_once):
    if not losses or not np.isfinite(losses).all():  # lbfgs may end before its first step
        cause = "weights in the loss that are smaller" if at_once else "a smaller learning rate"
        raise ValueError(f"The loss became infinite in epoch {max(len(losses), 1)}: {cause} may help")


def check_options(optimizer, learning_rate, epochs, weight_decay=0.0, *weights):
    """Raises a ValueError for an option of `fit` that cannot be; weights are those of forces, stress and energies."""
    if keras.backend.backend() != "tensorflow":
        raise ValueError(f"Training needs the backend tensorflow. Received: KERAS_BACKEND={keras.backend.backend()}")
    if not isinstance(optimizer, keras.optimizers.Optimizer) and optimizer not in OPTIMIZERS:
        raise ValueError(f"`optimizer` must be one of {', '.join(OPTIMIZERS)}. Received: {optimizer!r}")
    if not 0 < learning_rate < np.inf:
        raise ValueError(f"`learning_rate` must be positive and finite. Received: {learning_rate}")
    if not 0 <= weight_decay < np.inf:
        raise ValueError(f"`weight_decay` must not be negative, and finite. Received: {weight_decay}")
    for name, weight in zip(("force_weight", "stress_weight", "energies_weight"), weights, strict=False):
        if not 0 < weight < np.inf:
            raise ValueError(f"`{name}` must be positive and finite. Received: {weight}")
    if not epochs >= 1:
        raise ValueError(f"`epochs` must be at least 1. Received: {epochs}")


def check_limits(batch_size=1, time_limit=None):
    """Raises a ValueError for sizes and times of `fit` that cannot be; the Nones are not looked at."""
    if batch_size is not None and not batch_size >= 1:
        raise ValueError(f"`batch_size` must be at least 1. Received: {batch_size}")
    if time_limit is not None and not time_limit > 0:
        raise ValueError(f"`time_limit` must be positive. Received: {time_limit}")


def _split(features, projections, train, validation):
    """Features and projections of the training and of the validation structures: two dicts, None where not given."""
    n = sum(map(len, train))
    return [
        {
            "features": None if features is None else features[rows],
            "projections": None if projections is None else tuple(array[rows] for array in projections),
        }
        for rows in (slice(n), slice(n, None))
    ]


def _optimizer(optimizer, learning_rate):
    if isinstance(optimizer, keras.optimizers.Optimizer):
        return optimizer
    # Keras wants one for lbfgs too; it takes no step.
    return (keras.optimizers.Adam if optimizer == "adam" else keras.optimizers.RMSprop)(learning_rate)


def _metrics(names):
    # Keras puts the name of the output before that of the metric only where there are several outputs.
    prefix = "" if len(names) > 1 else f"{names[0]}_"
    kinds = {"rmse": keras.metrics.RootMeanSquaredError, "mae": keras.metrics.MeanAbsoluteError}
    return {name: [kind(f"{prefix}{short}") for short, kind in kinds.items()] for name in names}

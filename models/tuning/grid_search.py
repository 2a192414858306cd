"""Grid search for the network of a potential, by KerasTuner, on cached features."""

import contextlib
import json
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pandas

from atomzoo.datasets.arrays.padded import labels
from atomzoo.datasets.io.output_files import replacing
from atomzoo.models.potential.feature_cache import cached_features, split_features
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.potential.saving import save_potential
from atomzoo.models.training.flat_batches import FlatBatches, FlatNetwork
from atomzoo.models.training.flat_training import FlatData, assign_network, principal_components
from atomzoo.models.training.train_potential import elements_of
from atomzoo.models.tuning.grid import TABLE_1, check_grid
from atomzoo.models.tuning.resumable_grid_search import ResumableGridSearch
from atomzoo.models.zoo.bpnn import build_subnets


def grid_search(
    train,
    validation,
    output,
    functions,
    grid=None,
    activation="silu",
    epochs=60,
    patience=10,
    batch_size=32,
    seed=0,
    cache=None,
    progress=None,
):
    """Trains a network for every combination of a grid, and keeps the one with the smallest validation error.

    The networks are those of `bpnn`, their loss the mean absolute error of energies per atom, with Adam at a constant
    rate. A trial ends early when the validation RMSE has not fallen for `patience` epochs; its epoch with the smallest
    one counts. Features are evaluated once (`cached_features`), networks see their principal components (as in
    `fit_flat`), and atoms are not padded (`FlatBatches`).

    Killed at any time, the same call goes on: trials that were complete are not repeated, the one that was interrupted
    begins again.

    Several processes, on any machines that share `output` and `cache`, divide the trials between them: KerasTuner's
    distributed mode. Each makes the same call, with the environment variables KERASTUNER_ORACLE_IP and
    KERASTUNER_ORACLE_PORT of the chief, and KERASTUNER_TUNER_ID: "chief" for one process, which only hands out trials,
    and "tuner0", "tuner1" ... for the workers. The chief returns the table some 20 s after the last trial, and workers
    None. If the chief is killed, start all again.

    Args:
        train, validation: lists of `ase.Atoms` with energies.
        output: folder for `trials.csv`, the best potential `best.keras`, and the state of the search.
        functions: list of `SymmetryFunction`.
        grid: dict of the values of "layers", "nodes", "learning_rate" and "dropout"; `TABLE_1` if None.
        activation: of the hidden layers.
        epochs: largest number of passes over the training structures in a trial.
        patience: epochs without improvement that end a trial.
        batch_size: structures in a batch.
        seed: of weights, batches and dropout.
        cache: folder of features, see `cached_features`.
        progress: function of what is counted ("features" of structures, or "trials"), how many are done and how many
            there are.

    Returns:
        `pandas.DataFrame`, a row for each trial in their order: its values, `status` ("COMPLETED", or "FAILED" where
        the loss became infinite), `val_rmse_meV_per_atom`, `val_mae_meV_per_atom`, `best_epoch`, `epochs`, `seconds`.

    Raises:
        ValueError: a bad grid or label; another search in `output`; no trial that could be trained.
        OSError: `output` cannot be written.
    """
    grid = check_grid(TABLE_1 if grid is None else grid)
    output = Path(output)
    data = _prepare(train, validation, functions, cache, batch_size, seed, progress)
    settings = {"activation": activation, "epochs": epochs, "patience": patience, "seed": seed}
    output.mkdir(parents=True, exist_ok=True)
    _check_search(output / "search.json", {"grid": grid, "batch_size": batch_size, **settings, **data.identity()})
    model = _Hypermodel(data, **settings)
    space = keras_tuner.HyperParameters()
    for name, values in grid.items():
        space.Choice(name, values)
    with contextlib.redirect_stdout(sys.stderr):  # KerasTuner prints where it resumes from
        tuner = ResumableGridSearch(model, "val_rmse", space, output, progress, math.prod(map(len, grid.values())))
    tuner.search(verbose=0)
    if not isinstance(tuner.oracle, keras_tuner.Oracle):
        return None
    table = _table(tuner)
    with replacing(output / "trials.csv") as temporary:
        table.to_csv(temporary, index=False)
    save_potential(_best_potential(tuner, model), output / "best.keras")
    return table


def train_network(
    train, validation, functions, values, activation="silu", epochs=200, patience=40, batch_size=32, seed=0, cache=None
):
    """Trains the network of one combination as a trial of `grid_search` does, for longer if need be.

    Args:
        train, validation, functions, activation, epochs, patience, batch_size, seed, cache: see `grid_search`.
        values: dict of "layers", "nodes", "learning_rate" and "dropout".

    Returns:
        `NeuralNetworkPotential` with the weights of the epoch with the smallest validation RMSE, and the history: dict
        of lists of "loss", "rmse", "mae", "val_loss", "val_rmse" and "val_mae" in eV/atom, a value an epoch.

    Raises:
        ValueError: a bad value or label, or a loss that became infinite.
    """
    check_grid({name: [value] for name, value in values.items()})
    data = _prepare(train, validation, functions, cache, batch_size, seed, None)
    model = _Hypermodel(data, activation, epochs, patience, seed)
    combination = keras_tuner.HyperParameters()
    for name, value in values.items():
        combination.Fixed(name, value)
    network = model.build(combination)
    try:
        history = model.history(network)
    except keras_tuner.errors.FailedTrialError as error:
        raise ValueError(str(error)) from None
    return _potential(network, combination, model), history


@dataclass
class _Data:
    """What all trials share: batches are made anew for each, so that a trial does not depend on those before."""

    potential: NeuralNetworkPotential  # adapted; the networks are of no use
    transforms: list[np.ndarray]
    train: dict
    validation: dict
    batch_size: int
    seed: int

    def batches(self):
        return FlatBatches(**self.train, batch_size=self.batch_size, seed=self.seed)

    def validation_batches(self):
        return FlatBatches(**self.validation, batch_size=len(self.validation["counts"]))

    def identity(self):
        """What tells this data from other: ready for JSON."""
        names = ("train", "validation")
        sums = {name: float(np.sum(getattr(self, name)["energies"])) for name in names}
        sizes = {name: len(getattr(self, name)["counts"]) for name in names}
        return {"structures": sizes, "energies": sums, "functions": len(self.potential.functions)}


def _prepare(train, validation, functions, cache, batch_size, seed, progress):
    if not train or not validation:
        raise ValueError(f"Both parts need structures. Received: {len(train)} to train, {len(validation)} to validate")
    elements = elements_of([*train, *validation])
    labels([*train, *validation], ("energy",))  # all of them, so that an error names the place in the whole list
    n_structures = len(train) + len(validation)
    show = None if progress is None else lambda n_done: progress("features", n_done, n_structures)
    features = cached_features([*train, *validation], functions, elements, cache, progress=show)
    parts = [
        FlatData(*part) for part in zip((train, validation), split_features(features, train, validation), strict=True)
    ]
    potential = NeuralNetworkPotential(elements, functions, scaling="z-score", hidden=(1,), dtype="float64")
    potential.adapt(train, parts[0].features)
    transforms = principal_components(potential, parts[0])
    return _Data(potential, transforms, *(part.arguments(potential, transforms) for part in parts), batch_size, seed)


class _Hypermodel(keras_tuner.HyperModel):
    """Builds and trains the network of a trial."""

    def __init__(self, data, activation, epochs, patience, seed):
        super().__init__()
        self.data, self.activation, self.epochs, self.patience, self.seed = data, activation, epochs, patience, seed

    def build(self, hp):
        values = {name: hp.get(name) for name in ("layers", "nodes", "learning_rate", "dropout")}
        hidden = (values["nodes"],) * values["layers"]
        potential = self.data.potential
        subnets = build_subnets(potential.elements, hidden, self.activation, values["dropout"], self.seed)
        network = FlatNetwork(subnets, len(potential.functions), float(potential.atom_sum.scale))
        metrics = [keras.metrics.RootMeanSquaredError("rmse"), keras.metrics.MeanAbsoluteError("mae")]
        optimizer = keras.optimizers.Adam(values["learning_rate"])
        network.compile(optimizer, loss="mae", weighted_metrics=metrics, jit_compile=True)
        optimizer.build(network.trainable_variables)  # files of weights hold its own too
        return network

    def fit(self, hp, model, callbacks=(), **kwargs):
        start = time.perf_counter()
        history = self.history(model, callbacks)
        best = int(np.argmin(history["val_rmse"]))
        results = {name: float(history[name][best]) for name in ("val_rmse", "val_mae")}
        measured = {"best_epoch": best + 1, "epochs": len(history["val_rmse"]), "seconds": time.perf_counter() - start}
        return results | measured

    def history(self, model, callbacks=()):
        """Trains, and puts back the weights of the best epoch."""
        stop = keras.callbacks.EarlyStopping("val_rmse", mode="min", patience=self.patience, restore_best_weights=True)
        history = model.fit(
            self.data.batches(),
            validation_data=self.data.validation_batches(),
            epochs=self.epochs,
            shuffle=False,  # the batches shuffle themselves
            verbose=0,
            callbacks=[*callbacks, stop, keras.callbacks.TerminateOnNaN()],
        ).history
        if not np.isfinite(history["loss"] + history["val_rmse"]).all():
            raise keras_tuner.errors.FailedTrialError("The loss became infinite: a smaller learning rate may help")
        return history


def _table(tuner):
    rows = []
    for trial_id in tuner.oracle.start_order:
        trial = tuner.oracle.trials[trial_id]
        found = {name: trial.metrics.get_best_value(name) for name in trial.metrics.metrics}
        errors = {f"{name}_meV_per_atom": 1e3 * found.get(name, np.nan) for name in ("val_rmse", "val_mae")}
        measured = {name: found.get(name, np.nan) for name in ("best_epoch", "epochs", "seconds")}
        rows.append({"trial": trial_id, **trial.hyperparameters.values, "status": trial.status, **errors, **measured})
    return pandas.DataFrame(rows).astype({"best_epoch": "Int64", "epochs": "Int64"})


def _best_potential(tuner, hypermodel):
    """The best trial's network in a `NeuralNetworkPotential`."""
    (trial,) = tuner.oracle.get_best_trials(1)
    if trial.status != "COMPLETED":
        raise ValueError("No trial could be trained: smaller learning rates may help. Received: none that is COMPLETED")
    return _potential(tuner.load_model(trial), trial.hyperparameters, hypermodel)


def _potential(network, values, hypermodel):
    """A trained network in a `NeuralNetworkPotential`."""
    data = hypermodel.data.potential
    hidden = (values.get("nodes"),) * values.get("layers")
    potential = NeuralNetworkPotential(data.elements, list(data.functions), hidden, hypermodel.activation, "z-score")
    for name in ("feature_scaling", "atom_sum"):
        getattr(potential, name).set_weights(getattr(data, name).get_weights())
    assign_network(potential, network, hypermodel.data.transforms)
    return potential


def _check_search(path, settings):
    """One folder holds one search."""
    text = json.dumps(settings, indent=1)
    if path.exists() and path.read_text() != text:
        raise ValueError(f"The folder holds another search (grid, data or settings). Received: '{path.parent}'")
    with replacing(path) as temporary:
        temporary.write_text(text)

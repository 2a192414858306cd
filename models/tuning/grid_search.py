"""Grid search for the network of a potential, resumable after a kill at any time."""

import contextlib
import json
import math
import os
import sys

import keras_tuner
import numpy as np
import pandas

from atomzoo.datasets.io.folders import alone_in, check_folder
from atomzoo.datasets.io.output_files import replacing
from atomzoo.models.potential.saving import save_keras
from atomzoo.models.tuning.grid import BPNN_TABLE_I, check_grid
from atomzoo.models.tuning.hypermodel import OBJECTIVE, PotentialHyperModel
from atomzoo.models.tuning.resumable_grid_search import ResumableGridSearch


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

    The potentials are those of `PotentialHyperModel`, their loss the mean absolute error of energies per atom, with
    Adam at a constant rate. A trial ends early when the validation RMSE has not fallen for `patience` epochs; its epoch
    with the smallest one counts. Features are evaluated once; networks see their principal components.

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
        grid: dict of the values of "layers", "nodes", "learning_rate" and "dropout"; `BPNN_TABLE_I` if None.
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
        ValueError: a bad grid or label; another search or process in `output`; no trial that could be trained.
        OSError: `output` cannot be written.
    """
    grid = check_grid(BPNN_TABLE_I if grid is None else grid)
    output = check_folder(output)
    n_structures = len(train) + len(validation)
    show = None if progress is None else lambda n_done: progress("features", n_done, n_structures)
    options = {"activation": activation, "batch_size": batch_size, "patience": patience, "seed": seed}
    hypermodel = PotentialHyperModel(train, validation, functions, grid, cache=cache, progress=show, **options)
    output.mkdir(parents=True, exist_ok=True)
    settings = {"grid": grid, "epochs": epochs, **options, **_identity(hypermodel)}
    # Processes that share the trials are told apart by their names.
    with contextlib.nullcontext() if "KERASTUNER_TUNER_ID" in os.environ else alone_in(output):
        _check_search(output / "search.json", settings)
        return _search(hypermodel, grid, epochs, output, progress)


def _search(hypermodel, grid, epochs, output, progress):
    space = keras_tuner.HyperParameters()
    for name, values in grid.items():
        space.Choice(name, values)
    with contextlib.redirect_stdout(sys.stderr):  # KerasTuner prints where it resumes from
        tuner = ResumableGridSearch(hypermodel, OBJECTIVE, space, output, progress, math.prod(map(len, grid.values())))
    try:
        tuner.search(epochs=epochs, verbose=0)
    except keras_tuner.errors.FatalError as error:
        raise error.__cause__ or error from None
    if not isinstance(tuner.oracle, keras_tuner.Oracle):
        return None
    table = _table(tuner)
    with replacing(output / "trials.csv") as temporary:
        table.to_csv(temporary, index=False)
    save_keras(_best_potential(tuner), output / "best.keras")
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
    grid = {name: [value] for name, value in values.items()}
    options = {"activation": activation, "batch_size": batch_size, "patience": patience, "seed": seed}
    hypermodel = PotentialHyperModel(train, validation, functions, grid, cache=cache, **options)
    potential = hypermodel.build(keras_tuner.HyperParameters())
    try:
        history = hypermodel.history(potential, epochs=epochs)
    except keras_tuner.errors.FailedTrialError as error:
        raise ValueError(str(error)) from None
    return potential, history


def _identity(hypermodel):
    """What tells the data of a search from others: ready for JSON."""
    parts = {"train": hypermodel.train, "validation": hypermodel.validation}
    sums = {name: float(np.sum(part.labels["energy_per_atom"])) for name, part in parts.items()}
    sizes = {name: part.n_structures for name, part in parts.items()}
    return {"structures": sizes, "energies": sums, "functions": len(hypermodel.functions)}


def _table(tuner):
    rows = []
    for trial_id in tuner.oracle.start_order:
        trial = tuner.oracle.trials[trial_id]
        found = {name: trial.metrics.get_best_value(name) for name in trial.metrics.metrics}
        errors = {f"{name}_meV_per_atom": 1e3 * found.get(name, np.nan) for name in ("val_rmse", "val_mae")}
        measured = {name: found.get(name, np.nan) for name in ("best_epoch", "epochs", "seconds")}
        rows.append({"trial": trial_id, **trial.hyperparameters.values, "status": trial.status, **errors, **measured})
    return pandas.DataFrame(rows).astype({"best_epoch": "Int64", "epochs": "Int64"})


def _best_potential(tuner):
    (trial,) = tuner.oracle.get_best_trials(1)
    if trial.status != "COMPLETED":
        raise ValueError("No trial could be trained: smaller learning rates may help. Received: none that is COMPLETED")
    return tuner.load_model(trial)


def _check_search(path, settings):
    """One folder holds one search."""
    text = json.dumps(settings, indent=1)
    if path.exists() and path.read_text() != text:
        raise ValueError(f"The folder holds another search (grid, data or settings). Received: '{path.parent}'")
    with replacing(path) as temporary:
        temporary.write_text(text)

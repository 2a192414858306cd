"""The two networks for TiO2: how they are trained and measured."""

import time
from pathlib import Path

import numpy as np

from atomzoo.reproductions.report import write_csv

# "aenet's": the layers of aenet's set001. Force weights were chosen by the validation structures.
NETWORKS = {
    "15-15 tanh": {"hidden": [15, 15], "activation": "tanh", "directions": 4, "force_weight": 0.001, "epochs": 600},
    "64-64 silu": {"hidden": [64, 64], "activation": "silu", "directions": 8, "force_weight": 0.01, "epochs": 300},
}
BEST = "64-64 silu"
LEARNING_RATE = 3e-3
BATCH_SIZE = 32


def train_one(network, hidden, activation, directions, force_weight, epochs, seed, every, folder):
    """Trains one network and measures its errors.

    Writes the potential and its predictions to the folder: `<network> <seed>.keras` and `.csv`.

    Returns:
        Dict: MAE and RMSE of the energies of each part in meV/atom, RMSE and MAE of the force components of the test
        structures in eV/A, the best epoch and its loss, and the seconds of the training.
    """
    from atomzoo.models import NeuralNetworkPotential, save_potential  # here: only the worker processes load Keras
    from atomzoo.models.training.flat_training import fit_flat
    from atomzoo.reproductions import tio2_data

    data = tio2_data.flat_data(every, directions)
    options = {"hidden": hidden, "activation": activation, "scaling": "z-score", "seed": seed}
    potential = NeuralNetworkPotential(tio2_data.ELEMENTS, tio2_data.functions(), **options)
    start = time.perf_counter()
    training = {"epochs": epochs, "learning_rate": LEARNING_RATE, "batch_size": BATCH_SIZE, "seed": seed}
    history = fit_flat(potential, *data, force_weight=force_weight, **training)
    seconds = time.perf_counter() - start
    path = Path(folder) / f"{network} {seed}.keras"
    save_potential(potential, path)
    table = tio2_data.predicted(potential, every)
    write_csv(path.with_suffix(".csv"), table, "%.6f")
    best = int(np.argmin(history["val_loss"]))
    return {
        **{
            f"{part}_{name}": value
            for part, rows in table.groupby("part")
            for name, value in tio2_data.errors(rows).items()
        },
        **force_errors(potential, tio2_data.load(every).test),
        "best_epoch": best + 1,
        "validation_loss": history["val_loss"][best],
        "train_seconds": round(seconds, 1),
    }


def force_errors(potential, structures):
    """RMSE and MAE of the force components of structures, in eV/A."""
    results = potential.evaluate_atoms(structures)
    errors = [result["forces"] - atoms.get_forces() for result, atoms in zip(results, structures, strict=True)]
    errors = np.concatenate(errors)
    return {
        "test_force_rmse_eV_per_A": float(np.sqrt(np.mean(errors**2))),
        "test_force_mae_eV_per_A": float(np.mean(np.abs(errors))),
    }

"""The best network of the grid, trained at length: once for all scripts of this paper."""

from pathlib import Path

import pandas

from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import recorded, write_csv

EPOCHS, PATIENCE = 200, 40
QUICK_EPOCHS = 3
# What a quick run trains: it has no grid to choose from.
QUICK_SETTINGS = {"layers": 4, "nodes": 16, "learning_rate": 5e-4, "dropout": 0.0}


def best_settings(folder):
    """The settings of the trial with the smallest validation RMSE in table_1.csv, of a folder or of the results."""
    found = [path for path in (Path(folder) / "table_1.csv", recorded("tio2-bpnn") / "table_1.csv") if path.exists()]
    if not found:
        raise FileNotFoundError("There is no table_1.csv yet: run tio2-bpnn/table-1 first")
    trials = pandas.read_csv(found[0])
    best = trials.loc[trials["val_rmse_meV_per_atom"].idxmin()]
    return {
        "layers": int(best["layers"]),
        "nodes": int(best["nodes"]),
        "learning_rate": float(best["learning_rate"]),
        "dropout": float(best["dropout"]),
    }


def trained(folder, seeds, quick):
    """History and predictions of the best network, from a folder if they are there, or trained now and kept there.

    Returns:
        Settings (dict), rows (a row a seed: errors of all parts), history (columns `seed`, `epoch`, `loss`,
        `val_loss`, `rmse`, `val_rmse`, in eV/atom) and predictions (`tio2_data.predicted`, with `seed`).
    """
    settings = QUICK_SETTINGS if quick else best_settings(folder)
    every = tio2_data.QUICK_EVERY if quick else 1
    jobs = [
        {**settings, "epochs": QUICK_EPOCHS if quick else EPOCHS, "seed": seed, "every": every}
        for seed in range(seeds or (1 if quick else 3))
    ]
    tio2_data.features(every)  # here, so that no two processes wait for it
    folder = Path(folder) / "network.partial"  # shared by the scripts, and made anew where it is not there
    folder.mkdir(exist_ok=True)
    rows = run_jobs(train_one, [{**job, "folder": str(folder)} for job in jobs], folder / "rows.jsonl", "Training")
    history, predictions = (
        pandas.concat(
            [pandas.read_csv(_file(folder, seed, name)).assign(seed=seed) for seed in rows["seed"]], ignore_index=True
        )
        for name in ("history", "predictions")
    )
    return settings, rows, history, predictions


def train_one(layers, nodes, learning_rate, dropout, epochs, seed, every, folder):
    """Trains the network as the grid does, and writes its history and predictions; returns its errors."""
    from atomzoo.models.tuning.grid_search import train_network

    train, validation, _ = tio2_data.load(every)
    values = {"layers": layers, "nodes": nodes, "learning_rate": learning_rate, "dropout": dropout}
    options = {"activation": "silu", "epochs": epochs, "patience": PATIENCE, "seed": seed}
    potential, history = train_network(train, validation, tio2_data.functions(), values, **options)
    predictions = tio2_data.predicted(potential, every)
    table = pandas.DataFrame(history).assign(epoch=lambda table: table.index + 1)
    for name, rows in (("history", table), ("predictions", predictions)):
        write_csv(_file(Path(folder), seed, name), rows)
    return {
        f"{part}_{name}": float(value)
        for part, rows in predictions.groupby("part")
        for name, value in tio2_data.errors(rows).items()
    }


def _file(folder, seed, name):
    return folder / f"{name}_{seed}.csv"

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pandas
import pytest

from atomzoo import load_potential
from atomzoo.models.tuning.grid_search import grid_search, train_network
from tests.examples import PATHS, crystal, rattled

GRID = {"layers": [1, 2], "nodes": [3], "learning_rate": [0.01], "dropout": [0.1]}
FUNCTIONS = [*PATHS["radial"][:2], *PATHS["linear"]]
ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def structures(seed=0, n=6):
    atoms = crystal(["Ti", "O"])
    return [*rattled(atoms, n, seed), *rattled(atoms * (2, 1, 1), n // 2, seed)]


def search(folder, **options):
    options = {"grid": GRID, "epochs": 2, "batch_size": 4, "cache": folder / "cache", **options}
    return grid_search(structures(), structures(1, 2), folder / "search", FUNCTIONS, **options)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder, shown = tmp_path_factory.mktemp("tuning"), []
    table = search(folder, progress=lambda *count: shown.append(count))
    return folder, table, shown


def test_table(found):
    folder, table, shown = found
    assert (table.status == "COMPLETED").all()
    assert table[["layers", "nodes", "learning_rate", "dropout"]].to_numpy().tolist() == [
        [n, 3, 0.01, 0.1] for n in (1, 2)
    ]
    assert (table.val_rmse_meV_per_atom > 0).all() and (table.val_mae_meV_per_atom <= table.val_rmse_meV_per_atom).all()
    assert table.best_epoch.between(1, 2).all() and (table.epochs == 2).all() and (table.seconds > 0).all()
    saved = pandas.read_csv(folder / "search" / "trials.csv")
    np.testing.assert_array_equal(saved.val_rmse_meV_per_atom, table.val_rmse_meV_per_atom)
    assert shown[0] == ("features", 12, 12) and shown[1:] == [("trials", n, 2) for n in range(3)]


def test_best_potential_has_the_error_of_the_table(found):
    folder, table, _ = found
    best = table.loc[table.val_rmse_meV_per_atom.idxmin()]
    potential = load_potential(folder / "search" / "best.keras", dtype="float64")
    network = potential.atomic_network
    assert list(network.hidden["Ti"]) == [3] * best.layers and network.activation["O"][0] == "silu"
    held_out = structures(1, 2)
    results = potential.evaluate_atoms(held_out)
    errors = [
        (result["energy"] - atoms.get_potential_energy()) / len(atoms)
        for result, atoms in zip(results, held_out, strict=True)
    ]
    assert 1e3 * np.sqrt(np.mean(np.square(errors))) == pytest.approx(best.val_rmse_meV_per_atom, rel=1e-4)
    assert 1e3 * np.mean(np.abs(errors)) == pytest.approx(best.val_mae_meV_per_atom, rel=1e-4)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(found, tmp_path):
    """In a search of one trial, and in a network trained alone."""
    values, cache = {"layers": 2, "nodes": 3, "learning_rate": 0.01, "dropout": 0.1}, found[0] / "cache"
    other = search(tmp_path, grid={name: [value] for name, value in values.items()}, cache=cache, seed=1)
    options = {"epochs": 2, "batch_size": 4, "cache": cache}
    potential, history = train_network(structures(), structures(1, 2), FUNCTIONS, values, **options)
    (expected,) = found[1].val_rmse_meV_per_atom[found[1].layers == 2]
    assert 1e3 * min(history["val_rmse"]) == pytest.approx(expected, rel=1e-5)
    assert other.val_rmse_meV_per_atom[0] != pytest.approx(expected, rel=1e-3)
    assert list(potential.atomic_network.hidden["Ti"]) == [3, 3]


def test_training_ends_early(tmp_path):
    grid = {"layers": [1], "nodes": [3], "learning_rate": [1e-9]}
    table = search(tmp_path, grid=grid, epochs=30, patience=2)
    assert table.epochs[0] < 30 and table.epochs[0] == table.best_epoch[0] + 2


def test_a_rate_that_is_too_large_fails(tmp_path):
    grid = {"layers": [1], "nodes": [3], "learning_rate": [1e38, 0.01]}
    table = search(tmp_path, grid=grid)
    assert table.status.tolist() == ["FAILED", "COMPLETED"]
    with pytest.raises(ValueError, match="No trial could be trained"):
        search(tmp_path / "other", grid={**grid, "learning_rate": [1e38]})
    values = {"layers": 1, "nodes": 3, "learning_rate": 1e38, "dropout": 0.0}
    with pytest.raises(ValueError, match="The loss became infinite: a smaller learning rate may help"):
        train_network(structures(), structures(1, 2), FUNCTIONS, values, epochs=2, cache=tmp_path / "cache")


def test_a_full_disk(tmp_path, monkeypatch):
    """HDF5 writes the weights, and has errors of its own."""

    def write(self, epoch, logs=None):
        text = (
            "file write failed: time = Mon\n, filename = 'a', errno = 28, error message = 'No space left on device', b"
        )
        raise RuntimeError(text)

    monkeypatch.setattr(keras.callbacks.ModelCheckpoint, "on_epoch_end", write)
    with pytest.raises(OSError, match="^.Errno 28. No space left on device: '.*best.weights.h5'$"):
        search(tmp_path / "search")


def test_one_folder_one_search(found):
    for change in ({"seed": 1}, {"epochs": 3}, {"grid": {**GRID, "nodes": [4]}}, {"activation": "tanh"}):
        with pytest.raises(ValueError, match="The folder holds another search .grid, data or settings.. Received"):
            search(found[0], **change)


def test_both_parts_need_structures(tmp_path):
    with pytest.raises(ValueError, match="Both parts need structures. Received: 9 to train, 0 to validate"):
        grid_search(structures(), [], tmp_path / "search", FUNCTIONS)
    assert not (tmp_path / "search").exists()


SCRIPT = """
from pathlib import Path
from atomzoo import PotentialHyperModel
from tests.models.tuning import test_grid_search

def logged(self, hp):
    potential = build(self, hp)
    with open({log!r}, "a") as file:
        print(*hp.values.values(), file=file, flush=True)
    return potential

build, PotentialHyperModel.build = PotentialHyperModel.build, logged
test_grid_search.search(Path({folder!r}), grid={grid!r})
"""


@pytest.mark.slow
def test_killed_and_resumed(tmp_path):
    """By SIGKILL, in its second trial: the same call has the same trials in the end, and repeats none."""
    grid, log = {**GRID, "learning_rate": [0.01, 0.001]}, tmp_path / "log"
    killed, whole = (tmp_path / name for name in ("killed", "whole"))
    code = SCRIPT.format(log=str(log), folder=str(killed), grid=grid)
    options = {"cwd": ROOT, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-c", code], **options)
    while not log.exists() or len(log.read_text().splitlines()) < 3:  # the first line is KerasTuner's look at the grid
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    files = {path: path.read_bytes() for path in (killed / "search").rglob("trial.json")}
    finished = {path: content for path, content in files.items() if b"COMPLETED" in content}
    assert 1 <= len(finished) < 4
    table, expected = search(killed, grid=grid), search(whole, grid=grid)
    assert {path: path.read_bytes() for path in finished} == finished
    columns = ["trial", "layers", "nodes", "learning_rate", "dropout", "val_rmse_meV_per_atom"]
    pandas.testing.assert_frame_equal(table[columns], expected[columns], rtol=1e-5)


@pytest.mark.slow
def test_a_chief_and_two_workers(tmp_path):
    """KerasTuner's: they have the trials of one process, each done by one of them, and the chief does none."""
    grid = {**GRID, "learning_rate": [0.01, 0.001]}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        shared = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(free.getsockname()[1])}
    processes = []
    for name in ("chief", "tuner0", "tuner1"):
        code = SCRIPT.format(log=str(tmp_path / name), folder=str(tmp_path / "shared"), grid=grid)
        variables = {"PYTHONPATH": str(ROOT), "KERASTUNER_TUNER_ID": name, **shared}
        processes.append(subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ | variables))
    try:
        assert [process.wait(300) for process in processes] == [0, 0, 0]
    finally:
        for process in processes:
            process.kill()
    table = pandas.read_csv(tmp_path / "shared" / "search" / "trials.csv")
    columns = ["layers", "learning_rate", "val_rmse_meV_per_atom"]
    expected = search(tmp_path / "whole", grid=grid)
    pandas.testing.assert_frame_equal(_sorted(table)[columns], _sorted(expected)[columns], rtol=1e-5)
    looks = 1  # at the grid, by each process
    chief, *workers = ((tmp_path / name).read_text().splitlines()[looks:] for name in ("chief", "tuner0", "tuner1"))
    done = sum(workers, [])
    assert len(done) == len(set(done)) == 4 and len(chief) == 1  # the best potential, which it writes


def _sorted(table):
    return table.sort_values(["layers", "learning_rate"], ignore_index=True)

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pandas
import pytest

from atomzoo import load_potential
from atomzoo.models.potential.feature_cache import cached_features
from atomzoo.models.tuning.grid_search import grid_search
from tests.examples import PATHS, crystal, rattled

GRID = {"layers": [1, 2], "nodes": [3], "learning_rate": [0.01, 0.001], "dropout": [0.1]}
FUNCTIONS = [*PATHS["radial"][:2], *PATHS["linear"]]
ROOT = Path(__file__).parents[2]

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
    assert len(table) == 4 and (table.status == "COMPLETED").all()
    combinations = table[["layers", "nodes", "learning_rate", "dropout"]].drop_duplicates()
    assert len(combinations) == 4 and set(table.nodes) == {3}
    assert (table.val_rmse_meV_per_atom > 0).all() and (table.val_mae_meV_per_atom <= table.val_rmse_meV_per_atom).all()
    assert table.best_epoch.between(1, 2).all() and (table.epochs == 2).all() and (table.seconds > 0).all()
    saved = pandas.read_csv(folder / "search" / "trials.csv")
    np.testing.assert_array_equal(saved.val_rmse_meV_per_atom, table.val_rmse_meV_per_atom)
    assert shown[0] == ("features", 12, 12) and shown[1:] == [("trials", n, 4) for n in range(5)]


def test_best_potential_has_the_error_of_the_table(found):
    folder, table, _ = found
    best = table.loc[table.val_rmse_meV_per_atom.idxmin()]
    potential = load_potential(folder / "search" / "best.keras", dtype="float64")
    assert tuple(potential.hidden) == (3,) * best.layers and potential.activation == "silu"
    held_out = structures(1, 2)
    results = potential.evaluate_atoms(held_out)
    errors = [
        (result["energy"] - atoms.get_potential_energy()) / len(atoms)
        for result, atoms in zip(results, held_out, strict=True)
    ]
    assert 1e3 * np.sqrt(np.mean(np.square(errors))) == pytest.approx(best.val_rmse_meV_per_atom, rel=1e-4)
    assert 1e3 * np.mean(np.abs(errors)) == pytest.approx(best.val_mae_meV_per_atom, rel=1e-4)


def test_the_same_seed_gives_the_same_numbers(found, tmp_path):
    grid = {**GRID, "layers": [2]}
    options = {"grid": grid, "cache": found[0] / "cache"}
    again, other = (search(tmp_path / str(seed), **options, seed=seed) for seed in (0, 1))
    by, expected = "learning_rate", found[1][found[1].layers == 2].sort_values("learning_rate").val_rmse_meV_per_atom
    np.testing.assert_allclose(again.sort_values(by).val_rmse_meV_per_atom, expected, rtol=1e-5)
    assert (np.abs(other.sort_values(by).val_rmse_meV_per_atom.to_numpy() / expected.to_numpy() - 1) > 1e-3).all()


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


def test_one_folder_one_search(found):
    for change in ({"seed": 1}, {"epochs": 3}, {"grid": {**GRID, "nodes": [4]}}, {"activation": "tanh"}):
        with pytest.raises(ValueError, match="The folder holds another search .grid, data or settings.. Received"):
            search(found[0], **change)


def test_both_parts_need_structures(tmp_path):
    with pytest.raises(ValueError, match="Both parts need structures. Received: 9 to train, 0 to validate"):
        grid_search(structures(), [], tmp_path / "search", FUNCTIONS)
    assert not (tmp_path / "search").exists()


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from atomzoo.models.tuning.grid_search import grid_search as tuning
from tests.models import test_tuning

def logged(self, hp):
    with open({log!r}, "a") as file:
        print(*hp.values.values(), file=file, flush=True)
    return build(self, hp)

build, tuning._Hypermodel.build = tuning._Hypermodel.build, logged
test_tuning.search(Path({folder!r}), epochs=2)
"""


def start(folder, log, **environment):
    code = SCRIPT.format(root=str(ROOT), log=str(log), folder=str(folder))
    options = {"env": os.environ | environment, "cwd": ROOT, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", code], **options)


def wait_for_lines(log, process, n):
    """Waits until a log has n lines."""
    for _ in range(3000):
        if log.exists() and len(log.read_text().splitlines()) >= n:
            return
        assert process.poll() is None
        time.sleep(0.02)


def test_killed_and_resumed(found, tmp_path):
    """By SIGKILL, in its second trial: the same call has the same trials in the end, and repeats none."""
    cached_features([*structures(), *structures(1, 2)], FUNCTIONS, ["O", "Ti"], tmp_path / "cache")
    process = start(tmp_path, tmp_path / "log")
    wait_for_lines(tmp_path / "log", process, 3)  # the first line is KerasTuner's look at the grid
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = (tmp_path / "log").read_text().splitlines()[1:]
    finished = {path: path.read_bytes() for path in (tmp_path / "search").rglob("trial.json")}
    finished = {path: content for path, content in finished.items() if b"COMPLETED" in content}
    assert 1 <= len(finished) < 4
    table = search(tmp_path)
    assert {path: path.read_bytes() for path in finished} == finished
    assert table.trial.tolist() == found[1].trial.tolist() and len(before) >= 2
    columns = ["layers", "nodes", "learning_rate", "dropout", "val_rmse_meV_per_atom"]
    pandas.testing.assert_frame_equal(table[columns], found[1][columns], rtol=1e-5)

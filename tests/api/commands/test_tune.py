import json

import ase
import ase.io
import pytest

from atomzoo import functions_from_data, load_potential

GRID = {"layers": [1], "nodes": [3, 4], "learning_rate": [0.01]}


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def grid_file(tmp_path):
    path = tmp_path / "grid.json"
    path.write_text(json.dumps(GRID))
    return path


def test_search(atomzoo, gold_file, function_file, grid_file, tmp_path):
    options = ["--grid", grid_file, "--epochs", 2, "--symmetry-functions", function_file]
    code, text, error = atomzoo("tune", gold_file, "-o", tmp_path / "found", *options)
    assert code == 0 and error == ""
    rows = [line.split() for line in text.splitlines()]
    assert sorted(row[1] for row in rows[1:3]) == ["3", "4"]
    assert float(rows[1][4]) <= float(rows[2][4])
    assert "validation RMSE over 3 structures" in text and f"written to {tmp_path}/found/best.keras" in text
    assert load_potential(tmp_path / "found" / "best.keras").atomic_network.hidden == {"Au": [int(rows[1][1])]}
    code, again, error = atomzoo("tune", gold_file, "-o", tmp_path / "found", *options)
    assert code == 0 and again == text  # nothing is trained again: the seconds are the same


def test_functions_are_chosen_from_the_data(atomzoo, gold, gold_file, grid_file, tmp_path):
    code, _, _ = atomzoo("tune", gold_file, "-o", tmp_path / "found", "--grid", grid_file, "--epochs", 1)
    assert code == 0
    assert load_potential(tmp_path / "found" / "best.keras").functions == functions_from_data(gold)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--grid", "no.json"], "no.json"),
        (["--symmetry-functions", "unheard-of"], "A function set is one of barch-tubman-2017"),
        (["--validation-fraction", "0"], "Both parts need structures. Received: 30 to train, 0 to validate"),
    ],
)
def test_bad_options(fails, gold_file, tmp_path, options, message):
    assert message in fails("tune", gold_file, "-o", tmp_path / "found", *options)


def test_bad_grid_and_data(fails, gold_file, tmp_path):
    (tmp_path / "grid.json").write_text('{"layers": [1]}')
    options = ["-o", tmp_path / "found", "--grid", tmp_path / "grid.json"]
    assert f"'{tmp_path}/grid.json': A grid must have lists of layers" in fails("tune", gold_file, *options)
    ase.io.write(
        tmp_path / "a.extxyz", [ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5 + 0.1 * k]]) for k in range(9)]
    )
    assert "it has no label 'energy'" in fails("tune", tmp_path / "a.extxyz", "-o", tmp_path / "found")

import json
import math

import pytest

from atomzoo.models.tuning.grid import BPNN_TABLE_I, check_grid, read_grid


def test_table_i_has_the_combinations_of_the_paper():
    assert math.prod(map(len, BPNN_TABLE_I.values())) == 54
    assert check_grid(BPNN_TABLE_I) == BPNN_TABLE_I


def test_reads_a_file(tmp_path):
    (tmp_path / "grid.json").write_text('{"nodes": [8, 4], "layers": [2], "learning_rate": [1, 0.1]}')
    grid = read_grid(tmp_path / "grid.json")
    assert list(grid) == ["layers", "nodes", "learning_rate", "dropout"]
    assert grid == {"layers": [2], "nodes": [8, 4], "learning_rate": [1.0, 0.1], "dropout": [0.0]}
    assert type(grid["learning_rate"][0]) is float


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": []}, "`layers` must be a list of different values, whole numbers of at least 1. Received: .."),
        ({"layers": 4}, "`layers` must be a list"),
        ({"layers": [0]}, r"`layers` must be a list of .* Received: \[0\]"),
        ({"nodes": [8, 8]}, "`nodes` must be a list of different values"),
        ({"nodes": [8.5]}, "`nodes` must be a list"),
        ({"nodes": [True]}, "`nodes` must be a list"),
        ({"nodes": ["8"]}, "`nodes` must be a list"),
        ({"learning_rate": [0]}, "`learning_rate` must be .* positive numbers. Received"),
        ({"learning_rate": [math.inf]}, "`learning_rate` must be"),
        ({"learning_rate": [math.nan]}, "`learning_rate` must be"),
        ({"dropout": [1]}, "`dropout` must be .* at least 0 and less than 1"),
        ({"width": [1]}, "A grid must have lists of layers, nodes, learning_rate, dropout. Received: {"),
    ],
)
def test_bad_grids(change, message, tmp_path):
    grid = {"layers": [2], "nodes": [8], "learning_rate": [0.1], **change}
    with pytest.raises(ValueError, match=message):
        check_grid(grid)
    (tmp_path / "grid.json").write_text(json.dumps(grid))
    with pytest.raises(ValueError, match=f"^'{tmp_path}/grid.json': .*{message}"):
        read_grid(tmp_path / "grid.json")


@pytest.mark.parametrize("text", ["", "[", "[]", "1", '{"layers": [1]}', 100_000 * "["])
def test_no_grid(text, tmp_path):
    (tmp_path / "grid.json").write_text(text)
    with pytest.raises(ValueError, match="^'.*grid.json': ") as error:
        read_grid(tmp_path / "grid.json")
    assert "\n" not in str(error.value)

"""Grids of network settings."""

import json
import math
from pathlib import Path

# Table I of the Keras BPNN paper: 54 combinations. Whether there is dropout is what varies; its rate is that of
# KerasTuner's examples.
BPNN_TABLE_I = {
    "layers": [4, 5, 6],
    "nodes": [16, 32, 64],
    "learning_rate": [5e-4, 1e-4, 5e-5],
    "dropout": [0.0, 0.25],
}

_CHECKS = {
    "layers": (int, lambda value: value >= 1, "whole numbers of at least 1"),
    "nodes": (int, lambda value: value >= 1, "whole numbers of at least 1"),
    "learning_rate": (float, lambda value: 0 < value < math.inf, "positive numbers"),
    "dropout": (float, lambda value: 0 <= value < 1, "at least 0 and less than 1"),
}


def check_grid(grid):
    """A grid with all names, in the order of `BPNN_TABLE_I`, and values of one type.

    Args:
        grid: dict of lists of values by name; "dropout" may be left out.

    Returns:
        dict.

    Raises:
        ValueError: an unknown or missing name, or a value that cannot be.

    Example:
        >>> check_grid({"nodes": [8], "layers": [1, 2], "learning_rate": [0.001]})
        {'layers': [1, 2], 'nodes': [8], 'learning_rate': [0.001], 'dropout': [0.0]}
    """
    if not isinstance(grid, dict) or not set(_CHECKS) - {"dropout"} <= set(grid) <= set(_CHECKS):
        raise ValueError(f"A grid must have lists of {', '.join(_CHECKS)}. Received: {grid!r}")
    grid = {"dropout": [0.0], **grid}
    return {name: _values(name, grid[name]) for name in _CHECKS}


def read_grid(path):
    """Reads a grid from a JSON file.

    Raises:
        ValueError: naming the file, if it is no JSON or no grid.
        OSError: the file cannot be opened.
    """
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    try:
        return check_grid(json.loads(text))
    except (ValueError, RecursionError, OverflowError) as error:
        raise ValueError(f"'{path}': {' '.join(str(error).split())}") from None


def _values(name, values):
    kind, is_allowed, text = _CHECKS[name]
    allowed = (int,) if kind is int else (int, float)
    if (
        not isinstance(values, list)
        or not values
        or any(type(value) not in allowed or not is_allowed(value) for value in values)
        or len(set(values)) < len(values)
    ):
        raise ValueError(f"`{name}` must be a list of different values, {text}. Received: {values!r}")
    return [kind(value) for value in values]

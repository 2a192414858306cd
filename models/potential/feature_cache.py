"""Symmetry-function values of many structures, kept in a file: evaluated once for a function set and a data set."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from filelock import FileLock

from atomzoo.datasets.arrays.padded import find_species
from atomzoo.models.potential.atom_rows import atom_rows
from atomzoo.models.potential.batches import batches
from atomzoo.models.potential.evaluation import CHUNK
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential

VERSION = 1  # of the values: a file of another version is not found
BATCH = 16 * CHUNK  # atoms; so many that few chunks are filled only in part


def cached_features(structures, functions, elements, folder=None, cutoff_function="cosine", progress=None):
    """Symmetry-function values of all atoms, from a file if they have been evaluated before.

    There is one file for each set of functions and each list of structures (what counts are elements, positions and
    cells, not labels). It appears once it is complete. Of several processes that need the same one, one evaluates and
    the others wait; all then share its memory.

    Args:
        structures: list of `ase.Atoms`.
        functions: list of `SymmetryFunction`.
        elements: chemical symbols; functions that name no neighbors are taken for each.
        folder: of the files, made if it is not there; `default_folder()` if None.
        cutoff_function: see `SymmetryFunctionLayer`.
        progress: function of the number of structures done, called after each batch.

    Returns:
        Read-only memory-mapped array (N, F) float64, unscaled: a row for each atom, structure after structure.

    Raises:
        ValueError: naming the structure, if it cannot be used.
        OSError: the folder cannot be written.

    Example:
        >>> import tempfile
        >>> from ase.build import bulk
        >>> from atomzoo.models.potential.function_sets import load_function_set
        >>> functions = load_function_set("barch-tubman-2017", ["Au"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     cached_features([bulk("Au", a=4.08)], functions, ["Au"], folder).shape
        (1, 36)
    """
    return _cached(structures, functions, elements, None, folder, cutoff_function, progress)


def cached_rates(structures, functions, elements, directions, folder=None, cutoff_function="cosine", progress=None):
    """Rates of change of symmetry-function values as all atoms move together, kept as `cached_features` keeps values.

    Forces along a few directions a structure, for training: the rate of the energy is sum_i dE_i/dG_i . rate_i. There
    are as many of these numbers as features in each direction, far fewer than derivatives by each coordinate.

    Args:
        structures, functions, elements, folder, cutoff_function, progress: see `cached_features`.
        directions: array (N, K, 3): K displacements of each atom.

    Returns:
        Read-only memory-mapped array (N, K, F) float32, unscaled, in units of a feature's per that of `directions`.

    Raises:
        ValueError: directions of another number of atoms; or as `cached_features`.

    Example:
        >>> import tempfile
        >>> from ase.build import molecule
        >>> from atomzoo.layers import SymmetryFunction
        >>> directions = np.array([[[0.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rates = cached_rates([molecule("H2")], [SymmetryFunction("G1", 6.0)], ["H"], directions, folder)
        >>> rates.shape, bool(rates[0, 0, 0] == rates[1, 0, 0])
        ((2, 1, 1), True)
    """
    directions = np.asarray(directions, dtype="float64")
    n_atoms = sum(map(len, structures))
    if directions.ndim != 3 or directions.shape[::2] != (n_atoms, 3):
        raise ValueError(f"`directions` must have the shape ({n_atoms}, K, 3). Received: {directions.shape}")
    return _cached(structures, functions, elements, directions, folder, cutoff_function, progress)


def _cached(structures, functions, elements, directions, folder, cutoff_function, progress):
    # A potential evaluates features fast; its network has no part in them.
    options = {"hidden": (1,), "cutoff_function": cutoff_function, "dtype": "float64"}
    potential = NeuralNetworkPotential(elements, functions, **options)
    species = find_species(structures, potential.elements)
    folder = default_folder() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_key(potential, structures, directions)}.npy"
    n_directions = () if directions is None else directions.shape[1:2]
    shape = (len(species), *n_directions, len(potential.functions))
    dtype = np.dtype("float64" if directions is None else "float32")
    with FileLock(path.with_suffix(".lock")):  # that of a process that is killed is free again
        if _opened(path, shape, dtype) is None:
            temporary = path.with_name(f".{path.name}")  # of one process at a time, so that killed ones leave no more
            values = np.lib.format.open_memmap(temporary, mode="w+", dtype=dtype, shape=shape)
            _evaluate(potential, structures, directions, values, progress)
            values.flush()
            os.replace(temporary, path)
    return _opened(path, shape, dtype)


def default_folder():
    """`atomzoo` in the user's folder for caches, `$XDG_CACHE_HOME` or `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "atomzoo"


def split_features(features, *parts):
    """The rows of `cached_features` of each part of the structures, which lie one after another.

    Example:
        >>> from ase.build import molecule
        >>> [len(rows) for rows in split_features(np.zeros((5, 1)), [molecule("H2O")], [molecule("H2")])]
        [3, 2]
    """
    stops = np.cumsum([sum(map(len, part)) for part in parts])
    return np.split(features, stops[:-1])


def _key(potential, structures, directions):
    """Name of the file: a hash of all that the values depend on."""
    cutoff = potential.symmetry_functions.cutoff_function
    # The name of a layer is numbered by how many there have been.
    options = {name: value for name, value in cutoff.get_config().items() if name not in ("name", "dtype")}
    functions = [function.to_dict() for function in potential.functions]
    settings = [VERSION, potential.elements, functions, type(cutoff).__name__, options]
    content = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for atoms in structures:
        for array in (atoms.numbers, atoms.positions, atoms.cell.array, atoms.pbc):
            content.update(np.ascontiguousarray(array).tobytes())
        content.update(b"|")
    if directions is not None:
        content.update(str(directions.shape).encode() + directions.tobytes())
    return content.hexdigest()[:32]


def _opened(path, shape, dtype):
    """The values in a file; None if there is none, or one that is damaged."""
    try:
        values = np.lib.format.open_memmap(path, mode="r")  # never a pickle
    except (OSError, ValueError):
        return None
    return values if values.shape == shape and values.dtype == dtype else None


def _evaluate(potential, structures, directions, values, progress):
    """Fills `values`, batch by batch, on all cores."""
    parts = list(batches(structures, BATCH))
    stops = np.cumsum([sum(map(len, part)) for part in parts])[:-1]
    moves = [None] * len(parts) if directions is None else np.split(directions, stops)
    start, n_done = 0, 0
    with ThreadPoolExecutor(_n_cores()) as pool:
        for part, rows in zip(parts, pool.map(partial(_features, potential), parts, moves), strict=True):
            values[start : start + len(rows)] = rows
            start, n_done = start + len(rows), n_done + len(part)
            if progress is not None:
                progress(n_done)


def _n_cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _features(potential, structures, directions):
    """Features (n, F) of the atoms of some structures; their rates (n, K, F) if there are directions (n, K, 3)."""
    evaluator, n_features = potential.evaluator, len(potential.functions)
    values = np.empty((sum(map(len, structures)), *(() if directions is None else directions.shape[1:2]), n_features))
    for atoms, row, tangents in atom_rows(structures, potential, directions):
        if directions is None:
            values[atoms] = evaluator.row_features(row)
        for k, tangent in enumerate(tangents):
            values[atoms, k] = evaluator.row_rates(row, tangent)
    return values

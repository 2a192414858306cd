"""Features of many structures, kept in a file: evaluated once for a descriptor and a data set."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from filelock import FileLock

from atomzoo.datasets.arrays.batch import find_species
from atomzoo.datasets.arrays.neighborhoods import CHUNK
from atomzoo.models.potential.evaluation import DescriptorEvaluator, batches

VERSION = 2  # of the values: a file of another version is not found
BATCH = 16 * CHUNK  # atoms; so many that few chunks are filled only in part


def cached_features(structures, descriptor, folder=None, progress=None):
    """Features of all atoms, from a file if they have been evaluated before.

    There is one file for each descriptor and each list of structures (what counts are elements, positions and cells,
    not labels). It appears once it is complete. Of several processes that need the same one, one evaluates and the
    others wait; all then share its memory.

    Args:
        structures: list of `ase.Atoms`.
        descriptor: `Descriptor`, best of dtype float64.
        folder: of the files, made if it is not there; `default_folder()` if None.
        progress: function of the number of structures done, called after each batch.

    Returns:
        Read-only memory-mapped array (N, F) float64, unscaled: a row for each atom, structure after structure.

    Raises:
        ValueError: naming the structure, if it cannot be used.
        OSError: the folder cannot be written.

    Example:
        >>> import tempfile
        >>> from ase.build import bulk
        >>> from atomzoo.layers import SymmetryFunction, SymmetryFunctionLayer
        >>> descriptor = SymmetryFunctionLayer([SymmetryFunction("G1", 6.0)], ["Au"], dtype="float64")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     cached_features([bulk("Au", a=4.08)], descriptor, folder).shape
        (1, 1)
    """
    return _cached(structures, descriptor, None, folder, progress)


def cached_projections(structures, descriptor, directions, folder=None, progress=None):
    """Rates of change of features as all atoms move together, kept as `cached_features` keeps values.

    Forces along a few directions a structure, for training: the rate of the energy is sum_i dE_i/dG_i . rate_i. There
    are as many of these numbers as features in each direction, far fewer than derivatives by each coordinate.

    Args:
        structures, descriptor, folder, progress: see `cached_features`.
        directions: array (N, K, 3): K displacements of each atom.

    Returns:
        Read-only memory-mapped array (N, K, F) float32, unscaled, in units of a feature's per that of `directions`.

    Raises:
        ValueError: directions of another number of atoms; or as `cached_features`.

    Example:
        >>> import tempfile
        >>> from ase.build import molecule
        >>> from atomzoo.layers import SymmetryFunction, SymmetryFunctionLayer
        >>> descriptor = SymmetryFunctionLayer([SymmetryFunction("G1", 6.0)], ["H"], dtype="float64")
        >>> directions = np.array([[[0.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rates = cached_projections([molecule("H2")], descriptor, directions, folder)
        >>> rates.shape, bool(rates[0, 0, 0] == rates[1, 0, 0])
        ((2, 1, 1), True)
    """
    directions = np.asarray(directions, dtype="float64")
    n_atoms = sum(map(len, structures))
    if directions.ndim != 3 or directions.shape[::2] != (n_atoms, 3):
        raise ValueError(f"`directions` must have the shape ({n_atoms}, K, 3). Received: {directions.shape}")
    return _cached(structures, descriptor, directions, folder, progress)


def default_folder():
    """`atomzoo` in the user's folder for caches, `$XDG_CACHE_HOME` or `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "atomzoo"


def _cached(structures, descriptor, directions, folder, progress):
    species = find_species(structures, descriptor.elements)
    folder = default_folder() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_key(descriptor, structures, directions)}.npy"
    n_directions = () if directions is None else directions.shape[1:2]
    shape = (len(species), *n_directions, descriptor.n_features)
    dtype = np.dtype("float64" if directions is None else "float32")
    with _named(folder), FileLock(path.with_suffix(".lock")):  # free again when the process that holds it is killed
        if _opened(path, shape, dtype) is None:
            temporary = path.with_name(f".{path.name}")  # of one process at a time, so that killed ones leave no more
            try:
                values = np.lib.format.open_memmap(temporary, mode="w+", dtype=dtype, shape=shape)
                _reserve(temporary)
                _evaluate(descriptor, structures, directions, values, progress)
                values.flush()
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
    return _opened(path, shape, dtype)


def _reserve(path):
    """Takes the room of a file on the disk: to write to memory that has none there would end the process."""
    if not hasattr(os, "posix_fallocate"):
        return
    with open(path, "r+b") as file:
        os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)


@contextmanager
def _named(folder):
    """Names the folder in errors that do not say what could not be written."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(folder)) from None


def _key(descriptor, structures, directions):
    """Name of the file: a hash of all that the values depend on."""
    settings = [VERSION, type(descriptor).__name__, unnamed(descriptor.get_config())]
    content = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for atoms in structures:
        for array in (atoms.numbers, atoms.positions, atoms.cell.array, atoms.pbc):
            content.update(np.ascontiguousarray(array).tobytes())
        content.update(b"|")
    if directions is not None:
        content.update(str(directions.shape).encode() + directions.tobytes())
    return content.hexdigest()[:32]


def unnamed(config):
    """A layer's configuration without names, which are numbered by how many layers there have been."""
    if not isinstance(config, dict):
        return config
    return {key: unnamed(value) for key, value in config.items() if key not in ("name", "dtype", "shared_object_id")}


def _opened(path, shape, dtype):
    """The values in a file; None if there is none, or one that is damaged."""
    try:
        values = np.lib.format.open_memmap(path, mode="r")  # never a pickle
    except (OSError, ValueError):
        return None
    return values if values.shape == shape and values.dtype == dtype else None


def _evaluate(descriptor, structures, directions, values, progress):
    """Fills `values`, batch by batch, on all cores."""
    parts = list(batches(structures, BATCH))
    stops = np.cumsum([sum(map(len, part)) for part in parts])[:-1]
    moves = [None] * len(parts) if directions is None else np.split(directions, stops)
    start, n_done = 0, 0
    with ThreadPoolExecutor(n_cores()) as pool:
        evaluate = partial(_features, DescriptorEvaluator(descriptor))
        for part, rows in zip(parts, pool.map(evaluate, parts, moves), strict=True):
            values[start : start + len(rows)] = rows
            start, n_done = start + len(rows), n_done + len(part)
            if progress is not None:
                progress(n_done)


def n_cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _features(evaluator, structures, directions):
    """Features (n, F) of the atoms of some structures; their rates (n, K, F) if there are directions (n, K, 3)."""
    pairs = evaluator.pairs(structures)
    return evaluator.values(pairs) if directions is None else evaluator.projections(pairs, directions)

"""Symmetry-function values of many structures, kept in a file: evaluated once for a function set and a data set."""

import fcntl
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from atomzoo.datasets.arrays import find_species, pad, round_size
from atomzoo.datasets.neighbors import neighbor_list, triplet_list
from atomzoo.models.batches import batches
from atomzoo.models.evaluation import CHUNK, AtomRow
from atomzoo.models.potential import NeuralNetworkPotential

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
        >>> from atomzoo.models.function_sets import load_function_set
        >>> functions = load_function_set("barch-tubman-2017", ["Au"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     cached_features([bulk("Au", a=4.08)], functions, ["Au"], folder).shape
        (1, 36)
    """
    # A potential evaluates features fast; its network has no part in them.
    options = {"hidden": (1,), "cutoff_function": cutoff_function, "dtype": "float64"}
    potential = NeuralNetworkPotential(elements, functions, **options)
    species = find_species(structures, potential.elements)
    folder = default_folder() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_key(potential, structures)}.npy"
    shape = (len(species), len(potential.functions))
    with _locked(path):
        if _opened(path, shape) is None:
            temporary = path.with_name(f".{path.name}")  # of one process at a time, so that killed ones leave no more
            values = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.float64, shape=shape)
            _evaluate(potential, structures, values, progress)
            values.flush()
            os.replace(temporary, path)
    return _opened(path, shape)


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


def _key(potential, structures):
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
    return content.hexdigest()[:32]


def _opened(path, shape):
    """The values in a file; None if there is none, or one that is damaged."""
    try:
        values = np.lib.format.open_memmap(path, mode="r")  # never a pickle
    except (OSError, ValueError):
        return None
    return values if values.shape == shape and values.dtype == np.float64 else None


@contextmanager
def _locked(path):
    """Lets one process at a time in; the lock of a process that is killed is free again."""
    with open(path.with_suffix(".lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # closing the file frees it only if no other process was forked meanwhile


def _evaluate(potential, structures, values, progress):
    """Fills `values` (N, F), batch by batch, on all cores."""
    parts = list(batches(structures, BATCH))
    start, n_done = 0, 0
    with ThreadPoolExecutor(_n_cores()) as pool:
        for part, rows in zip(parts, pool.map(lambda part: _features(potential, part), parts), strict=True):
            values[start : start + len(rows)] = rows
            start, n_done = start + len(rows), n_done + len(part)
            if progress is not None:
                progress(n_done)


def _n_cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _features(potential, structures):
    """Features (N, F) of the atoms of some structures."""
    values = np.empty((sum(map(len, structures)), len(potential.functions)))
    for atoms, row in _rows(structures, potential):
        values[atoms] = potential.evaluator.row_features(row)
    return values


def _rows(structures, potential):
    """Pairs of atom numbers and their `AtomRow`: atoms with about as many neighbors, so that padding is small.

    Neighbor lists are padded to one of a few sizes, for each of which a program is compiled.
    """
    species = find_species(structures, potential.elements)
    first, second, displacements = _pairs(structures, potential.cutoff)
    counts = np.bincount(first, minlength=len(species))
    widths = np.array([round_size(max(8, count)) for count in range(counts.max() + 1)])[counts]
    for width in np.unique(widths):
        atoms = np.flatnonzero(widths == width)
        chosen = widths[first] == width
        vectors = pad(displacements[chosen], counts[atoms], width, np.nan)
        neighbor_species = pad(species[second[chosen]], counts[atoms], width, -1)
        for start in range(0, len(atoms), CHUNK):
            part = slice(start, start + CHUNK)
            triplets = _triplets(vectors[part], potential.cutoff) if potential.needs_triplets else None
            row = AtomRow(np.nan_to_num(vectors[part]), species[atoms[part]], neighbor_species[part], triplets)
            yield atoms[part], row


def _pairs(structures, cutoff):
    """Atom numbers i (P,) and j (P,) of all neighbors in all structures, and D_ij (P, 3) in A, ordered by i."""
    first, second, displacements, n_atoms = [], [], [], 0
    for atoms in structures:
        i, j, shifts = neighbor_list(atoms, cutoff)
        first.append(i + n_atoms)
        second.append(j + n_atoms)
        displacements.append(atoms.positions[j] + shifts - atoms.positions[i])
        n_atoms += len(atoms)
    return np.concatenate(first), np.concatenate(second), np.concatenate(displacements)


def _triplets(vectors, cutoff):
    counts, slots = triplet_list(vectors, cutoff)
    return pad(slots, counts, round_size(max(8, counts.max())), -1)

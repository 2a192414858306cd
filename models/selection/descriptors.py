"""Symmetry-function values as a table: one row an atom, one column a function."""

import json
from pathlib import Path

import numpy as np

from atomzoo.datasets.io.output_files import check_output, replacing
from atomzoo.layers import descriptor_from_functions
from atomzoo.layers.descriptors.functions import resolve
from atomzoo.models.potential.evaluation import DescriptorEvaluator, batches


def descriptors(structures, functions, elements, cutoff_function="cosine", track=iter):
    """Evaluates symmetry functions of every atom, in float64, unscaled.

    Args:
        structures: list of `ase.Atoms`.
        functions: list of `SymmetryFunction` for all atoms, or a dict of such lists by element of the central atom.
        elements: chemical symbols that are counted as neighbors; functions that name no neighbors are taken for each.
        cutoff_function: see `SymmetryFunctionLayer`.
        track: wraps the list of batches of structures that are worked through, for example `rich.progress.track`.

    Returns:
        Dict of arrays, with a row for each atom in the order of the structures:

        - `values` (N, F) float64; a column for each function of the atom's element, in the order given, and NaN
          where other elements have more of them
        - `structure` (N,) and `atom` (N,) int64: index of the structure, and of the atom in it
        - `species` (N,) str: chemical symbol
        - `functions`: text, a JSON object with the list of functions (as `SymmetryFunction.to_dict`) of each element

    Raises:
        ValueError: an element without functions, or a structure that cannot be used.

    Example:
        >>> from ase.build import bulk
        >>> from atomzoo import load_function_set
        >>> gold = bulk("Au", a=4.08)
        >>> table = descriptors([gold], load_function_set("barch-tubman-2017", ["Au"]), ["Au"])
        >>> table["values"].shape, table["species"].tolist()
        ((1, 36), ['Au'])
    """
    elements = list(elements)
    by_element = functions if isinstance(functions, dict) else dict.fromkeys(elements, functions)
    by_element = {element: resolve(chosen, elements) for element, chosen in by_element.items()}
    _check_elements(structures, by_element)
    different = list(dict.fromkeys(function for chosen in by_element.values() for function in chosen))
    evaluator = DescriptorEvaluator(descriptor_from_functions(different, elements, cutoff_function, dtype="float64"))
    rows = [np.concatenate(evaluator.features(batch)) for batch in track(list(batches(structures)))]
    species = np.array([symbol for atoms in structures for symbol in atoms.symbols])
    columns = {element: [different.index(function) for function in chosen] for element, chosen in by_element.items()}
    return {
        "values": _arranged(np.concatenate(rows), species, columns),
        "structure": np.repeat(np.arange(len(structures)), [len(atoms) for atoms in structures]),
        "atom": np.concatenate([np.arange(len(atoms)) for atoms in structures]),
        "species": species,
        "functions": np.array(json.dumps({e: [f.to_dict() for f in chosen] for e, chosen in by_element.items()})),
    }


def save_descriptors(table, path):
    """Writes what `descriptors` returned to an `.npz` file, which `numpy.load` reads.

    Raises:
        ValueError: another ending.
        OSError: the file cannot be written.
    """
    with replacing(check_descriptor_file(path)) as temporary:
        np.savez(temporary, **table)


def check_descriptor_file(path):
    """As `check_output`, and that the name ends in `.npz`."""
    if Path(path).suffix != ".npz":
        raise ValueError(f"The file of descriptors must end in .npz. Received: '{path}'")
    return check_output(path)


def _check_elements(structures, by_element):
    for k, atoms in enumerate(structures):
        for symbol in atoms.symbols:
            if symbol not in by_element:
                raise ValueError(f"structure {k}: there is no set-up for '{symbol}'. Received: {', '.join(by_element)}")


def _arranged(rows, species, columns):
    values = np.full((len(rows), max(map(len, columns.values()))), np.nan)
    for element, chosen in columns.items():
        of_element = species == element
        values[of_element, : len(chosen)] = rows[of_element][:, chosen]
    return values

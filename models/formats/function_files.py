"""Symmetry functions from files of any kind: presets, JSON, aenet's `.stp`, n2p2's `input.nn`."""

from pathlib import Path

from atomzoo.layers.descriptors.functions import resolve
from atomzoo.models.formats.aenet.setup_reader import read_setup
from atomzoo.models.formats.n2p2 import read_functions
from atomzoo.models.potential.function_sets import load_function_set


def load_functions(name_or_path, elements):
    """Symmetry functions for all central elements, resolved for the given neighbor elements.

    Args:
        name_or_path: a preset or `.json` file, see `load_function_set`; or an aenet `.stp` file.
        elements: chemical symbols of the neighbors.

    Returns:
        List of `SymmetryFunction` with `neighbors` set, in the order of the set or file.

    Raises:
        ValueError: an unknown name, a file that cannot be read, or a function of other elements.
        OSError: the file cannot be opened.

    Example:
        >>> len(load_functions("aenet-tio2", ["Ti", "O"]))
        70
    """
    if Path(str(name_or_path)).suffix.lower() != ".stp":
        return load_function_set(name_or_path, elements)
    functions = read_setup(name_or_path).functions
    try:
        return resolve(functions, elements)
    except ValueError as error:
        raise ValueError(f"{name_or_path}: {error}") from None


def load_setups(names, elements, length_unit="A"):
    """Reads the functions of each central element from set-ups.

    Args:
        names: aenet `.stp` files, one for each central element; or one preset or `.json` file for all elements; or
            n2p2's `input.nn`.
        elements: chemical symbols in the structures.
        length_unit: that of `input.nn`, "A" or "Bohr".

    Returns:
        `(functions, elements, cutoff_function)` as `descriptors` takes them: a dict by central element, and all
        neighbor elements.

    Raises:
        ValueError: two set-ups of one element, one that cannot be read, or one without element beside others.
        OSError: a file that cannot be opened.
    """
    if [Path(name).suffix.lower() for name in names] != [".stp"] * len(names):
        if len(names) > 1:
            raise ValueError(f"Only .stp files can be given together. Received: {', '.join(map(str, names))}")
        if Path(names[0]).suffix.lower() == ".nn":
            functions, cutoff_function = read_functions(names[0], length_unit)
            return functions, list(functions), cutoff_function
        return dict.fromkeys(elements, load_function_set(names[0], elements)), list(elements), "cosine"
    setups = [read_setup(name) for name in names]
    central = [setup.element for setup in setups]
    if len(set(central)) < len(central):
        raise ValueError(f"Each set-up must be of another element. Received: {', '.join(central)}")
    neighbors = [element for setup in setups for element in setup.neighbor_elements]
    functions = {setup.element: list(setup.functions) for setup in setups}
    return functions, list(dict.fromkeys(neighbors + central)), "cosine"

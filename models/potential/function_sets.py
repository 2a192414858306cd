"""Sets of symmetry functions: those of the papers by name, and files.

A set is a list of `SymmetryFunction`. In a JSON file it is a list of their dicts, one a function:

    [{"kind": "G2", "cutoff": 6.5, "eta": 4.0, "rs": 2.5},
     {"kind": "G5", "cutoff": 6.5, "eta": 0.2, "zeta": 4, "lambda_": -1, "neighbors": ["Ti", "O"]}]

"kind" and "cutoff" must be there, the other parameters of the kind have the defaults of `SymmetryFunction`. Lengths are
in A, eta in A^-2, kappa in A^-1. Without "neighbors" a function is taken for every neighbor element (G1-G3), or every
unordered pair of them (G4, G5).
"""

import json
from pathlib import Path

from atomzoo.datasets.io.output_files import replacing
from atomzoo.layers.descriptors.from_functions import function_from
from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve


def _radial(cutoff, etas, shifts=(0.0,)):
    return [SymmetryFunction("G2", cutoff, eta=eta, rs=rs) for rs in shifts for eta in etas]


def _angular(kind, cutoffs, etas, zetas):
    return [
        SymmetryFunction(kind, cutoff, eta=eta, zeta=zeta, lambda_=lambda_)
        for zeta in zetas
        for lambda_ in (-1, 1)
        for cutoff in cutoffs
        for eta in etas
    ]


# Round numbers in Bohr^-2 (0.0009, 0.01, 0.02, 0.035, 0.06, 0.1, 0.2, 0.4), as used since Behler 2011.
_BEHLER_ETAS = (0.003214, 0.035711, 0.071421, 0.124987, 0.214264, 0.357106, 0.714213, 1.428426)

FUNCTION_SETS = {
    "barch-tubman-2017": {
        "description": "Radial and wide angular functions for gold clusters; one element.",
        "paper": "Barch and Tubman, Solving for Minimum Energy Structures with Neural Networks, "
        "Technical Report UCB/EECS-2017-104, University of California, Berkeley (2017)",
        "units": "A, A^-2",
        "size": 36,
        "functions": _radial(6.5, _BEHLER_ETAS)
        + _radial(6.5, (4.0,), shifts=(2.5, 3.0, 3.5, 4.5))
        + _angular("G5", (6.5,), (0.000357, 0.028569, 0.089277, 0.2), (1, 2, 4)),
    },
    "behler-parrinello-2007": {
        "description": "Silicon. The paper says 48 functions within 6 A and prints no table: these are the 48 for "
        "silicon that the code of J.-A. Stende's MSc thesis (University of Oslo, 2017) says were received from Behler. "
        "That they are the paper's own, in A, and G4 (its angular form) is inferred from their number and cutoff.",
        "paper": "Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007)",
        "units": "A, A^-2",
        "size": 48,
        "functions": _radial(6.0, (2.0, 0.5, 0.2, 0.1, 0.04, 0.001))
        + _radial(6.0, (4.0,), shifts=(5.5, 5.0, 4.5, 4.0, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0))
        + _angular("G4", (6.0, 5.5, 5.0, 4.5, 4.0, 3.5), (0.01,), (1,))
        + _angular("G4", (6.0, 5.0, 4.0, 3.0), (0.01,), (2, 4))
        + _angular("G4", (6.0, 4.0), (0.01,), (16,)),
    },
    "stende-2017-silicon": {
        "description": "Silicon after Stillinger and Weber: the final 24 functions.",
        "paper": "J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, "
        "MSc thesis, University of Oslo (2017)",
        "units": "A, A^-2",
        "size": 24,
        "functions": _radial(6.0, (0.3, 0.1, 0.05, 0.005))
        + _radial(6.0, (5.0,), shifts=(4.2, 3.5, 2.7, 2.0))
        + _angular("G5", (6.0,), (0.01,), (1, 2, 4, 16))
        + [
            SymmetryFunction("G5", cutoff, eta=0.01, zeta=zeta, lambda_=lambda_)
            for cutoff, zeta, lambda_ in (
                *((3.0, 1, -1), (3.0, 1, 1), (4.0, 2, -1), (3.0, 2, 1)),
                *((4.0, 4, -1), (4.0, 4, 1), (4.0, 16, -1), (4.0, 16, 1)),
            )
        ],
    },
    "aenet-tio2": {
        "description": "The set of aenet's TiO2 example: 70 functions once resolved for Ti and O (16 G2, 54 G4).",
        "paper": "Artrith and Urban, Comput. Mater. Sci. 114, 135 (2016)",
        "units": "A, A^-2",
        "size": 26,
        "functions": _radial(6.5, _BEHLER_ETAS) + _angular("G4", (6.5,), (0.000357, 0.028569, 0.089277), (1, 2, 4)),
    },
    "aenet-tio2-wide": {
        "description": "aenet-tio2 with G5 in place of G4: also 70 functions once resolved (16 G2, 54 G5), and a tenth "
        "of its cost.",
        "paper": "Artrith and Urban, Comput. Mater. Sci. 114, 135 (2016), but for the kind of the angular functions",
        "units": "A, A^-2",
        "size": 26,
        "functions": _radial(6.5, _BEHLER_ETAS) + _angular("G5", (6.5,), (0.000357, 0.028569, 0.089277), (1, 2, 4)),
    },
}


def load_function_set(name_or_path, elements):
    """Loads a set of symmetry functions and resolves it for the given neighbor elements.

    Args:
        name_or_path: a key of `FUNCTION_SETS`, or a `.json` file (see above). Files of other programs are read by
            `atomzoo.models.formats.function_files`.
        elements: chemical symbols of the neighbors.

    Returns:
        List of `SymmetryFunction` with `neighbors` set, one for each feature, in the order of the set or file.

    Raises:
        ValueError: an unknown name, a file that cannot be read, or a function of other elements.
        OSError: the file cannot be opened.

    Example:
        >>> len(load_function_set("barch-tubman-2017", ["Au"])), len(load_function_set("aenet-tio2", ["Ti", "O"]))
        (36, 70)
    """
    name = str(name_or_path)
    if name in FUNCTION_SETS:
        return resolve(FUNCTION_SETS[name]["functions"], elements)
    if Path(name).suffix.lower() != ".json":
        presets = ", ".join(FUNCTION_SETS)
        raise ValueError(f"A function set is one of {presets}, or a .json file. Received: {name!r}")
    functions = _read_json(name)
    try:
        return resolve(functions, elements)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def save_function_set(functions, path):
    """Writes symmetry functions to a JSON file that `load_function_set` reads.

    Args:
        functions: `SymmetryFunction`s.
        path: the file, ending in `.json`, replaced only once all is written.

    Raises:
        ValueError: another ending, or no functions.
    """
    if Path(path).suffix.lower() != ".json":
        raise ValueError(f"The file of a function set must end in .json. Received: {str(path)!r}")
    lines = [json.dumps(function.to_dict()) for function in functions]
    if not lines:
        raise ValueError(f"A function set needs one or more functions. Received: {functions}")
    with replacing(path) as temporary:
        temporary.write_text("[" + ",\n ".join(lines) + "]\n", encoding="utf-8")


def _read_json(path):
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a JSON file ({error}). Received: {text[:80]!r}") from None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path} must hold a list of one or more functions. Received: {text[:80]!r}")
    return [_read_entry(path, number, entry) for number, entry in enumerate(entries, start=1)]


def _read_entry(path, number, entry):
    try:
        return function_from(entry)
    except ValueError as error:
        raise ValueError(f"{path}, function {number}: {error}") from None

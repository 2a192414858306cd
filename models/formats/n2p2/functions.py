"""The lines `symfunction_short` of `input.nn`, and the order of the functions inside n2p2.

symfunction_short S 2 Cu    eta rs rc                     G2
symfunction_short S 3 S Cu  eta lambda zeta rc [rs]       G4
symfunction_short S 9 S Cu  eta lambda zeta rc [rs]       G5
"""

from dataclasses import replace

from atomzoo.datasets.io.words import shortened, to_element, to_number, to_text
from atomzoo.layers.descriptors.functions import SymmetryFunction

KINDS = {"2": "G2", "3": "G4", "9": "G5"}
TYPES = {"G1": 2, "G2": 2, "G4": 3, "G5": 9}  # G1 is a G2 of eta = 0
PARAMETERS = {"G2": ("eta", "rs", "cutoff"), "G4": ("eta", "lambda_", "zeta", "cutoff", "rs")}
PARAMETERS["G5"] = PARAMETERS["G4"]


def parse_function(words, elements):
    """The central element and the function, in the units of the file, of the words behind `symfunction_short`."""
    if len(words) < 2 or words[1] not in KINDS:
        raise ValueError(f"a symmetry function must be of type 2, 3 or 9. Received: {shortened(' '.join(words))}")
    kind = KINDS[words[1]]
    n_neighbors = 1 if kind == "G2" else 2
    center, *neighbors = (to_element(word, elements) for word in (words[0], *words[2 : 2 + n_neighbors]))
    names, values = PARAMETERS[kind], [to_number(word) for word in words[2 + n_neighbors :]]
    if len(values) != len(names) and not (kind != "G2" and len(values) == len(names) - 1):
        expected = " ".join(name.rstrip("_") for name in names)
        raise ValueError(f"type {words[1]} takes the elements and {expected}. Received: {shortened(' '.join(words))}")
    neighbors = tuple(sorted(neighbors, key=elements.index))
    return center, SymmetryFunction(kind, neighbors=neighbors, **dict(zip(names, values, strict=False)))


def format_function(center, function, units):
    """The line of a function, in the units of the file."""
    kind = "G2" if function.kind == "G1" else function.kind
    factors = {"eta": units.length**-2, "rs": units.length, "cutoff": units.length}
    values = [to_text(getattr(function, name), factors.get(name, 1.0)) for name in PARAMETERS[kind]]
    return " ".join(["symfunction_short", center, str(TYPES[kind]), *function.neighbors, *values])


def converted(function, units):
    """A function in the units of the file as one in A and A^-2."""
    length = units.length
    return replace(function, cutoff=function.cutoff * length, eta=function.eta * length**-2, rs=function.rs * length)


def sort_key(function, elements):
    """n2p2 sorts the functions of an element by this, in the units of the file."""
    neighbors = [elements.index(element) for element in function.neighbors]
    angular = (function.zeta, function.lambda_) if function.is_angular else ()
    return TYPES[function.kind], function.cutoff, function.eta, function.rs, *angular, *neighbors

"""The lines `symfunction_short` of `input.nn`, and the order of the functions inside n2p2.

symfunction_short S 2 Cu    eta rs rc                                      G2
symfunction_short S 3 S Cu  eta lambda zeta rc [rs]                        G4
symfunction_short S 9 S Cu  eta lambda zeta rc [rs]                        G5
symfunction_short S 20 Cu   rlow rc subtype                                C2
symfunction_short S 21 S Cu rlow rc thetalow thetahigh subtype             C4, 22: C5
symfunction_short S 23      rlow rc subtype                                C2 weighted by atomic numbers
symfunction_short S 24      rlow rc thetalow thetahigh subtype             C4 weighted, 25: C5 weighted
"""

from dataclasses import replace

from ase.data import atomic_numbers

from atomzoo.datasets.io.words import shortened, to_element, to_number, to_text
from atomzoo.layers.descriptors.compact_functions import COMPACT_PARAMETERS, CompactFunction
from atomzoo.layers.descriptors.functions import SymmetryFunction

KINDS = {"2": "G2", "3": "G4", "9": "G5", "20": "C2", "21": "C4", "22": "C5", "23": "C2", "24": "C4", "25": "C5"}
WEIGHTED = ("23", "24", "25")
TYPES = {"G1": 2, "G2": 2, "G4": 3, "G5": 9, "C2": 20, "C4": 21, "C5": 22}  # G1 is a G2 of eta = 0
PARAMETERS = {"G2": ("eta", "rs", "cutoff"), "G4": ("eta", "lambda_", "zeta", "cutoff", "rs"), **COMPACT_PARAMETERS}
PARAMETERS["G5"] = PARAMETERS["G4"]


def parse_function(words, elements):
    """The central element and the function, in the units of the file, of the words behind `symfunction_short`."""
    if len(words) < 2 or words[1] not in KINDS:
        known = "2, 3, 9 or 20 to 25"
        raise ValueError(f"a symmetry function must be of type {known}. Received: {shortened(' '.join(words))}")
    kind, is_weighted = KINDS[words[1]], words[1] in WEIGHTED
    n_neighbors = 0 if is_weighted else 1 if kind in ("G2", "C2") else 2
    center, *neighbors = (to_element(word, elements) for word in (words[0], *words[2 : 2 + n_neighbors]))
    names, values = PARAMETERS[kind], words[2 + n_neighbors :]
    if len(values) != len(names) and not (kind in ("G4", "G5") and len(values) == len(names) - 1):
        expected = " ".join(name.rstrip("_") for name in names)
        raise ValueError(f"type {words[1]} takes the elements and {expected}. Received: {shortened(' '.join(words))}")
    fields = {
        name: value if name == "subtype" else to_number(value) for name, value in zip(names, values, strict=False)
    }
    if is_weighted:
        return center, CompactFunction(kind, weights=_weights(elements), **fields)
    function = CompactFunction if kind in COMPACT_PARAMETERS else SymmetryFunction
    return center, function(kind, neighbors=tuple(sorted(neighbors, key=elements.index)), **fields)


def format_function(center, function, elements, units):
    """The line of a function of a potential of `elements`, in the units of the file."""
    if getattr(function, "kind", None) not in TYPES:
        raise ValueError(f"n2p2 has no symmetry function of this kind: {function}")
    number, kind = TYPES[function.kind], "G2" if function.kind == "G1" else function.kind
    if weights := getattr(function, "weights", ()):
        number += 3
        if dict(weights) != dict(_weights(elements)):
            raise ValueError(f"n2p2 weights all neighbors by their atomic numbers. Received: {function}")
    factors = {"eta": units.length**-2, "rs": units.length, "cutoff": units.length, "rlow": units.length}
    values = [getattr(function, name) for name in PARAMETERS[kind]]
    texts = [
        value if name == "subtype" else to_text(value, factors.get(name, 1.0))
        for name, value in zip(PARAMETERS[kind], values, strict=True)
    ]
    return " ".join(["symfunction_short", center, str(number), *function.neighbors, *texts])


def converted(function, units):
    """A function in the units of the file as one in A and A^-2."""
    length = units.length
    if isinstance(function, CompactFunction):
        return replace(function, cutoff=function.cutoff * length, rlow=function.rlow * length)
    return replace(function, cutoff=function.cutoff * length, eta=function.eta * length**-2, rs=function.rs * length)


def sort_key(function, elements):
    """n2p2 sorts the functions of an element by this, in the units of the file."""
    number, neighbors = TYPES[function.kind], [elements.index(element) for element in function.neighbors]
    if isinstance(function, CompactFunction):
        number += 3 if function.weights else 0
        range_ = function.cutoff, function.rlow, function.thetalow, function.thetahigh
        return number, function.subtype, *neighbors, *range_
    angular = (function.zeta, function.lambda_) if function.is_angular else ()
    return number, function.cutoff, function.eta, function.rs, *angular, *neighbors


def _weights(elements):
    return tuple((element, float(atomic_numbers[element])) for element in elements)

"""Reads the text file of `pair_style nn/manybody`, which `network_file.py` writes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atomzoo.datasets.io.words import shortened, to_element, to_integer, to_number
from atomzoo.layers import CosineCutoff, PolynomialCutoff, RepulsiveCore, TanhCutoff
from atomzoo.layers.descriptors.chebyshev_functions import KINDS, ChebyshevFunction
from atomzoo.layers.descriptors.compact_functions import COMPACT_PARAMETERS, CompactFunction
from atomzoo.layers.descriptors.functions import PARAMETERS, SymmetryFunction, check_elements
from atomzoo.models.potential.native.network_text import ACTIVATIONS, VERSION

# Layers, and what they have beside `inner_fraction`.
CUTOFFS = {
    "cosine": (CosineCutoff, ()),
    "tanh": (TanhCutoff, ("normalized",)),
    "polynomial": (PolynomialCutoff, ("order",)),
}
INTEGERS = ("order", "normalized")
INFINITE = {"inf": np.inf, "-inf": -np.inf}
SMALLEST_FACTOR = 1e-300  # of which the inverse is finite


@dataclass(frozen=True)
class ElementNetwork:
    """What the file holds of one element.

    Attributes:
        shift: eV.
        columns: list of the numbers of its functions, n.
        inputs: array (n, 4): offset, factor, smallest and largest value of each.
        layers: list of (activation, kernel, bias).
    """

    shift: float
    columns: list
    inputs: np.ndarray
    layers: list


@dataclass(frozen=True)
class NetworkFile:
    """The content of the file.

    Attributes:
        elements: list of chemical symbols.
        cutoff_function: cutoff layer.
        double_count: whether each pair of neighbors is counted twice.
        scale: of the networks' energies, eV.
        core: `RepulsiveCore` or None.
        functions: list of `SymmetryFunction`, `ChebyshevFunction` and `CompactFunction`.
        networks: dict from element to `ElementNetwork`.
    """

    elements: list
    cutoff_function: object
    double_count: bool
    scale: float
    core: object
    functions: list
    networks: dict


def is_network_file(path):
    """Whether a file begins as `write_lammps` begins one."""
    with open(path, "rb") as file:
        return file.read(len("nn/manybody")) == b"nn/manybody"


def read_network_file(path):
    """The content of a network file, as `NetworkFile`.

    Raises:
        ValueError: what cannot be read, naming file and line.
        OSError: the file cannot be opened.
    """
    lines = _Lines(Path(path).read_text(encoding="utf-8", errors="replace"))
    try:
        return _network_file(lines)
    except ValueError as error:
        raise ValueError(f"'{path}', line {lines.number}: {error}") from None


class _Lines:
    """Goes through the lines once; `number` is that of the last one taken (from 1)."""

    def __init__(self, text):
        self.lines, self.number = text.split("\n"), 0

    def words(self):
        """Those of the next line that has any."""
        while self.number < len(self.lines):
            self.number += 1
            if words := self.lines[self.number - 1].split("#", maxsplit=1)[0].split():
                return words
        raise ValueError("the file ends too early. Received: the end")

    def has_more(self):
        """Whether any words follow."""
        return any(line.split("#", maxsplit=1)[0].split() for line in self.lines[self.number :])

    def begins(self, keyword):
        """Whether the next line that has any words begins with a keyword; it is not taken."""
        number = self.number
        words, self.number = self.words(), number
        return words[0] == keyword

    def after(self, keyword, n=None):
        """The words behind a keyword, `n` of them."""
        words = self.words()
        if words[0] != keyword or (n is not None and len(words) != n + 1):
            what = "" if n is None else f" and {n} words"
            raise ValueError(f"expected {keyword}{what}. Received: {_text(words)}")
        return words[1:]

    def numbers(self, n):
        words = self.words()
        if len(words) != n:
            raise ValueError(f"expected {n} numbers. Received: {len(words)}")
        return [to_number(word) for word in words]

    def count(self, keyword):
        value = to_integer(self.after(keyword, 1)[0])
        if not value:
            raise ValueError(f"{keyword} must be 1 or more. Received: 0")
        return value


def _network_file(lines):
    if to_integer(lines.after("nn/manybody", 1)[0]) != VERSION:
        raise ValueError(f"only version {VERSION} of the format is known")
    elements = [to_element(word) for word in lines.after("elements")]
    check_elements(elements)
    cutoff_function = _cutoff_function(lines.after("cutoff_function"))
    pair_count = lines.count("pair_count")
    if pair_count > 2:
        raise ValueError(f"pair_count must be 1 or 2. Received: {pair_count}")
    scale = to_number(lines.after("energy_scale", 1)[0])
    core = _core(lines.after("core"), len(elements)) if lines.begins("core") else None
    functions = [_function(lines.words(), elements) for _ in range(lines.count("functions"))]
    networks = {element: _element_network(lines, element, len(functions)) for element in elements}
    lines.after("end", 0)
    if lines.has_more():
        raise ValueError("several networks, a committee, are read by LAMMPS alone. Received: more behind end")
    return NetworkFile(elements, cutoff_function, pair_count == 2, scale, core, functions, networks)


def _pairs(words, known):
    """Keys, which must be among `known`, and their values as a dict."""
    if len(words) % 2 or len(set(words[::2])) < len(words) // 2 or not set(words[::2]) <= set(known):
        raise ValueError(f"expected pairs of a key and a value, {', '.join(known)}. Received: {_text(words)}")
    convert = {key: str if key == "subtype" else to_integer if key in INTEGERS else to_number for key in known}
    return {key: convert[key](value) for key, value in zip(words[::2], words[1::2], strict=True)}


def _text(words):
    return shortened(" ".join(words))


def _cutoff_function(words):
    if not words or words[0] not in CUTOFFS:
        raise ValueError(f"the cutoff function must be one of {', '.join(CUTOFFS)}. Received: {_text(words)}")
    layer, known = CUTOFFS[words[0]]
    options = _pairs(words[1:], ("inner_fraction", *known))
    return layer(**{name: bool(value) if name == "normalized" else value for name, value in options.items()})


def _core(words, n_elements):
    first, second = np.triu_indices(n_elements)
    numbers, values = words[2 : n_elements + 2], words[n_elements + 3 :]
    if words != ["zbl", "numbers", *numbers, "radii", *values] or len(values) != 2 * len(first):
        raise ValueError(
            "expected zbl, numbers, one of each element, radii, and two of each pair of elements. "
            f"Received: {_text(words)}"
        )
    radii = np.zeros((2, n_elements, n_elements))
    radii[:, first, second] = radii[:, second, first] = np.reshape([to_number(v) for v in values], (-1, 2)).T
    return RepulsiveCore([to_integer(number) for number in numbers], *radii, name="core")


def _function(words, elements):
    kind, *words = words
    known = PARAMETERS | dict.fromkeys(KINDS, ("cutoff", "order")) | COMPACT_PARAMETERS
    if kind not in known:
        raise ValueError(f"a function must be of {', '.join(known)}. Received: {shortened(kind)}")
    place = next((words.index(key) for key in ("neighbors", "weights") if key in words), len(words))
    names = known[kind]
    values = _pairs(words[:place], [name.rstrip("_") for name in names])
    fields = {"kind": kind} | {name: values[name.rstrip("_")] for name in names if name.rstrip("_") in values}
    is_weighted = words[place:][:1] == ["weights"]
    if kind in KINDS or (kind in COMPACT_PARAMETERS and is_weighted):
        weights = _pairs(words[place + 1 :], elements) if is_weighted else {}
        function = ChebyshevFunction if kind in KINDS else CompactFunction
        return function.from_dict(fields | {"weights": [list(pair) for pair in weights.items()]})
    neighbors = [to_element(word, elements) for word in words[place + 1 :]]
    if not neighbors:
        raise ValueError(f"its neighbors must be named. Received: {_text([kind, *words])}")
    function = CompactFunction if kind in COMPACT_PARAMETERS else SymmetryFunction
    return function.from_dict(fields | {"neighbors": neighbors})


def _element_network(lines, element, n_functions):
    found = lines.after("element", 1)
    if found != [element]:
        raise ValueError(f"expected the network of {element}. Received: {shortened(found[0])}")
    shift = to_number(lines.after("energy_shift", 1)[0])
    rows = [_input(lines.words(), n_functions) for _ in range(lines.count("inputs"))]
    layers, n_in = [], len(rows)
    for _ in range(lines.count("layers")):
        layers.append(_layer(lines, n_in))
        n_in = len(layers[-1][2])
    if n_in != 1:
        raise ValueError(f"the last layer of {element} must have one node. Received: {n_in}")
    return ElementNetwork(shift, [row[0] for row in rows], np.array([row[1:] for row in rows]), layers)


def _input(words, n_functions):
    if len(words) != 5 or to_integer(words[0]) >= n_functions:
        raise ValueError(
            f"expected a function below {n_functions}, offset, factor, smallest and largest value. "
            f"Received: {_text(words)}"
        )
    limits = [INFINITE[word] if word in INFINITE else to_number(word) for word in words[3:]]
    if limits[0] > limits[1]:
        raise ValueError(f"the largest value must not be below the smallest. Received: {_text(words)}")
    offset, factor = to_number(words[1]), to_number(words[2])
    if 0 < abs(factor) < SMALLEST_FACTOR:
        raise ValueError(f"a factor must be 0 or at least {SMALLEST_FACTOR}. Received: {factor}")
    return to_integer(words[0]), offset, factor, *limits


def _layer(lines, n_in):
    name, *sizes = lines.after("layer", 3)
    if name not in ACTIVATIONS.values():
        raise ValueError(f"there is no such activation. Received: {shortened(name)}")
    given_in, n_out = (to_integer(size) for size in sizes)
    if given_in != n_in or not n_out:
        raise ValueError(f"a layer must have {n_in} inputs and at least one node. Received: {given_in} and {n_out}")
    bias = np.array(lines.numbers(n_out))
    return name, np.array([lines.numbers(n_out) for _ in range(n_in)]), bias

"""aenet's structural fingerprint set-up (`.stp`): the symmetry functions of one central element.

    DESCR
      any text
    END DESCR
    ATOM Ti                              central element
    ENV 2                                its neighbor elements, one a line
    Ti
    O
    RMIN 0.75d0                          shortest distance, A
    SYMMFUNC type=Behler2011             or FUNCTIONS
    1                                    number of functions, then one a line, keys in any order
    G=2 type2=O eta=0.003214 Rs=0.0 Rc=6.5

G=1 takes type2 and Rc; G=2 also Rs and eta; G=3 also kappa; G=4 and G=5 take type2, type3, Rc, lambda, zeta, eta.
Everything after `!`, `#` or `%` is a comment. Lengths are in A, eta in A^-2, kappa in A^-1.
"""

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ase.data import atomic_numbers

from atomzoo.layers.symmetry_functions import SymmetryFunction

KEYS = {
    "G1": ("type2", "Rc"),
    "G2": ("type2", "Rc", "Rs", "eta"),
    "G3": ("type2", "Rc", "kappa"),
    "G4": ("type2", "type3", "Rc", "lambda", "zeta", "eta"),
    "G5": ("type2", "type3", "Rc", "lambda", "zeta", "eta"),
}
FIELDS = {"Rc": "cutoff", "Rs": "rs", "eta": "eta", "kappa": "kappa", "lambda": "lambda_", "zeta": "zeta"}
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eEdD][+-]?[0-9]+)?")


@dataclass(frozen=True)
class AenetSetup:
    """The content of one `.stp` file.

    Args:
        element: chemical symbol of the central atom.
        neighbor_elements: symbols of its neighbors, in ENV order.
        functions: `SymmetryFunction`s with `neighbors` set, in file order.
        rmin: shortest distance that aenet accepts, in A; aenet's own default is 1.
        description: free text.

    Raises:
        ValueError: an unknown or repeated element, no functions, or one whose neighbors are not among the elements.
    """

    element: str
    neighbor_elements: tuple[str, ...]
    functions: tuple[SymmetryFunction, ...]
    rmin: float = 1.0
    description: str = ""

    def __post_init__(self):
        for name, kind in (("neighbor_elements", tuple), ("functions", tuple), ("rmin", float)):
            object.__setattr__(self, name, kind(getattr(self, name)))
        for element in (self.element, *self.neighbor_elements):
            _check_element(element)
        _check_environment(self.neighbor_elements)
        _check_rmin(self.rmin)
        if not self.functions:
            raise ValueError(f"A set-up needs one or more functions. Received: {self.functions}")
        for function in self.functions:
            _check_neighbors(function, self.neighbor_elements)


def read_setup(path):
    """Reads an aenet `.stp` file with Behler's symmetry functions G1 to G5.

    Args:
        path: the file.

    Returns:
        `AenetSetup`, its functions in file order; see `canonical_order` for that of aenet's networks.

    Raises:
        ValueError: what cannot be read, with file and line.
        OSError: the file cannot be opened.
    """
    lines = _Lines(Path(path).read_text(encoding="utf-8", errors="replace"))
    try:
        sections = {}
        while (line := lines.next()) is not None:
            name, value = _read_section(lines, line, sections)
            if name in sections:
                raise ValueError(f"given twice. Received: {line!r}")
            sections[name] = value
        for name, keyword in (("element", "ATOM"), ("neighbor_elements", "ENV"), ("functions", "SYMMFUNC")):
            if name not in sections:
                raise ValueError(f"the file ends without {keyword}. Received: only {', '.join(sections) or 'nothing'}")
        return AenetSetup(**sections)
    except ValueError as error:
        raise ValueError(f"{path}, line {lines.number}: {error}") from None


def write_setup(setup, path):
    """Writes an aenet `.stp` file; `read_setup` gives back the same numbers to the last bit, and the same order.

    Args:
        setup: `AenetSetup`.
        path: the file, replaced only once all is written.

    Raises:
        ValueError: something the format cannot hold (a shift `rs` in G4 or G5, "END DESCR" in the description).
    """
    if "end descr" in setup.description.lower():
        raise ValueError(f"The description must not contain END DESCR. Received: {setup.description!r}")
    text = "\n".join(
        [
            "DESCR",
            *(f"  {line}" for line in setup.description.splitlines()),
            "END DESCR",
            f"\nATOM {setup.element}",
            f"\nENV {len(setup.neighbor_elements)}",
            *setup.neighbor_elements,
            f"\nRMIN {setup.rmin!r}",
            f"\nSYMMFUNC type=Behler2011\n{len(setup.functions)}",
            *(_format_function(function) for function in setup.functions),
        ]
    )
    temporary = Path(f"{path}.tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    os.replace(temporary, path)


def canonical_order(setup):
    """The order in which aenet keeps the features inside its networks, which is not that of the file.

    For each neighbor element a in ENV order: G1, then G2, then G3 of a; then for each b from a on, G4, then G5 of
    the pair (a, b); functions of the same kind and neighbors in file order.

    Args:
        setup: `AenetSetup`.

    Returns:
        List of indices: feature k of aenet is `setup.functions[canonical_order(setup)[k]]`.

    Example:
        >>> functions = [SymmetryFunction("G1", 6.0, neighbors=(element,)) for element in ("O", "Ti")]
        >>> canonical_order(AenetSetup("Ti", ["Ti", "O"], functions))
        [1, 0]
    """

    def key(index):
        function = setup.functions[index]
        first, *second = sorted(setup.neighbor_elements.index(element) for element in function.neighbors)
        return first, second, function.kind  # the empty list of G1-G3 comes before every pair

    return sorted(range(len(setup.functions)), key=key)


class _Lines:
    """The lines of a text, one after the other, and the number of the last one given (from 1)."""

    def __init__(self, text):
        self.lines = text.removesuffix("\n").split("\n")
        self.number = 0

    def next_raw(self):
        if self.number == len(self.lines):
            return None
        self.number += 1
        return self.lines[self.number - 1]

    def next(self):
        """The next line that is not empty, without its comment; None at the end."""
        while (line := self.next_raw()) is not None:
            line = re.split("[!#%]", line, maxsplit=1)[0].strip()
            if line:
                return line
        return None


def _read_section(lines, line, sections):
    keyword, *words = line.split(maxsplit=1)
    rest = words[0] if words else ""
    match keyword.lower():
        case "descr":
            return "description", _read_description(lines)
        case "atom":
            return "element", _check_element(rest)
        case "env":
            elements = [_check_element(lines.next()) for _ in range(_count("ENV", rest))]
            return "neighbor_elements", _check_environment(elements)
        case "rmin":
            return "rmin", _check_rmin(_number("RMIN", rest))
        case "symmfunc" | "functions":
            if "neighbor_elements" not in sections:
                raise ValueError(f"ENV must come before the functions. Received: {line!r}")
            return "functions", _read_functions(lines, rest, sections["neighbor_elements"])
        case "basis":
            raise ValueError(f"only Behler2011 symmetry functions can be read so far. Received: {line!r}")
    raise ValueError(f"unknown keyword. Received: {line!r}")


def _read_description(lines):
    start, text = lines.number, []
    while (line := lines.next_raw()) is not None:
        if "end descr" in line.lower():
            return "\n".join(text).strip("\n")
        text.append(line.strip())
    raise ValueError(f"END DESCR is missing. Received: DESCR in line {start}")


def _read_functions(lines, rest, elements):
    kind = _key_values(rest).get("type")
    if kind is None or kind.lower() != "behler2011":
        raise ValueError(f"only type=Behler2011 can be read so far. Received: {rest!r}")
    functions, count = [], _count("the number of functions", lines.next())
    while len(functions) < count:
        line = lines.next()
        if line is None:
            raise ValueError(f"the file ends before its {count} functions. Received: {len(functions)} functions")
        functions.append(_read_function(line, elements))
    return functions


def _read_function(line, elements):
    values = _key_values(line)
    kind = f"G{values.pop('g', '')}"
    if kind not in KEYS:
        raise ValueError(f"G must be 1, 2, 3, 4 or 5. Received: {line!r}")
    values = {"rs": "0", **values} if kind == "G2" else values  # aenet too takes an Rs left out as 0
    for key in KEYS[kind]:
        if key.lower() not in values:
            raise ValueError(f"G={kind[1]} needs {key}. Received: {line!r}")
    unknown = sorted(values.keys() - {key.lower() for key in KEYS[kind]})
    if unknown:
        raise ValueError(f"G={kind[1]} has no key {unknown[0]!r}. Received: {line!r}")
    parameters = {FIELDS[key]: _number(key, values[key.lower()]) for key in KEYS[kind] if key in FIELDS}
    neighbors = tuple(values[key] for key in KEYS[kind] if key not in FIELDS)
    return _check_neighbors(SymmetryFunction(kind, neighbors=neighbors, **parameters), elements)


def _format_function(function):
    if function.is_angular and function.rs:
        raise ValueError(f"An aenet set-up cannot shift the distances of {function.kind}. Received: {function}")
    types = dict(zip(("type2", "type3"), function.neighbors, strict=False))
    values = (types[key] if key in types else repr(getattr(function, FIELDS[key])) for key in KEYS[function.kind])
    return " ".join([f"G={function.kind[1]}", *map("=".join, zip(KEYS[function.kind], values, strict=True))])


def _key_values(text):
    """The `key = value` pairs of a line, keys in lower case, values as text."""
    words = text.replace(",", " ").replace("=", " = ").split()
    keys = [word.lower() for word in words[::3]]
    if len(words) % 3 or set(words[1::3]) - {"="} or "=" in keys + words[2::3]:
        raise ValueError(f"expected key=value pairs. Received: {text!r}")
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key is given twice. Received: {text!r}")
    return dict(zip(keys, words[2::3], strict=True))


def _number(name, text):
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{name} must be a number. Received: {text!r}")
    return float(text.lower().replace("d", "e"))


def _count(name, text):
    if not (text and text.isascii() and text.isdigit() and int(text)):
        raise ValueError(f"{name} must be a positive whole number. Received: {text!r}")
    return int(text)


def _check_element(symbol):
    if not atomic_numbers.get(symbol):
        raise ValueError(f"expected a chemical element. Received: {symbol!r}")
    return symbol


def _check_environment(elements):
    if not elements or len(set(elements)) != len(elements):
        raise ValueError(f"ENV must name one or more different elements. Received: {', '.join(elements)}")
    return elements


def _check_rmin(rmin):
    if not (math.isfinite(rmin) and rmin >= 0):
        raise ValueError(f"RMIN must be a finite distance, not negative. Received: {rmin}")
    return rmin


def _check_neighbors(function, elements):
    if not function.neighbors or set(function.neighbors) - set(elements):
        raise ValueError(f"neighbors must be among ENV {', '.join(elements)}. Received: {function}")
    return function

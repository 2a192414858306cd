"""Reads aenet's structural fingerprint set-ups, see `atomzoo.models.formats.aenet.setup`."""

import re
from pathlib import Path

from atomzoo.datasets.io.words import cut
from atomzoo.layers.descriptors.chebyshev_functions import chebyshev_basis
from atomzoo.layers.descriptors.functions import SymmetryFunction
from atomzoo.models.formats.aenet.setup import (
    BASIS_KEYS,
    FIELDS,
    KEYS,
    AenetSetup,
    check_element,
    check_environment,
    check_neighbors,
    check_rmin,
)

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eEdD][+-]?[0-9]+)?")


def read_setup(path):
    """Reads an aenet `.stp` file with Behler's symmetry functions G1 to G5, or a Chebyshev basis.

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
        for name, keyword in (("element", "ATOM"), ("neighbor_elements", "ENV"), ("functions", "SYMMFUNC or BASIS")):
            if name not in sections:
                raise ValueError(f"the file ends without {keyword}. Received: only {', '.join(sections) or 'nothing'}")
        return AenetSetup(**sections)
    except ValueError as error:
        raise ValueError(f"{path}, line {lines.number}: {cut(str(error))}") from None


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
            return "element", check_element(rest)
        case "env":
            elements = [check_element(lines.next()) for _ in range(_count("ENV", rest))]
            return "neighbor_elements", check_environment(elements)
        case "rmin":
            return "rmin", check_rmin(_number("RMIN", rest))
        case "symmfunc" | "functions":
            if "neighbor_elements" not in sections:
                raise ValueError(f"ENV must come before the functions. Received: {line!r}")
            return "functions", _read_functions(lines, rest, sections["neighbor_elements"])
        case "basis":
            if "neighbor_elements" not in sections:
                raise ValueError(f"ENV must come before the basis. Received: {line!r}")
            return "functions", _read_basis(lines, rest, sections["neighbor_elements"])
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


def _read_basis(lines, rest, elements):
    kind = _key_values(rest).get("type")
    if kind is None or kind.lower() != "chebyshev":
        raise ValueError(f"a BASIS is of type=Chebyshev. Received: {rest!r}")
    line = lines.next() or ""
    values = _key_values(line)
    for key in BASIS_KEYS:
        if key.lower() not in values:
            raise ValueError(f"a Chebyshev basis needs {key}. Received: {line!r}")
    if len(values) > len(BASIS_KEYS):
        raise ValueError(f"a Chebyshev basis has the keys {', '.join(BASIS_KEYS)} only. Received: {line!r}")
    radial_cutoff, angular_cutoff = (_number(key, values[key.lower()]) for key in BASIS_KEYS[::2])
    radial_order, angular_order = (_order(key, values[key.lower()]) for key in BASIS_KEYS[1::2])
    return chebyshev_basis(elements, radial_cutoff, radial_order, angular_cutoff, angular_order)


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
    return check_neighbors(SymmetryFunction(kind, neighbors=neighbors, **parameters), elements)


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


def _order(name, text):
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise ValueError(f"{name} must be a whole number from 0 to 999. Received: {text!r}")
    return int(text)


def _count(name, text):
    if not (text and text.isascii() and text.isdigit() and int(text)):
        raise ValueError(f"{name} must be a positive whole number. Received: {text!r}")
    return int(text)

"""What aenet's `predict.x` prints: energies and forces."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NUMBER = r"[+-]?\d+\.\d*(?:[EeDd][+-]?\d+)?"
ATOM = re.compile(rf"\s*([A-Z][a-z]?)((?:\s+{NUMBER}){{6}}|(?:\s+{NUMBER}){{3}})\s*")
FIELDS = {
    "File name": "file",
    "Number of atoms": "n_atoms",
    "Cohesive energy": "cohesive_energy",
    "Total energy": "energy",
}


@dataclass(frozen=True)
class Prediction:
    """What `predict.x` prints of one structure.

    Attributes:
        file: name of the structure's file.
        symbols: list of chemical symbols.
        positions: (n, 3) A.
        forces: (n, 3) eV/A, or None.
        energy, cohesive_energy: eV, with and without the atomic energies.
    """

    file: str
    symbols: list
    positions: np.ndarray
    forces: np.ndarray | None
    energy: float
    cohesive_energy: float


def read_predictions(path):
    """The energies and forces in the output of `predict.x`.

    Returns:
        List of `Prediction`, one for each structure, in the order of the file.

    Raises:
        ValueError: what is missing of a structure, with the line where it starts; or there are none.
        OSError: the file cannot be opened.
    """
    blocks = []
    for number, line in _lines(path):
        name, separator, rest = line.partition(":")
        if separator and name.strip() == "Structure number":
            blocks.append({"line": number, "atoms": []})
        elif not blocks:
            continue
        elif separator and name.strip() in FIELDS:
            blocks[-1][FIELDS[name.strip()]] = rest.strip()
        elif match := ATOM.fullmatch(line):
            blocks[-1]["atoms"].append((match[1], [_number(word) for word in match[2].split()]))
    if not blocks:
        raise ValueError(f"'{path}' holds no structures of predict.x")
    return [_prediction(path, block) for block in blocks]


def _prediction(path, block):
    place = f"'{path}', structure of line {block['line']}"
    for name, key in FIELDS.items():
        if key not in block:
            raise ValueError(f"{place}: there is no '{name}'")
    rows = [values for _, values in block["atoms"]]
    if block["n_atoms"] != str(len(rows)) or len({len(values) for values in rows}) > 1:
        raise ValueError(f"{place}: expected {block['n_atoms'][:20]} atoms. Received: {len(rows)}")
    energies = [re.fullmatch(rf"({NUMBER})\s+eV", block[key]) for key in ("energy", "cohesive_energy")]
    if None in energies:
        raise ValueError(f"{place}: expected energies in eV. Received: {block['energy'][:40]!r}")
    values = np.array(rows)
    return Prediction(
        block["file"],
        [symbol for symbol, _ in block["atoms"]],
        values[:, :3],
        values[:, 3:] if values.shape[1] == 6 else None,
        *(_number(match[1]) for match in energies),
    )


def _lines(path):
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    return enumerate(text.split("\n"), start=1)


def _number(word):
    return float(word.lower().replace("d", "e"))

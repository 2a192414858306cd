"""What aenet's programs print: structures of `generate.x`, errors of `train.x`, energies and forces of `predict.x`."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas

NUMBER = r"[+-]?\d+\.\d*(?:[EeDd][+-]?\d+)?"
EPOCH = re.compile(rf"\s*(\d+)\s+({NUMBER})\s+({NUMBER})\s+({NUMBER})\s+({NUMBER})\s*<?\s*")
STRUCTURE = re.compile(rf"\s*\d+\s+(\d+)\s+(\d+)\s+({NUMBER})\s+(\S.*?)\s*")
ATOM = re.compile(rf"\s*([A-Z][a-z]?)((?:\s+{NUMBER}){{6}}|(?:\s+{NUMBER}){{3}})\s*")
FIELDS = {
    "File name": "file",
    "Number of atoms": "n_atoms",
    "Cohesive energy": "cohesive_energy",
    "Total energy": "energy",
}
ENERGY_COLUMNS = ("reference_energy", "energy", "n_atoms", "reference_energy_per_atom", "energy_per_atom", "difference")


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


def read_generate_log(path):
    """The structures in the output of `generate.x`.

    Returns:
        `pandas.DataFrame` with the columns n_atoms, n_elements, energy_per_atom (eV, without atomic energies) and file.

    Raises:
        ValueError: there are none.
        OSError: the file cannot be opened.
    """
    matches = [match for _, line in _lines(path) if (match := STRUCTURE.fullmatch(line))]
    rows = [(int(m[1]), int(m[2]), _number(m[3]), m[4]) for m in matches]
    return _table(path, rows, ("n_atoms", "n_elements", "energy_per_atom", "file"), "structures of generate.x")


def read_training_log(path):
    """The errors in the output of `train.x`, one row an epoch.

    Returns:
        `pandas.DataFrame` with the columns epoch, train_mae, train_rmse, test_mae and test_rmse, as printed: the units
        depend on the version, and the RMSE of old ones is not the plain one.

    Raises:
        ValueError: there are no epochs.
        OSError: the file cannot be opened.
    """
    matches = [match for _, line in _lines(path) if (match := EPOCH.fullmatch(line))]
    rows = [(int(m[1]), *(_number(m[k]) for k in range(2, 6))) for m in matches]
    return _table(path, rows, ("epoch", "train_mae", "train_rmse", "test_mae", "test_rmse"), "epochs of train.x")


def read_energies(path):
    """A table of `train.x` with `SAVE_ENERGIES`, as in `energies.train.0` and `energies.test.0`.

    Returns:
        `pandas.DataFrame` with the columns reference_energy, energy (eV, without atomic energies), n_atoms,
        reference_energy_per_atom, energy_per_atom, difference (eV/atom, reference less energy) and file.

    Raises:
        ValueError: a row that is not one, with its line.
        OSError: the file cannot be opened.
    """
    rows = []
    for number, line in _lines(path):
        words = line.split()
        if not words or "Ref(eV)" in line:  # the titles; of old versions with a # before them
            continue
        try:
            values = [float(words[0]), float(words[1]), int(words[2]), *(float(word) for word in words[3:6])]
            rows.append((*values, words[6:][-1]))
        except (ValueError, IndexError):
            message = f"expected energies and the name of a structure. Received: {line.strip()[:80]!r}"
            raise ValueError(f"'{path}', line {number}: {message}") from None
    return _table(path, rows, (*ENERGY_COLUMNS, "file"), "energies of train.x")


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


def _table(path, rows, columns, what):
    if not rows:
        raise ValueError(f"'{path}' holds no {what}")
    return pandas.DataFrame(rows, columns=list(columns))

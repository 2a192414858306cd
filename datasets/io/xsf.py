"""XCrySDen structure files (`.xsf`) as aenet uses them, with energies in comments.

    # total energy = -4987.80047742 eV

    CRYSTAL                          or SLAB, POLYMER, MOLECULE; may be left out
    PRIMVEC                          A; without it the structure is not periodic
      4.157  0.000  0.000
      0.620  4.110  0.000
     -2.388 -2.055  5.320
    PRIMCOORD                        or ATOMS, without the line that follows
    2 1                              number of atoms, 1
    Ti  0.464  3.083  1.330  0.1  0.0  -0.2      symbol or atomic number, position in A, force in eV/A if known
    O   0.155  1.027  0.866  0.0  0.1   0.2

XCrySDen itself knows no energies, and has forces in Hartree/A.
"""

import re
from pathlib import Path

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from ase.data import atomic_numbers, chemical_symbols

from atomzoo.datasets.arrays.validation import find_problem
from atomzoo.datasets.io.words import cut

PERIODIC = {"CRYSTAL": 3, "SLAB": 2, "POLYMER": 1, "MOLECULE": 0}
ENERGY = re.compile(r"#.*\btotal energy\s*[=:]?\s*(\S+)\s*(\S*)", re.IGNORECASE)


def read_xsf(path) -> list[ase.Atoms]:
    """Reads all structures of an XSF file; ASE's reader takes neither the energies nor units in eV.

    Args:
        path: the file.

    Returns:
        List of `Atoms`, one for each PRIMCOORD or ATOMS section, with a single-point calculator that holds the energy
        (eV) and forces (eV/A) if they are there.

    Raises:
        ValueError: what cannot be read, with file and line.
        OSError: the file cannot be opened.
    """
    return parse_xsf(Path(path).read_bytes(), path)


def parse_xsf(content: bytes, name, needs_energy: bool = False) -> list[ase.Atoms]:
    """As `read_xsf`, from the content of a file.

    Args:
        content: what is in the file.
        name: how errors call it.
        needs_energy: whether a structure without energy is an error.

    Example:

    >>> parse_xsf(b"# total energy = -1.5 eV\\nATOMS\\nO 0 0 0\\n", "o.xsf")[0].get_potential_energy()
    -1.5
    """
    parser = _Parser(content.decode("utf-8", errors="replace").splitlines(), needs_energy)
    try:
        return parser.structures()
    except ValueError as error:
        raise ValueError(f"'{name}', line {max(parser.number, 1)}: {cut(str(error))}") from None


def has_energy(path) -> bool:
    """Whether a file has a comment on the total energy, as aenet's files do."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return any(ENERGY.match(line.strip()) for line in file)


def write_xsf(path, atoms: ase.Atoms):
    """Writes one structure, with its energy and forces if it has a calculator that holds them.

    Positions and forces have 15 decimals: more than aenet's own files.

    Args:
        path: the file.
        atoms: periodic in three directions, or in none.

    Raises:
        ValueError: another periodicity, which aenet does not know.
    """
    if atoms.pbc.any() and not atoms.pbc.all():
        raise ValueError(f"A structure must be periodic in all directions or in none. Received: pbc={atoms.pbc}")
    results = atoms.calc.results if atoms.calc is not None else {}
    # As a float of Python: what ASE reads are NumPy's, whose repr is np.float64(...).
    text = [f"# total energy = {float(results['energy'])!r} eV\n"] if "energy" in results else []
    if atoms.pbc.all():
        text += ["CRYSTAL", "PRIMVEC", *(_row(vector) for vector in atoms.cell.array), "PRIMCOORD", f"{len(atoms)} 1"]
    else:
        text += ["ATOMS"]
    values = np.hstack([atoms.positions, results["forces"]]) if "forces" in results else atoms.positions
    text += [f"{symbol:2s} {_row(row)}" for symbol, row in zip(atoms.symbols, values, strict=True)]
    Path(path).write_text("\n".join(text) + "\n", encoding="ascii")


class _Parser:
    """Goes through the lines once; `number` is that of the last one taken (from 1)."""

    def __init__(self, lines, needs_energy):
        self.lines, self.number, self.needs_energy = lines, 0, needs_energy
        self.energy, self.cell, self.n_periodic = None, None, None

    def structures(self):
        found = []
        while (words := self._words()) is not None:
            match words[0].upper():
                case "CRYSTAL" | "SLAB" | "POLYMER" | "MOLECULE" as group:
                    self.n_periodic = PERIODIC[group]
                case "PRIMVEC":
                    self.cell = np.array([self._numbers(self._words(), 3) for _ in range(3)])
                    self.cell_line = self.number
                case "CONVVEC":
                    for _ in range(3):
                        self._numbers(self._words(), 3)
                case "ANIMSTEPS":
                    pass  # the sections are counted as they come
                case "PRIMCOORD":
                    found.append(self._structure([self._words() for _ in range(self._count())]))
                case "ATOMS":
                    found.append(self._structure(self._atom_lines()))
                case _:
                    raise ValueError(f"expected a keyword of XSF, or more atoms announced. Received: {self._line()!r}")
        if not found:
            raise ValueError("there is neither PRIMCOORD nor ATOMS. Received: the end of the file")
        return found

    def _words(self):
        """The words of the next line that is neither empty nor a comment; None at the end."""
        while self.number < len(self.lines):
            line = self.lines[self.number].strip()
            self.number += 1
            if line.startswith("#"):
                self._take_energy(line)
            elif line:
                return line.split()
        return None

    def _line(self):
        return self.lines[self.number - 1].strip()[:60]

    def _take_energy(self, line):
        if match := ENERGY.match(line):
            if match[2].lower() not in ("", "ev"):
                raise ValueError(f"the total energy must be in eV. Received: {line!r}")
            self.energy = _number(match[1])

    def _count(self):
        words = self._words() or [""]
        if not words[0].isdecimal() or len(words[0]) > 9:
            raise ValueError(f"expected the number of atoms. Received: {' '.join(words)[:60]!r}")
        count = int(words[0])
        if not 0 < count <= len(self.lines) - self.number:
            raise ValueError(f"the number of atoms must be from 1 to that of the lines that follow. Received: {count}")
        return count

    def _atom_lines(self):
        """The lines up to the next one that does not hold an atom."""
        found = []
        while (words := self._words()) is not None:
            if len(words) < 4:
                self.number -= 1
                break
            found.append(words)
        return found

    def _structure(self, rows):
        if not rows:
            raise ValueError("there are no atoms. Received: an empty section")
        width = len(rows[0] or []) - 1
        if width not in (3, 6):
            raise ValueError(f"an atom has 3 coordinates, and 3 components of a force or none. Received: {rows[0]}")
        values = np.array([self._numbers(row and row[1:], width) for row in rows])
        n_periodic = self.n_periodic if self.n_periodic is not None else (0 if self.cell is None else 3)
        if n_periodic and self.cell is None:
            raise ValueError("the lattice must come before the atoms. Received: no PRIMVEC")
        symbols = [_symbol(row[0]) for row in rows]
        if self.needs_energy and self.energy is None:
            raise ValueError("there is no comment 'total energy = ... eV' before these atoms. Received: no energy")
        cell = self.cell if n_periodic else None
        atoms = ase.Atoms(symbols, positions=values[:, :3], cell=cell, pbc=[k < n_periodic for k in range(3)])
        if problem := find_problem(atoms):
            self.number = self.cell_line if n_periodic else self.number
            raise ValueError(f"the structure cannot be used. Received: {problem}")
        results = {"energy": self.energy} if self.energy is not None else {}
        if width == 6:
            results["forces"] = values[:, 3:]
        if results:
            atoms.calc = SinglePointCalculator(atoms, **results)
        self.energy = None
        return atoms

    def _numbers(self, words, n):
        if words is None or len(words) != n:
            raise ValueError(f"expected {n} numbers. Received: {' '.join(words or ['the end'])[:60]!r}")
        return [_number(word) for word in words]


def _number(word):
    try:
        value = float(word.lower().replace("d", "e"))
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise ValueError(f"expected a finite number. Received: {word[:60]!r}")
    return value


def _symbol(word):
    if word.isdecimal() and len(word) < 4 and 0 < int(word) < len(chemical_symbols):
        return chemical_symbols[int(word)]
    if not atomic_numbers.get(word):
        raise ValueError(f"expected a chemical symbol or atomic number. Received: {word[:60]!r}")
    return word


def _row(values):
    return " ".join(f"{value:22.15f}" for value in values)

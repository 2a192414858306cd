"""`input.data`, the structures of n2p2 and RuNNer.

begin
comment any text
lattice x y z                          three lines, or none: then it is not periodic
atom x y z El charge 0.0 fx fy fz      one line an atom
energy E
charge Q
end
"""

from pathlib import Path

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.io.output_files import replacing
from atomzoo.datasets.io.units import Units
from atomzoo.datasets.io.words import named, shortened, to_element, to_number, to_text

WORDS = {"lattice": 4, "atom": 10, "energy": 2, "charge": 2}


def read_input_data(path, length_unit="A", energy_unit="eV"):
    """Reads all structures of an `input.data`.

    Args:
        path: the file.
        length_unit: unit of lengths in the file, "A" or "Bohr".
        energy_unit: unit of energies in the file, "eV" or "Hartree".

    Returns:
        List of `ase.Atoms` in A, with energies (eV) and forces (eV/A) as labels where the file has an energy. The
        comment is `atoms.info["comment"]`, atomic charges (e) are the initial charges; the total charge is left aside.

    Raises:
        ValueError: what cannot be read, naming file and line.
        OSError: the file cannot be opened.
    """
    units = Units.named(length_unit, energy_unit)
    structures, block = [], None
    lines = Path(path).read_text(encoding="utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        with named(f"'{path}', line {number}"):
            if (words[0] == "begin") != (block is None):
                raise ValueError(f"expected {'begin' if block is None else 'end'}. Received: {shortened(words[0])}")
            if words[0] == "begin":
                block = {"lattice": [], "atom": [], "energy": [], "charge": [], "comment": []}
            elif words[0] == "end":
                structures.append(_structure(block, units))
                block = None
            else:
                _add(block, words, line)
    if block is not None:
        raise ValueError(f"'{path}': the file ends within a structure, the one with number {len(structures) + 1}")
    if not structures:
        raise ValueError(f"'{path}' contains no structures")
    return structures


def is_input_data(path):
    """Whether a file begins as an `input.data`, whatever its name: with `begin` in a line of its own."""
    with open(path, "rb") as file:
        first = next((line for line in file if line.strip()), b"")
    return first.split() == [b"begin"]


def _add(block, words, line):
    keyword = words[0]
    if keyword == "comment":
        block["comment"].append(line.strip().removeprefix("comment").strip())
    elif keyword not in WORDS:
        raise ValueError(f"the keyword is not known. Received: {shortened(keyword)}")
    elif len(words) != WORDS[keyword]:
        raise ValueError(f"{keyword} takes {WORDS[keyword] - 1} words. Received: {shortened(line.strip())}")
    elif keyword == "atom":
        values = [to_number(word) for word in words[1:4] + words[5:]]
        block["atom"].append((to_element(words[4]), values))
    else:
        block[keyword].append([to_number(word) for word in words[1:]])


def _structure(block, units):
    if len(block["lattice"]) not in (0, 3) or len(block["energy"]) > 1:
        found = f"{len(block['lattice'])} and {len(block['energy'])}"
        raise ValueError(f"a structure has three lattice vectors or none, and one energy at most. Received: {found}")
    if not block["atom"]:
        raise ValueError("the structure has no atoms")
    symbols, values = zip(*block["atom"], strict=True)
    values = np.array(values)
    atoms = ase.Atoms(symbols, positions=values[:, :3] * units.length)
    if block["lattice"]:
        atoms.set_cell(np.array(block["lattice"]) * units.length)
        atoms.pbc = True
    if values[:, 3].any():
        atoms.set_initial_charges(values[:, 3])
    if any(block["comment"]):
        atoms.info["comment"] = " ".join(block["comment"])
    if block["energy"]:
        energy, forces = block["energy"][0][0] * units.energy, values[:, 5:] * (units.energy / units.length)
        atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    return atoms


def write_input_data(structures, path, length_unit="A", energy_unit="eV"):
    """Writes structures with energies and forces to an `input.data`, replaced only once all is written.

    Args:
        structures: list of `ase.Atoms`, periodic in three directions or in none.
        path: the file.
        length_unit: unit of lengths in the file, "A" or "Bohr".
        energy_unit: unit of energies in the file, "eV" or "Hartree".

    Raises:
        ValueError: a structure without energy or forces, or periodic in one or two directions; which.
    """
    units = Units.named(length_unit, energy_unit)
    text = "".join(_format(atoms, index, units) for index, atoms in enumerate(structures))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _format(atoms, index, units):
    labels = {}
    for name in ("energy", "forces"):
        # Labels of other positions than these are none.
        labels[name] = atoms.calc and atoms.calc.get_property(name, atoms, allow_calculation=False)
        if labels[name] is None or not np.isfinite(labels[name]).all():
            raise ValueError(f"structure {index} has no {name}, which input.data must hold")
    if atoms.pbc.any() != atoms.pbc.all():
        raise ValueError(f"input.data cannot hold structure {index}. Received: pbc={atoms.pbc.tolist()}")
    lattice = atoms.cell.tolist() if atoms.pbc.all() else []
    charges = atoms.get_initial_charges().tolist()
    lines = ["begin", f"comment {' '.join(str(atoms.info.get('comment', '')).split())}".strip()]
    lines += [f"lattice {_vector(vector, units.length)}" for vector in lattice]
    for symbol, position, charge, force in zip(
        atoms.symbols, atoms.positions.tolist(), charges, np.asarray(labels["forces"]).tolist(), strict=True
    ):
        push = _vector(force, units.energy / units.length)
        lines.append(f"atom {_vector(position, units.length)} {symbol} {to_text(charge)} 0 {push}")
    energy = to_text(float(labels["energy"]), units.energy)
    return "\n".join([*lines, f"energy {energy}", f"charge {to_text(sum(charges))}", "end\n"])


def _vector(values, unit):
    return " ".join(to_text(value, unit) for value in values)

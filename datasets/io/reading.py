"""Reading structures from files."""

import sys
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import ase
import ase.io
import ase.io.formats
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.arrays.labels import find_label
from atomzoo.datasets.arrays.neighbors import pairs_within
from atomzoo.datasets.arrays.validation import find_problem
from atomzoo.datasets.io.input_data import is_input_data, read_input_data
from atomzoo.datasets.io.label_keys import USUAL_KEYS, LabelKeys, present_keys, set_labels
from atomzoo.datasets.io.misread import check_meaning, find_disorder, find_unit
from atomzoo.datasets.io.units import other_length_unit
from atomzoo.datasets.io.words import cut, named
from atomzoo.datasets.io.xsf import has_energy, read_xsf

# Atoms closer than this (A) are a mistake in the file: half the shortest bond, that of H2, is 0.37 A.
SMALLEST_DISTANCE = 0.1


def read_structures(
    path: str | Path, length_unit="A", energy_unit="eV", keys: LabelKeys = USUAL_KEYS, labelled: bool = False
) -> list[ase.Atoms]:
    """Reads all structures of a file, or some: `file@0:10` takes the first ten, as in ASE.

    Args:
        path: a file of any format that `ase.io.read` knows (extxyz, VASP, Quantum ESPRESSO, cif, xsf, traj ...), with
            an index or slice behind an @ or without. Positions are in A; energies (eV), forces (eV/A) and stresses
            (eV/A^3) in it become labels. An xsf file with a comment on its total energy is aenet's, whose forces are in
            eV/A; XCrySDen's are in Hartree/A.
        length_unit, energy_unit: those of n2p2's input.data, which does not say them ("A" or "Bohr", "eV" or
            "Hartree"); other formats know theirs.
        keys: `LabelKeys`, under which the labels are; by default under the usual ones.
        labelled: whether each structure must have an energy.

    Returns:
        One `Atoms` a frame, in the order of the file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: naming the file, if it is empty, is cut off, cannot be read, or is a dump of LAMMPS without
            elements; naming the frame too, if that has no atoms, a position that is not finite, a periodic cell without
            volume, two atoms (or periodic images) less than 0.1 A apart, a site that is occupied in part, a unit in its
            comment that is another than these, or a label that is not there or no number (see `LabelKeys`); for an
            input.data of which the distances fit the other unit of length; for an index of no structure.

    Example:

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".xyz") as file:
    ...     ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]]).write(file.name)
    ...     read_structures(file.name)
    [Atoms(symbols='Au2', pbc=False)]
    """
    numbered = list(_checked(path, length_unit, energy_unit, keys, labelled))
    structures = [atoms for _, atoms in numbered]
    for name in ("forces", "stress"):
        key = getattr(keys, name)
        if key and not any(atoms.calc is not None and name in atoms.calc.results for atoms in structures):
            received = f"in frame {numbered[0][0]} {present_keys(structures[0])}"
            raise ValueError(f"'{path}': no frame has the label '{key}'. Received: {received}")
    return structures


def iread_structures(path: str | Path, length_unit="A", energy_unit="eV") -> Iterator[ase.Atoms]:
    """As `read_structures`, but yields one structure at a time, so that a file may be larger than the memory.

    Trajectories of ASE and files of extxyz are read so; `input.data` and xsf are not. Errors, but for those of an xyz
    file that is cut off, are raised where the file has them.

    Example:

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".xyz") as file:
    ...     ase.io.write(file.name, [ase.Atoms("Au")] * 3)
    ...     sum(len(atoms) for atoms in iread_structures(f"{file.name}@1:"))
    2
    """
    for _, atoms in _checked(path, length_unit, energy_unit, USUAL_KEYS, labelled=False):
        yield atoms


def _checked(path, length_unit, energy_unit, keys, labelled):
    """Number and structure of each frame that is asked for."""
    path, index = split_index(Path(path))
    if not path.exists():
        raise FileNotFoundError(f"there is no file '{path}'")
    if not path.is_file() and not path.is_dir():
        raise ValueError(f"structures must be in a file, which is read twice, not in a device or pipe: '{path}'")
    if path.is_file() and path.stat().st_size == 0:
        raise ValueError(f"'{path}' is empty")
    for frame, atoms in _chosen(path, lambda: _read(path, length_unit, energy_unit), index):
        with named(f"'{path}', frame {frame}"):
            if problem := find_problem(atoms) or _find_overlap(atoms) or find_disorder(atoms) or find_unit(atoms):
                raise ValueError(problem)
            set_labels(atoms, keys)
            if labelled and find_label(atoms, "energy") is None:
                raise ValueError(f"it has no label 'energy'. Received: {present_keys(atoms)}")
        yield frame, atoms


def split_index(path):
    """The file, and the index or slice behind the last @ of its name, if there is no file of the whole name."""
    name, at, index = path.name.rpartition("@")
    if not at or path.exists():
        return path, None
    return path.with_name(name), index


def _chosen(path, read, index):
    """Numbers and structures of those of a file that an index or slice names."""
    chosen = _slice(index)
    is_forward = all(value is None or 0 <= value < sys.maxsize for value in (chosen.start, chosen.stop))
    if is_forward and (chosen.step or 1) in range(1, sys.maxsize):
        found = islice(enumerate(read()), chosen.start, chosen.stop, chosen.step)
    else:  # counted from the end
        found = list(enumerate(read()))[chosen]
    n_found = 0
    for numbered in found:
        n_found += 1
        yield numbered
    if not n_found:
        n_structures = sum(1 for _ in read())
        raise ValueError(f"'{path}' has no structure {index}. Received: {n_structures} structures")


def _slice(index):
    """The slice that an index or slice in words stands for."""
    try:
        chosen = slice(None) if index is None else ase.io.formats.string2index(index)
    except (TypeError, ValueError):  # 1:2:3:4, 1:x
        chosen = None
    if isinstance(chosen, int):
        return slice(chosen, chosen + 1 or None)
    return chosen if isinstance(chosen, slice) and chosen.step != 0 else slice(0)


def _read(path, length_unit, energy_unit):
    """Yields all structures of a file."""
    if path.is_file() and is_input_data(path):
        yield from _read_input_data(path, length_unit, energy_unit)
    elif path.suffix == ".xsf" and path.is_file() and has_energy(path):
        yield from read_xsf(path)
    else:
        yield from _read_by_ase(path)


def _read_by_ase(path):
    file_format, n_structures = None, 0
    try:
        file_format = _quietly(ase.io.formats.filetype, str(path))
        check_meaning(str(path), file_format)
        frames = ase.io.iread(path, index=":", format=file_format, do_not_split_by_at_sign=True)
        while (atoms := _quietly(next, frames, None)) is not None:
            n_structures += 1
            _keep_what_is_written(atoms, file_format)
            yield atoms
    except Exception as error:  # dozens of parsers, each failing in its own way: KeyError, IndexError, StopIteration
        if path.is_dir():
            raise ValueError(f"'{path}' is a folder, not a file of structures") from None
        reason = cut(" ".join(str(error).split()))
        reason = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
        raise ValueError(f"cannot read '{path}': {reason}{_as(file_format)}") from None
    if not n_structures:
        raise ValueError(f"'{path}' contains no structures{_as(file_format)}")


def _keep_what_is_written(atoms, file_format):
    """Removes labels that ASE adds to a structure."""
    if not isinstance(atoms.calc, SinglePointCalculator):
        atoms.calc = None  # that of a program, as files of CASTEP bring it, would run the program for labels
    elif file_format == "lammps-dump-text":
        atoms.calc.results.pop("energy", None)  # always 0; a dump has none


def _quietly(function, *args):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what readers warn of is their own affair: deprecations, odd symmetries
        return function(*args)


def _as(file_format):
    return "" if file_format is None else f" (read as {file_format})"


def _read_input_data(path, length_unit, energy_unit):
    structures = read_input_data(path, length_unit, energy_unit)
    usable = [atoms for atoms in structures if find_problem(atoms) is None]
    if other := other_length_unit(usable, length_unit):
        raise ValueError(f"'{path}': distances between atoms are those of bonds in {other}. Received: {length_unit}")
    return structures


def _find_overlap(atoms):
    # A much smaller cutoff would make vesin divide the cell into very many boxes.
    first, second, distances = pairs_within(atoms, 10 * SMALLEST_DISTANCE, "ijd")
    if len(distances) == 0 or distances.min() >= SMALLEST_DISTANCE:
        return None
    k = np.argmin(distances)
    return f"atoms {first[k]} and {second[k]} are {distances[k]:.3g} A apart, periodic images counted"

"""Reading structures from files."""

import warnings
from pathlib import Path

import ase
import ase.io
import ase.io.formats
import numpy as np
from vesin import NeighborList

from atomzoo.datasets.arrays.labels import find_label
from atomzoo.datasets.arrays.validation import find_problem
from atomzoo.datasets.io.input_data import is_input_data, read_input_data
from atomzoo.datasets.io.label_keys import USUAL_KEYS, LabelKeys, present_keys, set_labels
from atomzoo.datasets.io.misread import check_meaning, find_disorder
from atomzoo.datasets.io.units import other_length_unit
from atomzoo.datasets.io.words import named
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
            volume, two atoms (or periodic images) less than 0.1 A apart, a site that is occupied in part, or a label
            that is not there or no number (see `LabelKeys`); for an input.data of which the distances fit the other
            unit of length; for an index of no structure.

    Example:

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".xyz") as file:
    ...     ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]]).write(file.name)
    ...     read_structures(file.name)
    [Atoms(symbols='Au2', pbc=False)]
    """
    path, index = _split_index(Path(path))
    if not path.exists():
        raise FileNotFoundError(f"there is no file '{path}'")
    if path.is_file() and path.stat().st_size == 0:
        raise ValueError(f"'{path}' is empty")
    structures = _read(path, length_unit, energy_unit)
    frames = _chosen(path, len(structures), index)
    structures = [structures[frame] for frame in frames]
    for frame, atoms in zip(frames, structures, strict=True):
        with named(f"'{path}', frame {frame}"):
            if problem := find_problem(atoms) or _find_overlap(atoms) or find_disorder(atoms):
                raise ValueError(problem)
            set_labels(atoms, keys)
            if labelled and find_label(atoms, "energy") is None:
                raise ValueError(f"it has no label 'energy'. Received: {present_keys(atoms)}")
    for name in ("forces", "stress"):
        key = getattr(keys, name)
        if key and not any(atoms.calc is not None and name in atoms.calc.results for atoms in structures):
            received = present_keys(structures[0])
            raise ValueError(f"'{path}': no frame has the label '{key}'. Received: in frame {frames[0]} {received}")
    return structures


def _split_index(path):
    """The file, and the index or slice behind the last @ of its name, if there is no file of the whole name."""
    name, at, index = path.name.rpartition("@")
    if not at or path.exists():
        return path, None
    return path.with_name(name), index


def _chosen(path, n_structures, index):
    """The numbers of the structures of a file that an index or slice names."""
    try:
        chosen = slice(None) if index is None else ase.io.formats.string2index(index)
        frames = range(n_structures)[chosen]
    except (IndexError, ValueError, TypeError):
        frames = ()
    frames = [frames] if isinstance(frames, int) else list(frames)
    if not frames:
        raise ValueError(f"'{path}' has no structure {index}. Received: {n_structures} structures")
    return frames


def _read(path, length_unit, energy_unit):
    if path.is_file() and is_input_data(path):
        return _read_input_data(path, length_unit, energy_unit)
    if path.suffix == ".xsf" and path.is_file() and has_energy(path):
        return read_xsf(path)
    file_format = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what readers warn of is their own affair: deprecations, odd symmetries
            file_format = ase.io.formats.filetype(str(path))
            check_meaning(str(path), file_format)
            structures = ase.io.read(path, index=":", format=file_format, do_not_split_by_at_sign=True)
    except Exception as error:  # dozens of parsers, each failing in its own way: KeyError, IndexError, StopIteration
        if path.is_dir():
            raise ValueError(f"'{path}' is a folder, not a file of structures") from None
        reason = " ".join(str(error).split())
        reason = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
        raise ValueError(f"cannot read '{path}': {reason}{_as(file_format)}") from None
    if not structures:
        raise ValueError(f"'{path}' contains no structures{_as(file_format)}")
    return structures


def _as(file_format):
    return "" if file_format is None else f" (read as {file_format})"


def _read_input_data(path, length_unit, energy_unit):
    structures = read_input_data(path, length_unit, energy_unit)
    if other := other_length_unit(structures, length_unit):
        raise ValueError(f"'{path}': distances between atoms are those of bonds in {other}. Received: {length_unit}")
    return structures


def _find_overlap(atoms):
    # A much smaller cutoff would make vesin divide the cell into very many boxes.
    close = NeighborList(cutoff=10 * SMALLEST_DISTANCE, full_list=False, n_threads=1)
    cell = atoms.cell.array * atoms.pbc[:, None]
    first, second, distances = close.compute(atoms.positions, cell, atoms.pbc, "ijd")
    if len(distances) == 0 or distances.min() >= SMALLEST_DISTANCE:
        return None
    k = np.argmin(distances)
    return f"atoms {first[k]} and {second[k]} are {distances[k]:.3g} A apart, periodic images counted"

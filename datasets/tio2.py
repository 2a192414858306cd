"""TiO2, bulk: 7815 structures of 6 to 95 atoms with PBE energies and forces, the data set of aenet."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import ase
import numpy as np
import pandas

from atomzoo.datasets.io.xsf import parse_xsf
from atomzoo.datasets.tio2_files import URL, content_hash, find_source, read_contents

SPLITS = ("aenet-set001", "random", "by-size")
SPLIT_FILE = "aenet_split_set001.csv"

# Energies of free atoms (eV) that aenet's two published trainings count cohesive energies from.
ATOMIC_ENERGIES = {
    "aenet-set001": {"Ti": -1626.66972707, "O": -433.23448532},
    "aenet-set003": {"Ti": -1604.604515075, "O": -432.503149303},
}

N_STRUCTURES = 7815
CONTENT_HASH = "4c713f2229eb5efc59b392ab1d28b5066790027f5eced75dd07d29c1460df120"
SMALL = 24  # atoms; "by-size" trains on cells up to here
TEST_SEED = 0  # of the test part of "random", which is the same whatever the seed of the validation part
TEST_FRACTION = 0.1


class Split(NamedTuple):
    """Lists of `Atoms`: `validation` is taken out of the training part; `test` is for the very last."""

    train: list[ase.Atoms]
    validation: list[ase.Atoms]
    test: list[ase.Atoms]


def load_data(
    split: str = "aenet-set001",
    path: str | Path | None = None,
    atomic_energies: str | dict[str, float] = "aenet-set001",
    largest_energy: float | None = 1.0,
    validation_fraction: float = 0.1,
    seed: int = 0,
    on_error: str = "raise",
) -> Split:
    """Bulk TiO2: rutile, anatase, brookite and other phases, distorted, strained, and with O vacancies.

    Origin: N. Artrith and A. Urban, Comput. Mater. Sci. 114, 135 (2016). Method: PBE, ultrasoft pseudopotentials
    (GBRV), Quantum ESPRESSO, 40 Ry (200 Ry for the density), converged to 1e-6 Ry. No license is stated, so that the
    data are not part of atomzoo. They are read from `path`; or from the folder `tio2` in that which the environment
    variable ATOMZOO_DATA names; or downloaded from ann.atomistic.net.

    Total energies in eV (about -830 eV an atom), forces in eV/A. Units of what follows: eV/atom, cohesive energies.

    | atomic energies | largest energy | structures of 7815 |
    |-----------------|----------------|--------------------|
    | aenet-set001    | 1.0            | 6697               |
    | aenet-set003    | 1.0            | 7707               |
    | any             | None           | 7815               |

    Three files are exact copies of others (`energy_table` names them). In "random", and where validation structures are
    drawn, a copy goes where its original goes; in aenet's split all six are training structures.

    Args:
        split: "aenet-set001" is aenet's own, 6028 and 669 structures; its file `aenet_split_set001.csv` must lie beside
            the data. "random" tests on a tenth, drawn with a fixed seed. "by-size" trains on cells of up to 24 atoms
            and tests on those of 46 to 95.
        path: a folder with the XSF files (or with an archive of them), or the archive (`.tar.xz`, `.tar.bz2`).
        atomic_energies: a key of `ATOMIC_ENERGIES`, or energies in eV of the atoms "Ti" and "O".
        largest_energy: structures with a higher cohesive energy, in eV/atom, are left out; None keeps all. The split
            "aenet-set001" is defined with the defaults of this and of `atomic_energies`.
        validation_fraction: part of the training structures that validates.
        seed: of the validation part. The test part never depends on it.
        on_error: "raise" refuses a data set with a file that cannot be used; "skip" leaves such files out, and warns
            with a line for each.

    Returns:
        `Split(train, validation, test)`. The `info` of each structure holds `file` and `cohesive_energy` (eV/atom).

    Raises:
        ValueError: naming file and line, if a file cannot be used; an unknown or impossible option.
        OSError: the data are not there; in one line, where to get them.

    Example:

    >>> train, validation, test = load_data("by-size")  # doctest: +SKIP
    >>> len(train), len(validation), len(test)  # doctest: +SKIP
    (5530, 614, 553)
    """
    if split not in SPLITS:
        raise ValueError(f"`split` must be one of {', '.join(SPLITS)}. Received: split={split!r}")
    if not 0 <= validation_fraction < 1:
        raise ValueError(f"`validation_fraction` must be at least 0 and less than 1. Received: {validation_fraction}")
    source = find_source(path)
    structures = read_all(source, on_error)
    kept = _below(_with_cohesive_energies(structures, atomic_energies), largest_energy)
    if split == "aenet-set001":
        tests = _aenet_test_files(source, kept)
    elif split == "random":
        tests = _drawn(kept, TEST_FRACTION, TEST_SEED)
    else:
        tests = {atoms.info["file"] for atoms in kept if len(atoms) > SMALL}
    train = [atoms for atoms in kept if atoms.info["file"] not in tests]
    held_out = _drawn(train, validation_fraction, seed)
    return Split(
        [atoms for atoms in train if atoms.info["file"] not in held_out],
        [atoms for atoms in train if atoms.info["file"] in held_out],
        [atoms for atoms in kept if atoms.info["file"] in tests],
    )


def read_all(path: str | Path | None = None, on_error: str = "raise") -> list[ase.Atoms]:
    """All structures, in the order of their file names, with `file` in their `info`.

    Args:
        path, on_error: see `load_data`.

    Raises:
        ValueError, OSError: as `load_data`.
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(f"`on_error` must be 'raise' or 'skip'. Received: on_error={on_error!r}")
    source = find_source(path)
    contents = read_contents(source)
    _check_contents(contents, source)
    structures = []
    for name, content in contents.items():
        try:
            (atoms,) = parse_xsf(content, f"{source}/{name}", needs_energy=True)
        except ValueError as error:
            if on_error == "raise":
                raise
            warnings.warn(f"left out: {error}", stacklevel=2)
            continue
        atoms.info["file"] = name
        structures.append(atoms)
    if not structures:
        raise ValueError(f"there is no XSF file that can be used. Received: '{source}'")
    return structures


def energy_table(
    structures: Iterable[ase.Atoms], atomic_energies: str | dict[str, float] = "aenet-set001"
) -> pandas.DataFrame:
    """The energies as a tidy table, a row for each structure: `.to_csv("energies.csv")` makes the Keras BPNN's file.

    Args:
        structures: of `read_all` or `load_data`.
        atomic_energies: see `load_data`.

    Returns:
        Columns `file`, `atoms`, `Ti`, `O` (numbers of atoms), `total_energy_eV`, `cohesive_energy_eV` (of the
        structure), `cohesive_energy_eV_per_atom`, and `duplicate_of`: the first file with the same content, or "".

    Example:

    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> oxide = ase.Atoms("TiO2", positions=[[0, 0, 0], [0, 0, 2], [0, 2, 0]], info={"file": "a.xsf"})
    >>> oxide.calc = SinglePointCalculator(oxide, energy=-2500.0)
    >>> float(energy_table([oxide]).cohesive_energy_eV[0].round(3))
    -6.861
    """
    structures = _with_cohesive_energies(list(structures), atomic_energies)
    table = pandas.DataFrame(
        {
            "file": [atoms.info["file"] for atoms in structures],
            "atoms": [len(atoms) for atoms in structures],
            "Ti": [_count(atoms, "Ti") for atoms in structures],
            "O": [_count(atoms, "O") for atoms in structures],
            "total_energy_eV": [atoms.get_potential_energy() for atoms in structures],
        }
    )
    per_atom = np.array([atoms.info["cohesive_energy"] for atoms in structures])
    originals = _originals(structures)
    table["cohesive_energy_eV"] = per_atom * table["atoms"]
    table["cohesive_energy_eV_per_atom"] = per_atom
    table["duplicate_of"] = [originals.get(name, "") for name in table["file"]]
    return table


def _check_contents(contents, source):
    """A download must be the published set; what the user names may be another, but that is said."""
    if len(contents) == N_STRUCTURES and content_hash(contents) == CONTENT_HASH:
        return
    text = f"these are not the published {N_STRUCTURES} structures (SHA-256 of their contents {CONTENT_HASH[:12]}...)"
    text = f"{text}. Received: {len(contents)} files in '{source}', {content_hash(contents)[:12]}..."
    if source.name == Path(URL).name:
        raise ValueError(f"{text}: delete the file to download it again")
    warnings.warn(text, stacklevel=3)


def _with_cohesive_energies(structures, atomic_energies):
    """The structures, with `cohesive_energy` in their `info`, eV/atom."""
    if isinstance(atomic_energies, str):
        if atomic_energies not in ATOMIC_ENERGIES:
            known = ", ".join(ATOMIC_ENERGIES)
            raise ValueError(f"`atomic_energies` must be one of {known}, or a dict. Received: {atomic_energies!r}")
        atomic_energies = ATOMIC_ENERGIES[atomic_energies]
    for atoms in structures:
        reference = sum(_count(atoms, element) * energy for element, energy in atomic_energies.items())
        atoms.info["cohesive_energy"] = (atoms.get_potential_energy() - reference) / len(atoms)
    return structures


def _below(structures, largest_energy):
    if largest_energy is None:
        return structures
    kept = [atoms for atoms in structures if atoms.info["cohesive_energy"] <= largest_energy]
    if not kept:
        raise ValueError(f"no structure has so low a cohesive energy. Received: largest_energy={largest_energy}")
    return kept


def _count(atoms, element):
    return int((atoms.symbols == element).sum())


def _aenet_test_files(source, structures):
    """Names of aenet's test structures; its split must be one of the structures at hand."""
    found = [folder / SPLIT_FILE for folder in (source, source.parent) if (folder / SPLIT_FILE).is_file()]
    if not found:
        raise FileNotFoundError(f"aenet's split is not beside the data; take another. Received: no {SPLIT_FILE}")
    table = pandas.read_csv(found[0])
    unknown = {atoms.info["file"] for atoms in structures} - set(table["file"])
    if unknown:
        raise ValueError(
            "aenet's split knows the structures up to 1 eV/atom with atomic energies aenet-set001. "
            f"Received: {len(unknown)} others, such as {min(unknown)}"
        )
    return set(table["file"][table["subset"] == "test"])


def _drawn(structures, fraction, seed):
    """Names of a part of the structures, at random; a copy of one goes where that goes."""
    originals = _originals(structures)
    names = [atoms.info["file"] for atoms in structures]
    unique = [name for name in names if name not in originals]
    chosen = np.random.default_rng(seed).permutation(len(unique))[: round(fraction * len(unique))]
    drawn = {unique[k] for k in chosen}
    return {name for name in names if originals.get(name, name) in drawn}


def _originals(structures):
    """The name of the first of structures that are exactly alike, by the names of the others."""
    first, originals = {}, {}
    for atoms in structures:
        arrays = (atoms.numbers, atoms.positions, atoms.cell.array)
        key = (atoms.get_potential_energy(), *(array.tobytes() for array in arrays))
        original = first.setdefault(key, atoms.info["file"])
        if original != atoms.info["file"]:
            originals[atoms.info["file"]] = original
    return originals

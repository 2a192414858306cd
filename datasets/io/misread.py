"""Files that ASE reads without complaint, but not as they are meant."""

import re
import sys
from itertools import islice

import ase
from ase.io.formats import open_with_compression

from atomzoo.datasets.io.words import cut

DISORDER = 1e-3  # how far an occupancy may be from 1
UNIT_KEY = re.compile(r"(energ|force|stress|virial)(y|ies|s|es)?[-_ ]?units?", re.IGNORECASE)
LENGTHS = ("a", "å", "ang", "angstrom")
UNITS = {  # of labels in the comment of a frame: how they are named in messages, and how people write them
    "energ": ("energies must be in eV", ("ev", "electronvolt")),
    "virial": ("virials must be in eV", ("ev", "electronvolt")),
    "force": ("forces must be in eV/Å", tuple(f"ev/{length}" for length in LENGTHS)),
    "stress": ("stresses must be in eV/Å^3", tuple(f"ev/{length}3" for length in LENGTHS)),
}


def check_meaning(path, file_format):
    """Refuses a file of which ASE would read only a part, or other elements than there are.

    Args:
        path: str, the file, compressed or not.
        file_format: str, ASE's name of its format.

    Raises:
        ValueError: an xyz file that ends within a frame or has an empty line between frames, where ASE ends; an sdf
            file of several molecules, of which ASE reads the first; a dump of LAMMPS or a NetCDF trajectory without
            elements, for which ASE takes types or hydrogen; a dump that states other units than metal. The message does
            not name the file.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile("w") as file:
        ...     _ = file.write("2\\n\\nAu 0 0 0\\n")
        ...     file.flush()
        ...     check_meaning(file.name, "xyz")
        Traceback (most recent call last):
        ...
        ValueError: line 1: the file ends within frame 0. Received: 1 of 2 atoms
    """
    if file_format in ("xyz", "extxyz"):
        with open_with_compression(path, "rb") as file:
            _check_frames(file)
    elif file_format == "sdf":
        with open_with_compression(path, "rb") as file:
            n_molecules = len(b"".join(file).rstrip().removesuffix(b"$$$$").split(b"\n$$$$"))
        if n_molecules > 1:
            raise ValueError(f"an sdf file must hold one molecule: ASE reads the first only. Received: {n_molecules}")
    elif file_format == "netcdftrajectory":
        _check_netcdf(path)
    elif file_format == "lammps-dump-binary":
        raise ValueError("a binary dump holds no elements; write text, with `dump_modify ... element`")
    elif file_format == "lammps-dump-text":
        with open_with_compression(path, "rb") as file:
            _check_dump(file)


def find_disorder(atoms: ase.Atoms) -> str | None:
    """Says which site of a crystal from a CIF file is not occupied by one atom; None if there is no such site.

    Example:
        >>> find_disorder(ase.Atoms("Au", info={"occupancy": {"0": {"Au": 0.5, "Cu": 0.5}}}))
        'a site is occupied in part, by Au 0.5, Cu 0.5: make an ordered structure of it'
    """
    occupancy = atoms.info.get("occupancy")
    for site in occupancy.values() if isinstance(occupancy, dict) else ():
        if isinstance(site, dict) and (len(site) > 1 or abs(sum(site.values()) - 1) > DISORDER):
            shares = ", ".join(f"{element} {share:g}" for element, share in site.items())
            return f"a site is occupied in part, by {shares}: make an ordered structure of it"
    return None


def find_unit(atoms: ase.Atoms) -> str | None:
    """Says which unit the comment of an extxyz frame states that is not that of ASE; None if there is no such unit.

    Example:
        >>> find_unit(ase.Atoms("Au", info={"energy": -0.5, "energy-unit": "hartree"}))
        'it says energy-unit=hartree, but energies must be in eV'
    """
    for key, unit in atoms.info.items():
        if stated := UNIT_KEY.fullmatch(str(key)):
            rule, known = UNITS[stated[1].lower()]
            if re.sub(r"[\s^*]", "", str(unit)).lower() not in known:
                return f"it says {key}={cut(str(unit), 60)}, but {rule}"
    return None


def _check_dump(file):
    """Looks at the columns of a dump's first frame, and at its units where it states them."""
    for line in file:
        if line.startswith(b"ITEM: UNITS") and (units := next(file, b"").strip()) != b"metal":
            raise ValueError(f"the units of a dump must be metal. Received: {cut(units.decode('latin-1'), 60)}")
        if line.startswith(b"ITEM: ATOMS"):
            columns = line.split()[2:]
            if b"element" not in columns and b"mass" not in columns:
                received = b" ".join(columns).decode("latin-1")
                raise ValueError(f"there are types, but no elements; write a column `element`. Received: {received}")
            return


def _check_netcdf(path):
    """AMBER's trajectories have no elements, which ASE takes for hydrogen; those of LAMMPS have types."""
    import netCDF4  # which ASE needs for them too

    with netCDF4.Dataset(path) as file:
        names = list(file.variables)
    if not {"atom_types", "Z"} & set(names):
        raise ValueError(
            f"there are no atomic numbers, in a variable `atom_types` or `Z`. Received: {', '.join(names)}"
        )


def _check_frames(file):
    """Counts lines as ASE does: a number, a comment, that many atoms, and perhaps lines that begin with VEC."""
    frame, number = -1, 0
    for line in file:
        number += 1
        if line.lstrip().startswith(b"VEC"):
            continue
        if not line.strip():
            if any(rest.strip() for rest in file):
                raise ValueError(f"line {number}: an empty line between frames, at which ASE ends. Received: more")
            return
        if not line.strip().isdigit():
            return  # ASE says what is wrong with it
        frame, n_atoms = frame + 1, int(line)
        n_lines = sum(1 for _ in islice(file, min(n_atoms, sys.maxsize - 1) + 1))
        if n_lines < n_atoms + 1:
            received = f"{max(n_lines - 1, 0)} of {n_atoms} atoms"
            raise ValueError(f"line {number}: the file ends within frame {frame}. Received: {received}")
        number += n_lines

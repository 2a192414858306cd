"""Dense liquid hydrogen: 128 and 512 atoms at high pressure, energies and forces of PBE, published by others."""

import lzma
import os
import tarfile
import tempfile
from pathlib import Path

import ase

from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.io.reading import read_structures

NAME = "hydrogen/pbe_liquid.tar.xz"


def load_data(path: str | Path | None = None, n_atoms: int = 128) -> tuple[list[ase.Atoms], list[ase.Atoms]]:
    """Structures of one size, with energies and forces.

    Origin: B. Cheng, G. Mazzola, C. J. Pickard and M. Ceriotti, Nature 585, 217 (2020), from the public data of that
    paper: PBE, 1153 liquid and molecular-atomic structures of 128 atoms, 105 of 512. No license is stated, so that they
    are not part of atomzoo.

    Args:
        path: the archive of n2p2's `input.data` files; None for `hydrogen/pbe_liquid.tar.xz` in the folder that the
            environment variable ATOMZOO_DATA names.
        n_atoms: of the structures.

    Returns:
        `(train, validation)`, lists of `Atoms` with a single-point calculator (eV, eV/A), periodic in three directions;
        a tenth, drawn at random, validates.

    Raises:
        OSError: the archive is not there.
        ValueError: it cannot be read, or has no such structures.

    Example:

    >>> train, validation = load_data()  # doctest: +SKIP
    >>> len(train), len(validation)  # doctest: +SKIP
    (1038, 115)
    """
    structures = [atoms for atoms in read_all(path) if len(atoms) == n_atoms]
    if not structures:
        raise ValueError(f"There are no structures of so many atoms. Received: n_atoms={n_atoms}")
    return dense_hydrogen.without_a_tenth(structures)


def read_all(path: str | Path | None = None) -> list[ase.Atoms]:
    """All structures of the archive, in the order of the names of its files; see `load_data`."""
    path = Path(os.environ.get("ATOMZOO_DATA", ""), NAME) if path is None else Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"The hydrogen of Cheng et al. (2020) is not part of atomzoo: name by ATOMZOO_DATA a folder with {NAME}. "
            f"Received: no file '{path}'"
        )
    try:
        with tarfile.open(path) as archive:
            files = {m.name: archive.extractfile(m).read() for m in archive if m.isfile() and m.name.endswith(".data")}
    except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
        raise ValueError(f"'{path}' is no archive that tar can read: {error}") from None
    structures = []
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(files):
            file = Path(folder) / Path(name).name
            file.write_bytes(files[name])
            structures += read_structures(file, "Bohr", "Hartree")
    return structures

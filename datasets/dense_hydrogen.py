"""Dense hydrogen: 54 atoms at eight densities and temperatures, DFT energies and forces."""

import os
from pathlib import Path

import ase
import numpy as np
from ase import units

from atomzoo.datasets.engines import Espresso
from atomzoo.datasets.io.packed import read_packed
from atomzoo.datasets.io.reading import read_structures

FOLDER = Path(__file__).parent / "data" / "dense_hydrogen"
N_ATOMS = 54
N_TRAJECTORIES = 8  # of each set
POINTS = {  # set: radius r_s of a sphere of the volume of an atom, in Bohr; temperature, in K
    1: (1.3, 1000), 2: (1.3, 3000), 3: (1.4, 1000), 4: (1.4, 3000),
    5: (1.5, 1000), 6: (1.5, 3000), 7: (1.6, 1000), 8: (1.6, 3000),
}  # fmt: skip
# of Debian's quantum-espresso-data
PSEUDOPOTENTIAL = Path("/usr/share/espresso/pseudo/H.pbe-kjpaw.UPF")


def load_data(set: int = 1, path: str | Path | None = None) -> tuple[list[ase.Atoms], list[ase.Atoms]]:
    """Configurations of 54 hydrogen atoms at one of eight points, with energies and forces.

    Origin: computed for atomzoo with Quantum ESPRESSO 6.7, after the description in B. Barch and N. Tubman
    (UCB/EECS-2017-104, 2017), whose own data are not public. Configurations are from molecular dynamics by a potential
    that was trained on a first few hundred DFT samples, as in the paper; energies and forces of all are DFT. Method:
    PBE, PAW (H.pbe-kjpaw of quantum-espresso-data), 45 Ry, density at 180 Ry, Gamma point, Gaussian smearing of
    0.02 Ry. All details are in the README beside the data.

    | set | r_s (Bohr) | T (K) | cell (A) |
    |-----|------------|-------|----------|
    | 1   | 1.3        | 1000  | 4.19     |
    | 2   | 1.3        | 3000  | 4.19     |
    | 3   | 1.4        | 1000  | 4.51     |
    | 4   | 1.4        | 3000  | 4.51     |
    | 5   | 1.5        | 1000  | 4.84     |
    | 6   | 1.5        | 3000  | 4.84     |
    | 7   | 1.6        | 1000  | 5.16     |
    | 8   | 1.6        | 3000  | 5.16     |

    Total (free) energies in eV, some -14.5 eV an atom, forces in eV/A. Moving all atoms by parts of the density's grid
    changes energies by up to 0.06 meV and forces by 0.3 meV/A. The Gamma point alone is a model of its own, not
    converged hydrogen: see the README.

    Args:
        set: 1 to 8.
        path: a file of other such configurations, of any format that ASE reads. Sets that are not embedded are also
            looked for as dense_hydrogen/set<n>.npz in the folder named by the environment variable ATOMZOO_DATA.

    Returns:
        `(train, validation)`, lists of `Atoms` with a single-point calculator, periodic in three directions; a tenth,
        drawn at random, validates.

    Raises:
        ValueError: no such set, or it is not there.
        FileNotFoundError: there is no file `path`.
    """
    return without_a_tenth(read_structures(path) if path is not None else _stored(set))


def without_a_tenth(structures):
    """Structures without a tenth of them, drawn at random, and that tenth: two lists.

    Example:

    >>> [len(part) for part in without_a_tenth(range(30))]
    [27, 3]
    """
    held_out = np.random.default_rng(0).permutation(len(structures)) < round(len(structures) / 10)
    return tuple([a for a, out in zip(structures, held_out, strict=True) if out == part] for part in (False, True))


def _stored(set):
    folders = [FOLDER, *([Path(os.environ["ATOMZOO_DATA"]) / FOLDER.name] if "ATOMZOO_DATA" in os.environ else [])]
    for path in (folder / f"set{_check(set)}.npz" for folder in folders):
        if path.exists():
            return read_packed(path)
    raise ValueError(f"This set is not embedded; `path` takes a file of its configurations. Received: set={set}")


def cell_length(set):
    """Edge of the cubic cell of a set, in A.

    Example:

    >>> round(cell_length(1), 3), round(cell_length(8), 3)
    (4.192, 5.159)
    """
    return float((N_ATOMS * 4 / 3 * np.pi) ** (1 / 3) * POINTS[_check(set)][0] * units.Bohr)


def lattice(set, seed=0):
    """A start for molecular dynamics: a body-centered cubic lattice, its atoms displaced at random by 0.1 A.

    Example:

    >>> lattice(3).get_chemical_formula()
    'H54'
    """
    corners = np.stack(np.meshgrid(*[range(3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    length = cell_length(set)
    atoms = ase.Atoms(f"H{N_ATOMS}", np.vstack([corners, corners + 0.5]) * length / 3, cell=[length] * 3, pbc=True)
    atoms.positions += np.random.default_rng((set, seed)).normal(scale=0.1, size=atoms.positions.shape)
    return atoms


def reference_engine(kpoints=(1, 1, 1)):
    """Quantum ESPRESSO with the settings of the data: what it labels may be added to them.

    Chosen by measurement: with the PAW potential forces are within 8 meV/A of a norm-conserving one (GTH-PBE) at
    120 Ry, in 0.5 to 0.9 s; GTH-PBE at 60 Ry takes as long and is off by 14 to 31 meV/A.

    Args:
        kpoints: divisions of the grid of k-points.

    Returns:
        `Espresso` of `atomzoo.datasets.engines`; `label` needs pw.x.
    """
    return Espresso(
        {"H": PSEUDOPOTENTIAL}, wavefunction_cutoff=45.0, density_cutoff=180.0, smearing=0.02, kpoints=kpoints
    )


def _check(set):
    if set not in POINTS:
        raise ValueError(f"`set` must be one of {tuple(POINTS)}. Received: set={set!r}")
    return set

"""Gold clusters Au2 to Au5: DFT molecular dynamics, embedded."""

from pathlib import Path

import ase

from atomzoo.datasets.engines import Espresso
from atomzoo.datasets.io.reading import read_structures

FOLDER = Path(__file__).parent / "data" / "gold_clusters"
SIZES = (2, 3, 4, 5)
SPLITS = ("random", "block")

# Egg-box error of the density grid: energies of a cluster moved as a whole by parts of the grid spacing deviate by some
# 0.27 meV, so a mean squared error of total energies below the square of that, in eV^2, is no signal.
NOISE_FLOOR_EV2 = 7e-8

PSEUDOPOTENTIAL = FOLDER / "Au.blyp-q11.gth"
DENSITY_CUTOFF = 240.0  # Ry, of the embedded data; another changes energies by some meV, and must not be mixed with it


def load_data(n_atoms: int, split: str = "random") -> tuple[list[ase.Atoms], list[ase.Atoms]]:
    """Structures of an Au2, Au3, Au4 or Au5 cluster from molecular dynamics, with energies and forces.

    Origin: computed for atomzoo with Quantum ESPRESSO 6.7, after the description in B. Barch and N. Tubman
    (UCB/EECS-2017-104, 2017), whose own data are not public. Method: BLYP, Goedecker-type pseudopotential with 11
    valence electrons, 30 Ry, cubic box of 10 A, Gamma point; 8 fs a step at 1000 K in chunks of at most 150 steps that
    start from several isomers. As in the paper, frames with an energy more than two standard deviations above the mean
    are left out. Inputs and all details are in the README beside the data.

    | cluster | frames | kept | random train/validation | block train/validation |
    |---------|--------|------|-------------------------|------------------------|
    | Au2     | 745    | 721  | 649/72                  | 649/72                 |
    | Au3     | 1583   | 1569 | 1412/157                | 1412/157               |
    | Au4     | 1521   | 1452 | 1307/145                | 1308/144               |
    | Au5     | 1614   | 1519 | 1367/152                | 1367/152               |

    Total energies in eV (about -896.4 eV an atom; deviation 0.10 to 0.42 eV over all frames), forces in eV/A. They are
    not converged with the plane-wave cutoff, and carry an egg-box noise of some 0.3 meV: a mean squared error below
    `NOISE_FLOOR_EV2` is no signal. Turning a cluster changes what its periodic images, 10 A away, add:
    by 6 meV for a triangle, 61 for a rhombus.

    Args:
        n_atoms: 2, 3, 4 or 5.
        split: "random" holds out a tenth of the frames at random, which are neighbors in time (8 fs) of training
            frames; "block" holds out two contiguous stretches of the trajectory, of 5 % each.

    Returns:
        `(train, validation)`, lists of `Atoms` with a single-point calculator, periodic in three directions.

    Example:

    >>> train, validation = load_data(3)
    >>> len(train), len(validation)
    (1412, 157)
    """
    if n_atoms not in SIZES:
        raise ValueError(f"`n_atoms` must be one of {SIZES}. Received: n_atoms={n_atoms!r}")
    if split not in SPLITS:
        raise ValueError(f"`split` must be one of {SPLITS}. Received: split={split!r}")
    kept = [atoms for atoms in read_structures(FOLDER / f"au{n_atoms}.extxyz") if atoms.info["kept"]]
    return tuple([atoms for atoms in kept if atoms.info[split] == part] for part in ("train", "validation"))


def reference_engine():
    """Quantum ESPRESSO with the settings of the embedded data: what it labels may be added to them.

    Returns:
        `Espresso` of `atomzoo.datasets.engines`; `label` needs pw.x.

    Example:

    >>> reference_engine().density_cutoff == DENSITY_CUTOFF
    True
    """
    return Espresso({"Au": PSEUDOPOTENTIAL}, wavefunction_cutoff=30.0, density_cutoff=DENSITY_CUTOFF)

"""Dense hydrogen: 54 atoms at eight densities and temperatures, labels of a network of quantum Monte Carlo."""

from pathlib import Path

import ase

from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.io.packed import read_packed

FOLDER = Path(__file__).parent / "data" / "qmc_hydrogen"


def load_data(set: int = 1) -> tuple[list[ase.Atoms], list[ase.Atoms]]:
    """Configurations of 54 hydrogen atoms at one of eight points, drawn and labelled by one network.

    So B. Barch and N. Tubman (UCB/EECS-2017-104, 2017) made their sets: a network of aenet, fitted to quantum Monte
    Carlo, drew and labelled them. Their data are not public. This network is that of B. Cheng, G. Mazzola, C. J.
    Pickard and M. Ceriotti, Nature 585, 217 (2020), which was fitted to variational Monte Carlo. Its energies are sums
    over neighborhoods of 3.2 A, so that a network can learn them, which those of `dense_hydrogen.load_data` are not.

    The sets are at the points of `dense_hydrogen.POINTS`: 3000 frames, 20 fs apart, of eight trajectories. Neighbors in
    time are alike (correlations of 0.3 to 0.6 in energy), and lie on both sides of the split.

    Args:
        set: 1 to 8.

    Returns:
        `(train, validation)`, lists of `Atoms` with a single-point calculator (eV, eV/A; forces are rounded to
        0.02 eV/A), periodic in three directions; a tenth, drawn at random, validates.

    Raises:
        ValueError: no such set.

    Example:

    >>> train, validation = load_data(8)
    >>> len(train), len(validation), train[0].get_chemical_formula()
    (2700, 300, 'H54')
    """
    dense_hydrogen.cell_length(set)  # refuses other sets
    return dense_hydrogen.without_a_tenth(read_packed(FOLDER / f"set{set}.npz"))

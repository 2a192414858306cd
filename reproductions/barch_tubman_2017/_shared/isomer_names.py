"""Names of the isomers of small gold clusters, by their bonds."""

import numpy as np

from atomzoo.datasets.gold_isomers import BOND, gold_isomers
from atomzoo.models.relaxation.isomers import sorted_distances

LONGEST_BOND = 1.25 * BOND  # A; the next distances in these clusters begin at 1.4 times a bond


def isomer_name(atoms):
    """The name in `gold_isomers` of the shape whose atoms have as many bonds each.

    Bond lengths do not matter, so that a structure need not be relaxed. Shapes with the same bonds (bent and linear)
    are told apart by their distances.

    Args:
        atoms: `ase.Atoms`, 2 to 5 atoms of gold.

    Returns:
        str; if there is none, the numbers of bonds of the atoms, such as "bonds 1-1-2-3-3".

    Example:

    >>> from atomzoo.datasets.gold_isomers import gold_isomers
    >>> atoms = gold_isomers(4)["rhombus"]
    >>> atoms.rattle(0.1)
    >>> isomer_name(atoms)
    'rhombus'
    """
    alike = {name: shape for name, shape in gold_isomers(len(atoms)).items() if _bonds(shape) == _bonds(atoms)}
    lengths = sorted_distances(atoms)
    unknown = f"bonds {'-'.join(map(str, _bonds(atoms)))}"
    return min(alike, key=lambda name: np.abs(sorted_distances(alike[name]) - lengths).max(), default=unknown)


def _bonds(atoms):
    """Numbers of bonds of the atoms, sorted."""
    distances = atoms.get_all_distances(mic=atoms.pbc.any())
    return sorted(((distances < LONGEST_BOND).sum(axis=1) - 1).tolist())

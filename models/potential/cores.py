"""The repulsive core of a set of elements."""

import numpy as np
from ase.data import atomic_numbers, covalent_radii

from atomzoo.datasets.arrays.closest import closest_distances
from atomzoo.layers import RepulsiveCore

# Of the sum of two covalent radii. Hardly any bond is as short as the second: V=O in vanadium oxide has 0.72 of it,
# N2 0.77, CO 0.79, gold's dimer 0.91, silicon 1.06.
INNER, OUTER = 0.4, 0.7
OF_CLOSEST = 0.9  # of the shortest distance in the data: these, and distances a little shorter, are outside the core
REACH = 4.0  # A; pairs that are never closer count as not in the data


def zbl_core(elements, structures=(), reach=REACH):
    """The core of Ziegler, Biersack and Littmark, switched off before the distances begin that data have.

    The outer radius of a pair of elements is 0.9 times their shortest distance in the structures, so that the core
    changes nothing where data are. Of pairs that are in none it is 0.7 times the sum of their covalent radii (those of
    ASE); at ordinary conditions hardly any two atoms are as close. The inner radius is 4/7 of the outer one.

    Args:
        elements: list of chemical symbols.
        structures: list of `ase.Atoms` of these elements.
        reach: distance in A within which a pair of elements must be found in the structures; no outer radius is larger.

    Returns:
        `RepulsiveCore`.

    Example:

    >>> import ase
    >>> from atomzoo.models.potential.cores import zbl_core
    >>> core = zbl_core(["Ti", "O"], [ase.Atoms("TiO", [[0, 0, 0], [0, 0, 2.0]])])
    >>> core.numbers, round(core.outer[0][1], 6)
    ([22, 8], 1.8)
    """
    numbers = [atomic_numbers[element] for element in elements]
    radii = covalent_radii[numbers]
    closest = closest_distances(structures, elements, min(reach, REACH))
    is_known = np.isfinite(closest) & (closest > 0)
    outer = np.where(is_known, OF_CLOSEST * closest, OUTER * np.add.outer(radii, radii))
    outer = np.minimum(outer, reach)
    return RepulsiveCore(numbers, INNER / OUTER * outer, outer, name="core")


def core_from(given, elements, structures=(), reach=REACH):
    """The core that is given, None or a layer; or "zbl" for `zbl_core`, which has the other arguments.

    Raises:
        ValueError: another name.
    """
    if isinstance(given, str):
        if given != "zbl":
            raise ValueError(f'`core` must be "zbl", a `RepulsiveCore`, or None. Received: {given!r}')
        return zbl_core(elements, structures, reach)
    return given

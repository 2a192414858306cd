"""The repulsive core of a set of elements."""

from ase.data import atomic_numbers, covalent_radii

from atomzoo.layers import RepulsiveCore

# Of the sum of two covalent radii. Hardly any bond is as short as the second: V=O in vanadium oxide has 0.72 of it,
# N2 0.77, CO 0.79, gold's dimer 0.91, silicon 1.06.
INNER, OUTER = 0.4, 0.7


def zbl_core(elements):
    """The core of Ziegler, Biersack and Littmark, switched off between 0.4 and 0.7 times the sum of two covalent radii.

    At ordinary conditions hardly any two atoms are as close as 0.7 times the sum of their covalent radii (those of
    ASE), so that it changes nothing where data are. Structures under high pressure, or hot ones, may reach into it:
    there networks learn the difference.

    Args:
        elements: list of chemical symbols.

    Returns:
        `RepulsiveCore`.

    Example:

    >>> from atomzoo.models.potential.cores import zbl_core
    >>> zbl_core(["Ti", "O"]).numbers
    [22, 8]
    """
    numbers = [atomic_numbers[element] for element in elements]
    radii = [float(covalent_radii[number]) for number in numbers]
    return RepulsiveCore(numbers, [INNER * r for r in radii], [OUTER * r for r in radii], name="core")


def core_from(given, elements):
    """The core that is given, None or a layer; or "zbl" for `zbl_core`.

    Raises:
        ValueError: another name.
    """
    if isinstance(given, str):
        if given != "zbl":
            raise ValueError(f'`core` must be "zbl", a `RepulsiveCore`, or None. Received: {given!r}')
        return zbl_core(elements)
    return given

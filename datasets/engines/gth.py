"""Goedecker-Teter-Hutter pseudopotentials: from CP2K's layout to the ABINIT layout that pw.x reads."""

from itertools import islice

from ase.data import atomic_numbers

# pspxc of ABINIT, by the functional in the potential's name
FUNCTIONALS = {"BLYP": 18, "PADE": 1, "PBE": 11}


def convert_gth(text, name):
    """Convert one pseudopotential of CP2K's `GTH_POTENTIALS` to the ABINIT layout (pspcod 10).

    Both layouts hold the parameters of Hartwigsen, Goedecker and Hutter, Phys. Rev. B 58, 3641 (1998), in Hartree
    atomic units. CP2K leaves out the spin-orbit coefficients k_ij, which are written as zeros here.

    Args:
        text: the contents of a `GTH_POTENTIALS` file (Debian's cp2k-data: /usr/share/cp2k/GTH_POTENTIALS).
        name: element and potential, e.g. "Au GTH-BLYP-q11".

    Returns:
        str, the contents of a `.gth` file.

    Raises:
        ValueError: not such a name, the text has no such potential, or its functional is not known here.

    Example:
        >>> hydrogen = "H GTH-BLYP-q1 GTH-BLYP\\n 1\\n 0.2 2 -4.19596147 0.73049821\\n 0\\n"
        >>> print(convert_gth(hydrogen, "H GTH-BLYP-q1").splitlines()[1])
        1 1 0 zatom,zion,pspdat
    """
    element, _, potential = name.partition(" ")
    if not potential:
        raise ValueError(f"A pseudopotential's name must be an element and a potential. Received: {name!r}")
    if "-q" not in potential:
        raise ValueError(f"A pseudopotential's name must end in -q and the number of electrons. Received: {name!r}")
    functional = next((code for key, code in FUNCTIONALS.items() if f"-{key}-" in potential), None)
    if functional is None:
        raise ValueError(f"The functional must be one of {', '.join(FUNCTIONALS)}. Received: {name!r}")
    numbers = _numbers_of(text, element, potential)
    lines = _local_lines(numbers)
    channels = int(next(numbers))
    for channel in range(channels):
        lines += _projector_lines(numbers, with_spin_orbit=channel > 0)
    if not channels:
        lines.append("0.2 0")  # pw.x 6.7 reads the line of a first channel all the same
    electrons = potential.rsplit("-q", 1)[1]
    header = [
        f"{name} from CP2K GTH_POTENTIALS",
        f"{atomic_numbers[element]} {electrons} 0 zatom,zion,pspdat",
        f"10 {functional} {max(channels - 1, 0)} 0 2001 0 pspcod,pspxc,lmax,lloc,mmax,r2well",
    ]
    return "\n".join([*header, lines[0], str(channels), *lines[1:], ""])


def _numbers_of(text, element, potential):
    """Iterate over the words of one potential after its electron configuration, up to the next `#` or title."""
    lines = iter(text.splitlines())
    for line in lines:
        words = line.split()
        if words[:1] == [element] and potential in words[1:]:
            next(lines)
            return (word for line in lines for word in line.split())
    raise ValueError(f"No such pseudopotential in the text given. Received: {element} {potential}")


def _local_lines(numbers):
    """Radius, number of coefficients, coefficients of the local part, on one line."""
    radius, count = next(numbers), next(numbers)
    return [" ".join([radius, count, *islice(numbers, int(count))])]


def _projector_lines(numbers, with_spin_orbit):
    """Radius and the upper triangle of h_ij, and (for l > 0) as many zeros for k_ij."""
    radius, count = next(numbers), int(next(numbers))
    rows = [" ".join(islice(numbers, count - row)) for row in range(count)]
    lines = [f"{radius} {count} {rows[0] if rows else ''}".strip(), *("   " + row for row in rows[1:])]
    if with_spin_orbit:
        lines += ["   " + " ".join(["0.0"] * (count - row)) for row in range(count)]
    return lines

"""Crystal phases of silicon, as functions of their volume and of the parameters that their symmetry leaves free."""

from dataclasses import dataclass, field

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list
from ase.spacegroup import crystal


@dataclass(frozen=True)
class Phase:
    """A crystal structure, and the range of volumes that data of it cover.

    Args:
        group: number of the space group.
        sites: list of fractional positions; an entry that is a str names a parameter, "-" in front changes its sign.
        volumes: smallest and largest volume, Å^3 per atom: at about 60 GPa, and at a tension of some GPa.
        parameters: dict, free parameter to usual value: `b` and `c` (lengths relative to a), `alpha` (angle of a
            rhombohedral cell, degrees) and those of `sites`.
    """

    group: int
    sites: list
    volumes: tuple[float, float]
    parameters: dict = field(default_factory=dict)


TETRAHEDRAL, METALLIC = (14.0, 22.0), (10.6, 16.5)  # Å^3 per atom
ORIGIN = (0, 0, 0)
PHASES = {
    "diamond": Phase(227, [ORIGIN], TETRAHEDRAL),
    "hexagonal diamond": Phase(194, [(1 / 3, 2 / 3, "z")], TETRAHEDRAL, {"c": 1.655, "z": 0.0625}),
    "BC8": Phase(206, [("x", "x", "x")], (12.8, 20.5), {"x": 0.1003}),
    "R8": Phase(
        148,
        [("u", "u", "u"), ("x", "y", "z")],
        (12.8, 20.5),
        {"alpha": 110.07, "u": 0.2922, "x": 0.4597, "y": -0.0353, "z": 0.2641},
    ),
    "beta-tin": Phase(141, [ORIGIN], METALLIC, {"c": 0.55}),
    "Imma": Phase(74, [(0, 0.25, "z")], METALLIC, {"b": 0.950, "c": 0.538, "z": -0.0965}),
    "simple hexagonal": Phase(191, [ORIGIN], METALLIC, {"c": 0.94}),
    "Cmca": Phase(
        64, [("x", 0, 0), (0, "y", "z")], METALLIC, {"b": 0.598, "c": 0.595, "x": 0.218, "y": 0.173, "z": 0.328}
    ),
    "hcp": Phase(194, [(1 / 3, 2 / 3, 0.25)], METALLIC, {"c": 1.70}),
    "fcc": Phase(225, [ORIGIN], METALLIC),
    "bcc": Phase(229, [ORIGIN], METALLIC),
    "simple cubic": Phase(221, [ORIGIN], (11.5, 18.0)),
}
HEXAGONAL = {191, 194}


def build(name, volume, **changes):
    """Build the primitive cell of a phase.

    Args:
        name: a key of `PHASES`.
        volume: Å^3 per atom.
        changes: parameters other than the usual ones.

    Returns:
        Atoms, periodic, without labels.

    Raises:
        ValueError: there is no such phase or parameter.

    Example:
        >>> atoms = build("beta-tin", 14.0, c=0.54)
        >>> len(atoms), round(float(atoms.get_volume()), 6)
        (2, 28.0)
    """
    if name not in PHASES:
        raise ValueError(f"`name` must be one of {', '.join(PHASES)}. Received: name={name!r}")
    phase = PHASES[name]
    unknown = sorted(set(changes) - set(phase.parameters))
    if unknown:
        raise ValueError(f"{name} has the free parameters {sorted(phase.parameters)}. Received: {unknown[0]}")
    values = phase.parameters | changes
    sites = [[_coordinate(x, values) for x in site] for site in phase.sites]
    # atoms are told apart by their fractional positions, so that any length of the cell will do
    lengths = [5.0, 5.0 * values.get("b", 1), 5.0 * values.get("c", 1)]
    angles = [values["alpha"]] * 3 if "alpha" in values else [90, 90, 120 if phase.group in HEXAGONAL else 90]
    atoms = crystal(
        ["Si"] * len(sites),
        sites,
        spacegroup=phase.group,
        setting=2 if "alpha" in values else 1,  # rhombohedral axes
        cellpar=[*lengths, *angles],
        primitive_cell=True,
    )
    cell = _rhombohedral(values["alpha"]) if "alpha" in values else atoms.cell
    atoms.set_cell(cell, scale_atoms=True)
    cell = atoms.cell * (volume * len(atoms) / atoms.get_volume()) ** (1 / 3)
    return Atoms(atoms.symbols, scaled_positions=atoms.get_scaled_positions(), cell=cell, pbc=True)


def jittered(name, rng):
    """Build a phase at a random volume, its free parameters displaced at random by some percent, its symmetry kept.

    Args:
        name: a key of `PHASES`.
        rng: NumPy Generator.

    Returns:
        Atoms.
    """
    phase, changes = PHASES[name], {}
    for key, value in phase.parameters.items():
        scale = {"b": 0.03, "c": 0.03, "alpha": 1.5}.get(key, 0.01)  # of lengths relative; degrees; fractions of cell
        changes[key] = value + scale * rng.normal() * (value if key in "bc" else 1)
    return build(name, rng.uniform(*phase.volumes), **changes)


def _rhombohedral(alpha):
    """Cell vectors at an angle alpha (degrees) to each other around z, where pw.x looks for a threefold axis."""
    cosine = np.cos(np.radians(alpha))
    x, y, z = np.sqrt([(1 - cosine) / 2, (1 - cosine) / 6, (1 + 2 * cosine) / 3])
    return np.array([[x, -y, z], [0, 2 * y, z], [-x, -y, z]])


def _coordinate(entry, values):
    return values[entry] if isinstance(entry, str) else entry


def shortest_distance(atoms):
    """Return the shortest distance between atoms, periodic images included, in Å.

    Example:
        >>> round(shortest_distance(build("diamond", 20.02)), 3)
        2.352
    """
    return float(np.min(neighbor_list("d", atoms, 6.0)))

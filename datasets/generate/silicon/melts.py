"""Melts and glasses of silicon in small cells, from molecular dynamics by potentials that LAMMPS ships."""

import numpy as np
from ase import Atoms, units
from ase.spacegroup import Spacegroup

from atomzoo.datasets.engines import Lammps, potential_file
from atomzoo.datasets.generate.silicon.crystals import CLOSEST
from atomzoo.datasets.generate.silicon.phases import shortest_distance

POTENTIALS = {"Si.sw": "sw", "Si.tersoff": "tersoff", "Si.edip": "edip"}
GRAM_PER_CM3 = units.kg * 1e-3 / (units.m * 1e-2) ** 3  # in ASE's units of mass and length
SILICON_MASS = 28.085
HOT = 5000.0  # K: the start forgets its order
STEPS = 1000  # of 1 fs, at 5000 K, and twice as many after that; in more, rounding breaks the symmetry
# orthorhombic, of four operations, none of which fixes an atom: P 2_1 2_1 2_1, P c a 2_1, P n a 2_1
GROUPS = (19, 29, 33)


def melt(rng, n_atoms=None):
    """The end of molecular dynamics of a melt, or of one that is quenched to a glass, in a cubic cell.

    Args:
        rng: NumPy Generator.
        n_atoms: int, or None for one of 6, 8 and 16 (rarely).

    Returns:
        Atoms with `phase` ("liquid" or "amorphous"), `temperature` (K), `density` (g/cm^3) and `potential` in its info.
    """
    n_atoms = n_atoms or int(rng.choice([6, 8, 16], p=[0.58, 0.4, 0.02]))
    return _melt(rng, list(POTENTIALS), n_atoms, np.ones(3), [(np.eye(3), np.zeros(3))])


def symmetric_melt(rng):
    """As `melt`, with 8 or 16 atoms in an orthorhombic cell, all motion symmetric: four times fewer k-points.

    Atoms in general positions of a space group, and velocities of the same symmetry, keep it as they move.
    """
    group = Spacegroup(int(rng.choice(GROUPS)))
    operations = list(zip(*group.get_op(), strict=True))
    n_atoms = int(rng.choice([8, 16], p=[0.8, 0.2]))
    aspect = np.exp(rng.normal(scale=0.08, size=3)) * ([1, 1, n_atoms / 8] if rng.integers(2) else [n_atoms / 8, 1, 1])
    return _melt(rng, ["Si.sw", "Si.tersoff"], n_atoms, aspect, operations)  # EDIP soon breaks it


def _melt(rng, potentials, n_atoms, aspect, operations):
    """Melt in a cell of relative lengths `aspect`, symmetric under operations on fractional coordinates."""
    while True:
        density, temperature = rng.uniform(2.2, 3.4), rng.uniform(1200, 3500)
        glass = rng.uniform() < 0.3
        name = potentials[rng.integers(len(potentials))]
        engine = Lammps([f"pair_style {POTENTIALS[name]}", f"pair_coeff * * {potential_file(name)} Si"], ["Si"])
        volume = n_atoms * SILICON_MASS / density / GRAM_PER_CM3
        cell = np.diag(aspect * (volume / np.prod(aspect)) ** (1 / 3))
        n_free = n_atoms // len(operations)
        starts = [rng.random((n_free, 3)) for _ in range(100)]
        velocities = rng.normal(size=(n_free, 3)) * np.sqrt(units.kB * HOT / SILICON_MASS)
        atoms = max((_images(x, velocities, cell, operations) for x in starts), key=shortest_distance)
        ramps = [(2500.0, 1400.0), (1400.0, 300.0)] if glass else 2 * [temperature]
        for ramp in [HOT, *ramps]:
            frame = engine.dynamics(atoms, STEPS, ramp, every=STEPS)[-1]
            atoms = _images(frame.get_scaled_positions()[:n_free], frame.get_velocities()[:n_free], cell, operations)
        if shortest_distance(atoms) > CLOSEST:
            atoms = Atoms(atoms.symbols, atoms.positions, cell=cell, pbc=True)
            atoms.info = {
                "phase": "amorphous" if glass else "liquid",
                "temperature": 300.0 if glass else round(temperature, 1),
                "density": round(density, 3),
                "potential": name,
            }
            return atoms


def _images(fractional, velocities, cell, operations):
    """Atoms at fractional positions, with velocities, and all their images, one operation after the other."""
    positions = np.concatenate([fractional @ rotation.T + translation for rotation, translation in operations])
    atoms = Atoms(f"Si{len(positions)}", scaled_positions=positions % 1.0, cell=cell, pbc=True)
    # the axes of the cell are Cartesian, so that rotations are the same for vectors
    atoms.set_velocities(np.concatenate([velocities @ rotation.T for rotation, _ in operations]))
    return atoms

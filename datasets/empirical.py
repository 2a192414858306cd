"""Reference data of empirical potentials, made with LAMMPS: Stillinger-Weber Si, Vashishta SiO2."""

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal

from atomzoo.datasets.engines.lammps import Lammps, potential_file
from atomzoo.datasets.silicon_energies import silicon_energies

SILICON_LATTICE = 5.431  # A, where the energy of Stillinger and Weber is lowest
LARGEST_STRAIN = 0.05
CLOSE = {"silicon": (1.5, 2.2), "silica": (1.15, 1.45)}  # A, nearer than nearly all bonded atoms come in the melt
# Each part of the data has its own trajectories: their steps, and the number of strained cells.
PARTS = {"train": (2000, 400), "validation": (250, 50), "test": (500, 100)}
EQUILIBRATION = 500  # steps, left out


def stillinger_weber(ranks=1):
    """Return the `Lammps` engine of silicon: F. H. Stillinger and T. A. Weber, Phys. Rev. B 31, 5262 (1985)."""
    return Lammps(["pair_style sw", f"pair_coeff * * {potential_file('Si.sw')} Si"], ["Si"], ranks)


def vashishta(ranks=1):
    """Return the `Lammps` engine of SiO2: P. Vashishta et al., Phys. Rev. B 41, 12197 (1990)."""
    pair = ["pair_style vashishta", f"pair_coeff * * {potential_file('SiO.1990.vashishta')} Si O"]
    return Lammps(pair, ["Si", "O"], ranks)


def diamond_silicon(repeat=1, lattice=SILICON_LATTICE):
    """Return the diamond structure, 8 `repeat`^3 atoms; `lattice` in A.

    Example:
        >>> len(diamond_silicon(2))
        64
    """
    return bulk("Si", a=lattice, cubic=True) * repeat


def alpha_quartz(repeat=1):
    """Return alpha-quartz (P3_2 21; L. Levien et al., Am. Mineral. 65, 920 (1980)), 9 `repeat`^3 atoms.

    Example:
        >>> len(alpha_quartz(4))
        576
    """
    basis = [(0.4697, 0, 2 / 3), (0.4135, 0.2669, 0.1191 + 2 / 3)]
    cell = [4.913, 4.913, 5.405, 90, 90, 120]
    return _plain(crystal(["Si", "O"], basis, spacegroup=154, cellpar=cell, size=(repeat,) * 3))


def beta_cristobalite(repeat=1):
    """Return ideal beta-cristobalite (Fd-3m, a = 7.16 A, straight Si-O-Si), 24 `repeat`^3 atoms.

    Example:
        >>> beta_cristobalite().get_chemical_formula()
        'O16Si8'
    """
    basis = [(1 / 8, 1 / 8, 1 / 8), (0, 0, 0)]
    cell = [7.16, 7.16, 7.16, 90, 90, 90]
    return _plain(crystal(["Si", "O"], basis, spacegroup=227, setting=2, cellpar=cell, size=(repeat,) * 3))


def silicon_data(seed=0):
    """Make data of silicon with the potential of Stillinger and Weber; it takes some 15 s of one core.

    Molecular dynamics (2 fs): crystals at 300, 900 and 1500 K, of 64 atoms, and of 8 atoms also with a lattice 2 %
    longer and shorter; liquids of 64 atoms at 2000 and 3000 K with the densities of the crystal and of the melt (2.53
    g/cm^3), at 4000 K with that of the melt, and a quench from 3000 to 300 K. Static: cells of 8 atoms, strained by up
    to 5 % in all six components, with random displacements; and as many with a pair 1.5 to 2.2 A apart, without which
    the wall that keeps atoms apart would be left to chance.

    Args:
        seed: int; the same seed gives the same data.

    Returns:
        `(train, validation, test)`, lists of Atoms with energy (eV), energies (eV; see `silicon_energies`), forces
        (eV/A), stress (eV/A^3), and in their info `source` (crystal, liquid, quench, strained or close) and, of the
        first two, `temperature` (K). The parts come from different trajectories.
    """
    small, temperatures = diamond_silicon(), (300, 900, 1500)
    crystals = [(diamond_silicon(2), t, 200) for t in temperatures]
    crystals += [(_scaled(small, scale), t, 25) for scale in (0.98, 1.0, 1.02) for t in temperatures]
    liquids = [(diamond_silicon(2, lattice), t, 100) for lattice in (5.28, SILICON_LATTICE) for t in (2000, 3000)]
    liquids.append((diamond_silicon(2, 5.28), 4000, 100))
    quenches = [(diamond_silicon(2, 5.35), (3000, 300), 100)]
    sources = {"crystal": crystals, "liquid": liquids, "quench": quenches}
    engine = stillinger_weber()
    parts = _data(engine, sources, [diamond_silicon()], 0.1, 2.0, 5000, seed)
    for part, (_, count) in enumerate(PARTS.values()):
        close = close_pairs([diamond_silicon()], count, 0.1, CLOSE["silicon"], np.random.default_rng([seed, part, 1]))
        parts[part].extend(_noted({"source": "close"}, engine.label(close)))
    for atoms in sum(parts, []):
        atoms.calc.results["energies"] = silicon_energies(atoms)
    return parts


def silica_data(seed=0):
    """Make data of SiO2 with the potential of Vashishta; it takes some 40 s of one core.

    Molecular dynamics (1 fs): quartz of 72 atoms at 300, 1000 and 2000 K, and at 1000 K with cell vectors 2 % longer
    and shorter; cristobalite of 192 atoms at 1000 and 2000 K; melts of 72 atoms at 3000 and 5000 K with the densities
    of quartz and of silica glass (2.2 g/cm^3), and a quench from 5000 to 300 K. Static: strained cells of quartz (9
    atoms) and cristobalite (24 atoms), as of silicon, and as many with two atoms too close.

    Args:
        seed: int; the same seed gives the same data.

    Returns:
        As `silicon_data`; the energies of the atoms are LAMMPS's shares of them.
    """
    quartz = alpha_quartz(2)
    glass = _scaled(quartz, 1.064)
    crystals = [(quartz, t, 100) for t in (300, 1000, 2000)]
    crystals += [(_scaled(quartz, scale), 1000, 100) for scale in (0.98, 1.02)]
    crystals += [(beta_cristobalite(2), t, 200) for t in (1000, 2000)]
    liquids = [(start, t, 100) for start in (quartz, glass) for t in (3000, 5000)]
    sources = {"crystal": crystals, "liquid": liquids, "quench": [(glass, (5000, 300), 100)]}
    engine, cells = vashishta(), [alpha_quartz(), beta_cristobalite()]
    parts = _data(engine, sources, cells, 0.06, 1.0, 8000, seed)
    for part, (_, count) in enumerate(PARTS.values()):
        close = close_pairs(cells, count, 0.06, CLOSE["silica"], np.random.default_rng([seed, part, 1]))
        parts[part].extend(_noted({"source": "close"}, engine.label(close)))
    return parts


def _data(engine, sources, cells, displacement, time_step, melting, seed):
    """Run `sources`, lists of (start, temperature, steps between frames) by name, and strain `cells`, for each part."""
    parts = []
    for part, (steps, n_strained) in enumerate(PARTS.values()):
        frames, number = [], 0
        for source, runs in sources.items():
            for start, temperature, every in runs:
                number += 1
                settings = {"time_step": time_step, "seed": [seed, part, number]}
                if source != "crystal":
                    start = engine.dynamics(start, EQUILIBRATION, melting, every=EQUILIBRATION, **settings)[-1]
                new = engine.dynamics(start, EQUILIBRATION + steps, temperature, every=every, **settings)
                note = {"source": source} | ({"temperature": temperature} if np.ndim(temperature) == 0 else {})
                frames += _noted(note, new[EQUILIBRATION // every + 1 :])
        strained = strained_cells(cells, n_strained, displacement, np.random.default_rng([seed, part]))
        parts.append(frames + _noted({"source": "strained"}, engine.label(strained)))
    return tuple(parts)


def strained_cells(cells, count, displacement, generator):
    """Return `count` strained and displaced copies of cells, which take turns.

    The six components of the strain are uniform within `LARGEST_STRAIN`; the displacements are normal, with a standard
    deviation that is uniform below `displacement`, one for each copy.

    Args:
        cells: list of Atoms.
        count: int.
        displacement: A.
        generator: np.random.Generator.
    """
    structures = []
    for number in range(count):
        atoms = cells[number % len(cells)].copy()
        xx, yy, zz, yz, xz, xy = generator.uniform(-LARGEST_STRAIN, LARGEST_STRAIN, 6)
        deformation = np.eye(3) + [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]
        atoms.set_cell(atoms.cell @ deformation, scale_atoms=True)
        atoms.positions += generator.normal(scale=generator.uniform(0, displacement), size=(len(atoms), 3))
        structures.append(atoms)
    return structures


def close_pairs(cells, count, displacement, limits, generator):
    """Return `count` strained cells in which the nearest neighbor of the first atom is moved to it, along the bond.

    Args:
        cells, count, displacement, generator: see `strained_cells`.
        limits: shortest and longest distance that the two then have, A.
    """
    structures = strained_cells(cells, count, displacement, generator)
    for atoms in structures:
        distances = atoms.get_distances(0, range(1, len(atoms)), mic=True)
        nearest = 1 + int(np.argmin(distances))
        atoms.set_distance(0, nearest, generator.uniform(*limits), fix=0, mic=True)
    return structures


def _scaled(atoms, scale):
    scaled = atoms.copy()
    scaled.set_cell(atoms.cell * scale, scale_atoms=True)
    return scaled


def _plain(atoms):
    return Atoms(atoms.symbols, atoms.positions, cell=atoms.cell, pbc=True)  # without ASE's notes on the space group


def _noted(note, frames):
    for frame in frames:
        frame.info = dict(note)
    return frames

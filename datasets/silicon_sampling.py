"""Structures of silicon to label: crystals strained and displaced, the melt and glasses, each made from its number."""

import itertools

import numpy as np
from ase import Atoms, units
from ase.build import niggli_reduce
from ase.build.supercells import make_supercell

from atomzoo.datasets.engines import Lammps, potential_file
from atomzoo.datasets.silicon_phases import PHASES, jittered, shortest_distance

# rms displacement of an atom along each axis at 1 K, Å K^-1/2: 0.076 Å at 300 K (X-ray B factor of silicon, 0.46 Å^2)
DISPLACEMENT = 0.076 / 300**0.5
# kinds of twenty successive structures; a melt takes some six times as long to label as a symmetric crystal
CYCLE = "srsrsrsmsrsrsmsrsrmr"
KINDS = {"s": "symmetric", "r": "rattled", "m": "melt"}
CLOSEST = 1.7  # Å: closer pairs are not met below 3500 K
POTENTIALS = {"Si.sw": "sw", "Si.tersoff": "tersoff", "Si.edip": "edip"}
GRAM_PER_CM3 = units.kg * 1e-3 / (units.m * 1e-2) ** 3  # in ASE's mass and length units
SILICON_MASS = 28.085


def structure(index):
    """Make the structure of a number, always the same for the same number.

    Args:
        index: int; successive numbers take turns over kinds and phases, so that any first part of them is balanced.

    Returns:
        Atoms without labels. Its info has `index`, `phase` (a key of `PHASES`, or "liquid" or "amorphous"), `kind`
        and, by kind:

        - "symmetric": a crystal at a random volume, its free parameters displaced, some or all of its symmetry kept
        - "rattled": a supercell of such a crystal, strained, and displaced as at `temperature` (K)
        - "melt": the end of molecular dynamics at `temperature` (K) and `density` (g/cm^3) by `potential`

    Example:
        >>> structure(0).info["kind"], structure(1).info["kind"]
        ('symmetric', 'rattled')
    """
    rng = np.random.default_rng((19, index))
    cycle, place = divmod(index, len(CYCLE))
    kind = KINDS[CYCLE[place]]
    if kind == "melt":
        atoms = melt(rng)
    else:
        before = CYCLE[:place].count(CYCLE[place]) + cycle * CYCLE.count(CYCLE[place])  # of this kind
        phase = _dealt(list(PHASES), before)
        atoms = symmetric(phase, rng) if kind == "symmetric" else rattled(phase, rng)
        atoms.info["phase"] = phase
    atoms.info |= {"index": index, "kind": kind}
    return atoms


def symmetric(phase, rng):
    """A primitive cell of a phase with its symmetry, or, if it is small, often stretched along the axes by some 5 %."""
    atoms = jittered(phase, rng)
    stretch = 1 + rng.normal(scale=0.05, size=3)
    kind = rng.integers(3)
    if kind == 1:
        stretch[1] = stretch[0]  # in a cubic crystal, tetragonal
    if kind and len(atoms) < 8:  # others cost too much
        atoms.set_cell(atoms.cell * stretch, scale_atoms=True)
    return atoms


def _dealt(cards, number):
    """The card of a number from a deck that is shuffled anew each time it ends: all come equally often."""
    deck, place = divmod(number, len(cards))
    return cards[np.random.default_rng((19, deck)).permutation(len(cards))[place]]


def rattled(phase, rng):
    """A supercell of 2 to 8 atoms of a phase, strained by some 3 %, its atoms displaced as at 300 to 3500 K."""
    while True:
        atoms = jittered(phase, rng)
        multiples = [n // len(atoms) for n in (2, 4, 8) if n % len(atoms) == 0]
        weights = np.array([1.0, 0.7, 0.4])[-len(multiples) :]  # large ones cost more
        atoms = compact_supercell(atoms, rng.choice(multiples, p=weights / weights.sum()), rng)
        strain = rng.normal(scale=0.03, size=(3, 3))
        temperature = rng.uniform(300, 3500)
        atoms.set_cell(atoms.cell @ (np.eye(3) + (strain + strain.T) / 2), scale_atoms=True)
        atoms.positions += rng.normal(scale=DISPLACEMENT * temperature**0.5, size=atoms.positions.shape)
        if shortest_distance(atoms) > CLOSEST:
            atoms.info["temperature"] = round(temperature, 1)
            return atoms


def compact_supercell(atoms, multiple, rng, attempts=20):
    """Return the supercell of a multiple of the cell, of random shape, with the shortest vectors of some attempts."""
    best = None
    for _ in range(attempts):
        matrix = _hermite_matrix(multiple, rng)
        cell = Atoms(cell=matrix @ atoms.cell, pbc=True)
        niggli_reduce(cell)
        length = cell.cell.lengths().max()
        if best is None or length < best[0] - 1e-6:
            best = length, matrix
    supercell = make_supercell(atoms, best[1])
    niggli_reduce(supercell)
    return supercell


def melt(rng, n_atoms=None, seed_steps=2000):
    """The end of a run of molecular dynamics of a melt, or of one that was quenched to a glass, in a cubic cell.

    Args:
        rng: NumPy Generator.
        n_atoms: int, or None for one of 6, 8 and 16 (rarely).
        seed_steps: steps at 5000 K that make the lattice forget itself; twice as many follow.

    Returns:
        Atoms with `phase`, `temperature` (K), `density` (g/cm^3) and `potential` in its info.
    """
    n_atoms = n_atoms or int(rng.choice([6, 8, 16], p=[0.58, 0.4, 0.02]))
    while True:
        density, temperature = rng.uniform(2.2, 3.4), rng.uniform(1200, 3500)
        glass = rng.uniform() < 0.3
        name = list(POTENTIALS)[rng.integers(len(POTENTIALS))]
        engine = Lammps([f"pair_style {POTENTIALS[name]}", f"pair_coeff * * {potential_file(name)} Si"], ["Si"])
        length = (n_atoms * SILICON_MASS / density / GRAM_PER_CM3) ** (1 / 3)
        atoms = _spread(n_atoms, length, rng)
        hot = engine.dynamics(atoms, seed_steps, 5000.0, every=seed_steps, seed=int(rng.integers(2**31)))[-1]
        ramp = (2500.0, 300.0) if glass else temperature
        frame = engine.dynamics(hot, 2 * seed_steps, ramp, every=2 * seed_steps)[-1]
        atoms = Atoms(frame.symbols, frame.positions, cell=frame.cell, pbc=True)
        atoms.wrap()
        if shortest_distance(atoms) > CLOSEST:
            atoms.info |= {
                "phase": "amorphous" if glass else "liquid",
                "temperature": 300.0 if glass else round(temperature, 1),
                "density": round(density, 3),
                "potential": name,
            }
            return atoms


def _hermite_matrix(determinant, rng):
    """A random integer matrix of a determinant, in Hermite normal form: a random supercell of that multiple."""
    sizes = range(1, determinant + 1)
    diagonals = [d for d in itertools.product(sizes, repeat=3) if np.prod(d) == determinant]
    a, b, c = diagonals[rng.integers(len(diagonals))]
    return np.array([[a, 0, 0], [rng.integers(b), b, 0], [rng.integers(c), rng.integers(c), c]])


def _spread(n_atoms, length, rng):
    """Atoms at random in a cube, far apart: the best of some hundred random arrangements."""
    arrangements = [
        Atoms(f"Si{n_atoms}", scaled_positions=rng.random((n_atoms, 3)), cell=[length] * 3, pbc=True)
        for _ in range(100)
    ]
    return max(arrangements, key=shortest_distance)

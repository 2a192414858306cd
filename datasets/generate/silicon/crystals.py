"""Crystals of silicon off equilibrium: compressed, strained, and displaced as at a temperature."""

import itertools

import numpy as np
from ase import Atoms
from ase.build.supercells import make_supercell
from ase.geometry import minkowski_reduce

from atomzoo.datasets.generate.silicon.phases import jittered, shortest_distance
from atomzoo.datasets.generate.silicon.symmetry import find_operations, random_subgroup, symmetrized, symmetrized_strain

# rms displacement of an atom along each axis at 1 K, Å K^-1/2: 0.076 Å at 300 K (X-ray B factor of silicon, 0.46 Å^2)
DISPLACEMENT = 0.076 / 300**0.5
STRAIN = 0.03  # standard deviation of each component
CLOSEST = 1.7  # Å: closer pairs are not met below 3500 K


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


def rattled(phase, rng):
    """A supercell of 2 to 8 atoms of a phase, strained, its atoms displaced as at 300 to 3500 K."""
    while True:
        atoms = _supercell(phase, rng, [1.0, 0.7, 0.4])
        temperature = rng.uniform(300, 3500)
        displacements = rng.normal(scale=DISPLACEMENT * temperature**0.5, size=atoms.positions.shape)
        if _distort(atoms, displacements, _strain(rng), temperature):
            return atoms


def distorted(phase, rng):
    """As `rattled`, but some of the symmetry is kept: the same variety of atoms for fewer k-points."""
    while True:
        atoms = _supercell(phase, rng, [0.6, 0.7, 0.7])
        operations = find_operations(atoms)
        groups = [random_subgroup(operations, rng, n_laue) for n_laue in (4, 3)]
        group = next((group for group in groups if group), None)
        if group is None:
            continue
        temperature = rng.uniform(300, 3500)
        displacements = rng.normal(scale=DISPLACEMENT * temperature**0.5, size=atoms.positions.shape)
        displacements = symmetrized(atoms, displacements, group)
        if _distort(atoms, displacements, symmetrized_strain(atoms, _strain(rng), group), temperature):
            return atoms


def _strain(rng):
    strain = rng.normal(scale=STRAIN, size=(3, 3))
    return (strain + strain.T) / 2


def _distort(atoms, displacements, strain, temperature):
    """Displace and strain atoms, note the temperature, and return whether no two have come too close."""
    atoms.positions += displacements
    atoms.set_cell(atoms.cell @ (np.eye(3) + strain), scale_atoms=True)
    atoms.info["temperature"] = round(temperature, 1)
    return shortest_distance(atoms) > CLOSEST


def _supercell(phase, rng, weights):
    """A supercell of 2, 4 or 8 atoms (by weights) of a phase at random parameters, reduced but not rotated."""
    atoms = jittered(phase, rng)
    multiples = [n // len(atoms) for n in (2, 4, 8) if n % len(atoms) == 0]
    weights = np.array(weights[-len(multiples) :])
    return compact_supercell(atoms, rng.choice(multiples, p=weights / weights.sum()), rng)


def compact_supercell(atoms, multiple, rng, attempts=20):
    """Return a supercell of a multiple of the cell, of random shape: that with the shortest vectors of some attempts.

    Args:
        atoms: Atoms, periodic.
        multiple: int.
        rng: NumPy Generator.
        attempts: shapes to choose from.

    Returns:
        Atoms, not rotated: pw.x finds the symmetry of a cubic or hexagonal crystal in its usual orientation only.
    """
    matrices = [_hermite_matrix(multiple, rng) for _ in range(attempts)]
    cells = [minkowski_reduce(matrix @ atoms.cell.array)[0] for matrix in matrices]
    best = min(range(attempts), key=lambda k: round(np.linalg.norm(cells[k], axis=1).max(), 6))
    supercell = make_supercell(atoms, matrices[best])
    return Atoms(supercell.symbols, supercell.positions, cell=cells[best], pbc=True)


def _hermite_matrix(determinant, rng):
    """A random integer matrix of a determinant, in Hermite normal form: a random supercell of that multiple."""
    sizes = range(1, determinant + 1)
    diagonals = [d for d in itertools.product(sizes, repeat=3) if np.prod(d) == determinant]
    a, b, c = diagonals[rng.integers(len(diagonals))]
    return np.array([[a, 0, 0], [rng.integers(b), b, 0], [rng.integers(c), rng.integers(c), c]])

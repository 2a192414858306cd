"""Structures, symmetry functions and potentials that many tests share."""

from dataclasses import replace

import ase
import numpy as np
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import NeuralNetworkPotential
from atomzoo.datasets.arrays.batch import find_displacements, to_arrays
from atomzoo.layers import CompactFunction, RepulsiveCore, SymmetryFunction

CUTOFF = 4.0  # A
ELEMENTS = {"one": ["Au"], "two": ["Ti", "O"]}
# One set for each way in which the layer computes features; two cutoff radii in each.
PATHS = {
    "radial": [
        SymmetryFunction("G1", CUTOFF),
        SymmetryFunction("G2", CUTOFF, eta=0.5, rs=2.0),
        SymmetryFunction("G2", 3.4, eta=0.1),
        SymmetryFunction("G3", CUTOFF, kappa=1.3),
    ],
    "linear": [
        SymmetryFunction("G5", CUTOFF, eta=0.02, zeta=1, lambda_=1),
        SymmetryFunction("G5", CUTOFF, eta=0.02, zeta=4, lambda_=-1),
        SymmetryFunction("G5", 3.4, eta=0.2, rs=1.5, zeta=2, lambda_=1),
    ],
    "wide": [
        SymmetryFunction("G5", CUTOFF, eta=0.02, zeta=1.5, lambda_=1),
        SymmetryFunction("G5", 3.4, eta=0.2, rs=1.5, zeta=2.5, lambda_=-1),
    ],
    "narrow": [
        SymmetryFunction("G4", CUTOFF, eta=0.01, zeta=1, lambda_=1),
        SymmetryFunction("G4", CUTOFF, eta=0.01, zeta=4, lambda_=-1),
        SymmetryFunction("G4", 3.4, eta=0.02, rs=1.0, zeta=2.5, lambda_=-1),
    ],
}
ALL_PATHS = sum(PATHS.values(), [])
ONE_OF_EACH = [*PATHS["radial"][:2], *(PATHS[path][0] for path in ("linear", "wide", "narrow"))]
# Each subtype; ranges that begin at 0, above and below it; angular ranges around 0 and 180 degrees, and within.
COMPACT = {
    "radial": [
        CompactFunction("C2", CUTOFF),
        CompactFunction("C2", CUTOFF, rlow=0.0, subtype="p4"),
        CompactFunction("C2", 3.4, rlow=1.2, subtype="p1a"),
        CompactFunction("C2", CUTOFF, rlow=-1.0, subtype="e"),
    ],
    "narrow": [
        CompactFunction("C4", CUTOFF, thetalow=30, thetahigh=170, subtype="p2a"),
        CompactFunction("C4", 3.4, rlow=0.5, thetalow=-120, thetahigh=120, subtype="p3"),
    ],
    "wide": [
        CompactFunction("C5", CUTOFF, subtype="p3a"),
        CompactFunction("C5", CUTOFF, thetalow=60, thetahigh=300, subtype="p4a"),
        CompactFunction("C5", 3.4, rlow=1.0, thetalow=-180, thetahigh=180, subtype="p1"),
        CompactFunction("C5", CUTOFF, rlow=0.0, thetahigh=100, subtype="e"),
    ],
}
ALL_COMPACT = sum(COMPACT.values(), [])


def weighted(functions, weights):
    """The functions, which then count all elements with a dict of weights."""
    return [replace(function, weights=tuple(weights.items())) for function in functions]


def crystal(elements, pbc=True):
    """Four atoms in a triclinic cell that is smaller than the cutoff, neighbors some 2.6 A apart."""
    # No two atoms are within 0.03 A of a cutoff radius, where second derivatives jump.
    cell = np.array([[3.3, 0.0, 0.0], [0.5, 3.6, 0.0], [-0.4, 0.6, 3.8]])
    scaled = np.array([[0.00, 0.03, 0.02], [0.51, 0.55, 0.00], [0.51, 0.03, 0.49], [0.01, 0.50, 0.57]])
    symbols = [elements[k % len(elements)] for k in range(4)]
    return ase.Atoms(symbols, positions=scaled @ cell, cell=cell, pbc=pbc)


def rattled(atoms, n_structures, seed=0, distance=0.1):
    """Copies of a structure with Gaussian displacements, labelled with Lennard-Jones energies, forces and stress."""
    rng = np.random.default_rng(seed)
    structures = []
    for _ in range(n_structures):
        copy = atoms.copy()
        copy.positions += rng.normal(scale=distance, size=copy.positions.shape)
        copy.calc = LennardJones(sigma=2.0, epsilon=0.3, rc=CUTOFF, smooth=True)
        names = ("energy", "energies", "forces", *(["stress"] if copy.pbc.all() else []))
        results = {name: copy.calc.get_property(name, copy) for name in names}
        copy.calc = SinglePointCalculator(copy, **results)
        structures.append(copy)
    return structures


def layer_inputs(atoms, elements, cutoff=CUTOFF):
    """Displacements (N, M, 3), NaN where there is no neighbor, neighbor species (N, M) and triplets (N, T, 2)."""
    arrays = to_arrays([atoms], elements, cutoff, triplets=True)
    neighbors = arrays["neighbors"]
    species = np.where(neighbors >= 0, arrays["species"][neighbors], -1)
    return find_displacements(arrays), species, arrays["triplets"]


def neighborhood(n_elements, n_neighbors=6, seed=2):
    """Displacements (M, 3) of 1.5 to 4.1 A and species (M,) of one atom's neighbors; the third is padding."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(n_neighbors + 1, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    species = np.arange(n_neighbors + 1, dtype="int32") % n_elements
    species[2] = -1
    return directions * np.linspace(1.5, 4.1, n_neighbors + 1)[:, None], species


def wide_core():
    """A repulsive core of Ti and O that reaches so far that it acts in `crystal`; radii of pairs that are no sums."""
    return RepulsiveCore([22, 8], inner=[[1.6, 1.3], [1.3, 1.4]], outer=[[3.0, 2.75], [2.75, 2.7]])


def small_potential(elements, functions=ONE_OF_EACH, **kwargs):
    """A potential with random weights, scaled and shifted to a few crystals and clusters; float64 unless asked."""
    potential = NeuralNetworkPotential.from_functions(
        elements, functions, **{"hidden": (5, 4), "dtype": "float64", **kwargs}
    )
    potential.adapt(rattled(crystal(elements), 3) + rattled(crystal(elements, pbc=False), 3))
    return potential

"""A potential with random weights, scaled to silicon: good for nothing."""

from ase.build import bulk

from atomzoo import NeuralNetworkPotential
from atomzoo.layers import SymmetryFunction
from tests.examples import rattled

FUNCTIONS = [SymmetryFunction("G2", 5.0, eta=eta) for eta in (0.05, 0.5, 2.0)] + [SymmetryFunction("G5", 5.0, zeta=2)]


def silicon(n=6):
    """Rattled crystals of eight atoms."""
    return rattled(bulk("Si", cubic=True), n)


def random_potential(seed=0):
    potential = NeuralNetworkPotential.from_functions(["Si"], FUNCTIONS, hidden=(10, 10), dtype="float64", seed=seed)
    potential.adapt(silicon())
    return potential

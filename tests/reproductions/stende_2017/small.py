"""Small silicon potentials and data, so that the tests of the scripts are fast."""

from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import NeuralNetworkPotential
from atomzoo.datasets.silicon_energies import silicon_energies
from atomzoo.layers.descriptors.functions import SymmetryFunction

FUNCTIONS = [SymmetryFunction("G2", 4.0, eta=eta, rs=rs) for eta, rs in ((1.0, 0.0), (4.0, 2.4), (4.0, 3.0))]


def crystals(count=6, repeat=1):
    """Rattled crystals with energies."""
    structures = [bulk("Si", a=5.431, cubic=True) * repeat for _ in range(count)]
    for seed, atoms in enumerate(structures):
        atoms.rattle(0.1, seed=seed)
        energies = silicon_energies(atoms)
        atoms.calc = SinglePointCalculator(atoms, energy=energies.sum(), energies=energies)
        atoms.info["source"] = "crystal"
    return structures


def potential(structures=None):
    """A network that has not been trained, but knows the range of its functions in some crystals."""
    found = NeuralNetworkPotential.from_functions(["Si"], FUNCTIONS, hidden=(4,), dtype="float64")
    found.adapt(structures or crystals())
    return found

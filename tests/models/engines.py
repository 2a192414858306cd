"""Cheap labelling engines and data for the tests of loops."""

import ase
import numpy as np
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import NeuralNetworkPotential
from atomzoo.layers import SymmetryFunction

FUNCTIONS = [
    *(SymmetryFunction("G2", cutoff=6.0, eta=eta) for eta in (0.02, 0.1, 0.4, 1.0)),
    *(SymmetryFunction("G5", cutoff=6.0, eta=0.05, zeta=2, lambda_=lambda_) for lambda_ in (-1, 1)),
]


class EMTEngine:
    """Effective-medium theory; counts its calls."""

    n_calls = 0

    def label(self, structures):
        self.n_calls += len(structures)
        return [labelled(atoms) for atoms in structures]


def labelled(atoms):
    copy = atoms.copy()
    copy.calc = EMT()
    results = {"energy": copy.get_potential_energy(), "forces": copy.get_forces(apply_constraint=False)}
    copy.calc = SinglePointCalculator(copy, **results)
    return copy


def triangles(n_structures=20, seed=0, size=0.15, bond=2.7):
    """Labelled Au3, distorted by Gaussian displacements."""
    rng = np.random.default_rng(seed)
    equilateral = bond * np.array([[0, 0, 0], [1, 0, 0], [0.5, np.sqrt(0.75), 0]])
    positions = [equilateral + rng.normal(scale=size, size=(3, 3)) for _ in range(n_structures)]
    return [labelled(ase.Atoms("Au3", positions=p)) for p in positions]


def linear_fit(structures, seed):
    """A potential without hidden layers, fitted to four fifths of the energies by least squares: fast training."""
    functions = [SymmetryFunction("G2", cutoff=6.0, eta=4.0, rs=rs) for rs in (1.6, 2.0, 2.4, 2.8, 3.2)]
    potential = NeuralNetworkPotential.from_functions(["Au"], functions, hidden=(), dtype="float64")
    potential.adapt(structures)
    kept = np.sort(np.random.default_rng(seed).permutation(len(structures))[: -(len(structures) // 5)])
    chosen = [structures[k] for k in kept]
    features = np.array(potential.evaluator.features(chosen))
    scaled = np.asarray(potential.feature_scaling(features, np.zeros(features.shape[:2], "int32")))
    columns = np.concatenate([scaled, np.ones((*scaled.shape[:2], 1))], axis=-1).sum(axis=1)
    shift, scale = (float(np.ravel(x)[0]) for x in (potential.atom_sum.shifts, potential.atom_sum.scale))
    targets = [(atoms.get_potential_energy() - len(atoms) * shift) / scale for atoms in chosen]
    *weights, bias = np.linalg.solve(columns.T @ columns + 1e-6 * np.eye(6), columns.T @ targets)
    kernel, offset = potential.atomic_network.trainable_variables
    kernel.assign(np.reshape(weights, kernel.shape))
    offset.assign([bias])
    return potential

"""H3O2- by coupled clusters and a density functional together: networks, geometries, the symmetric structure."""

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

OXYGENS, PROTONS = [0, 2], [1, 3, 4]
# By cross-validation on the training structures better than tanh, and than a smaller weight of forces.
ACTIVATION, FORCE_WEIGHT = "silu", 1.0
# The proton is half way; the axis z turns one half into the other, which descents keep.
SYMMETRIC = ase.Atoms("OHOHH", [[-1.22, 0, 0], [0, 0, 0.05], [1.22, 0, 0], [-1.55, -0.75, 0.5], [1.55, 0.75, 0.5]])


def train(pbe0, coupled, seed, **options):
    """A potential of CCSD(T): its energies, and forces that are PBE0's and those of a network of the difference.

    The difference is smooth, so that a network learns it from few energies; the forces of PBE0 are exact.

    Args:
        pbe0, coupled: lists of the same `ase.Atoms`, labelled by PBE0 with forces, and by CCSD(T). None for `pbe0`: no
            forces.
        seed: of both networks.
        options: others of `train_potential`.

    Returns:
        `NeuralNetworkPotential`.
    """
    from atomzoo import train_potential  # here, so that docstrings and geometries can be had without Keras

    options = {"seed": seed, "activation": ACTIVATION, **options}
    if pbe0 is None:
        return train_potential(coupled, core="zbl", **options).potential
    structures = _with_forces(pbe0, coupled, options)
    return train_potential(structures, core="zbl", force_weight=FORCE_WEIGHT, **options).potential


def _with_forces(pbe0, coupled, options):
    from atomzoo import train_potential

    pairs = list(zip(pbe0, coupled, strict=True))
    differences = [_labelled(atoms, energy=_energy(other) - _energy(atoms)) for atoms, other in pairs]
    difference = train_potential(differences, **options).potential
    added = [result["forces"] for result in difference.evaluate_atoms(pbe0)]
    return [
        _labelled(atoms, energy=_energy(other), forces=atoms.get_forces() + more)
        for (atoms, other), more in zip(pairs, added, strict=True)
    ]


def _labelled(atoms, **results):
    copy = atoms.copy()
    copy.calc = SinglePointCalculator(copy, **results)
    return copy


def _energy(atoms):
    return atoms.get_potential_energy()


def bridge(atoms):
    """The distances of O-H-O in A: dict of `oxygens`, `shorter`, `longer`, and of `asymmetry`, their difference.

    Example:

    >>> {name: round(length, 3) for name, length in bridge(SYMMETRIC).items()}
    {'oxygens': 2.44, 'shorter': 1.221, 'longer': 1.221, 'asymmetry': 0.0}
    """
    to_oxygens = np.sort(atoms.get_all_distances()[np.ix_(PROTONS, OXYGENS)], axis=1)
    shorter, longer = to_oxygens[np.argmin(to_oxygens[:, 1])]
    lengths = {"oxygens": atoms.get_distance(*OXYGENS), "shorter": shorter, "longer": longer}
    return {name: float(length) for name, length in (lengths | {"asymmetry": longer - shorter}).items()}


def proton_transfer(minimum, saddle):
    """The lengths of both, and the barrier between them: dict of `barrier_meV`, `minimum_oxygens_A` and so on.

    Args:
        minimum, saddle: `ase.Atoms` with energies.
    """
    places = {"minimum": minimum, "saddle": saddle}
    lengths = {f"{place}_{name}_A": length for place, atoms in places.items() for name, length in bridge(atoms).items()}
    return {"barrier_meV": 1e3 * (_energy(saddle) - _energy(minimum)), **lengths}

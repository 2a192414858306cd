"""What an evaluation says of a structure, whichever engine made it."""

import numpy as np

from atomzoo.datasets.arrays.periodicity import has_stress, in_plane


def result_of(atoms, energies, references, forces, virial, features, n_outside):
    """The dict of `NeuralNetworkPotential.evaluate_atoms` for one structure.

    Args:
        atoms: the `ase.Atoms`.
        energies: (n,) eV, counted from the elements' shifts, which are `references` (n,).
        forces: (n, 3) eV/A.
        virial: (3, 3) eV, the sum of D outer dE/dD.
        features: (n, F).
        n_outside: how many of these are outside their range in the training data.
    """
    interaction = float(energies.sum())
    symmetric = 0.5 * (virial + virial.T)
    return {
        "energy": interaction + float(references.sum()),
        "interaction_energy": interaction,
        "energies": energies + references,
        "forces": forces,
        "stress": in_plane(symmetric, atoms) / atoms.cell.volume if has_stress(atoms) else np.zeros((3, 3)),
        "features": features,
        "n_outside": n_outside,
    }


def taken_features(potential):
    """Which features the networks of the elements take: bool (n_elements, F), or None where all take all."""
    columns = getattr(potential.atomic_network, "feature_columns", None)
    if not columns:
        return None
    taken = np.zeros((len(potential.elements), potential.descriptor.n_features), bool)
    for row, element in zip(taken, potential.elements, strict=True):
        row[columns[element]] = True
    return taken

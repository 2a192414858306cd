"""What an evaluation says of a structure, whichever engine made it."""

import numpy as np


def result_of(energies, references, forces, stress, features, n_outside):
    """The dict of `NeuralNetworkPotential.evaluate_atoms` for one structure.

    Args:
        energies: (n,) eV, counted from the elements' shifts, which are `references` (n,).
        forces: (n, 3) eV/A.
        stress: (3, 3) eV/A^3.
        features: (n, F).
        n_outside: how many of these are outside their range in the training data.
    """
    interaction = float(energies.sum())
    return {
        "energy": interaction + float(references.sum()),
        "interaction_energy": interaction,
        "energies": energies + references,
        "forces": forces,
        "stress": stress,
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

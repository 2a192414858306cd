"""The loss of training by NumPy, from `evaluate_atoms` of one structure after the other."""

import numpy as np


def mean_squares(potential, structures, directions=None):
    """The squared errors of each output, averaged over the structures that have it: dict of floats.

    Args:
        directions: (N, K, 3), for "projected_forces".
    """
    squares, start = [], 0
    for atoms, result in zip(structures, potential.evaluate_atoms(structures), strict=True):
        errors = {
            "energy_per_atom": (result["energy"] - atoms.get_potential_energy()) / len(atoms),
            "energies": result["energies"] - atoms.get_potential_energies(),
            "forces": result["forces"] - atoms.get_forces(),
            "stress": result["stress"] - atoms.get_stress(voigt=False) if atoms.pbc.all() else np.nan,
        }
        if directions is not None:
            own = directions[start : start + len(atoms)]
            errors["projected_forces"] = np.einsum("nd,nkd->k", errors["forces"], own)
        squares.append({name: np.mean(np.square(values)) for name, values in errors.items()})
        start += len(atoms)
    found = {name: [square[name] for square in squares] for name in squares[0]}
    return {name: np.nan if np.isnan(values).all() else np.nanmean(values) for name, values in found.items()}


def squared_kernels(potential):
    """The sum of the squares of all kernels of the networks."""
    layers = [layer for stack in potential.atomic_network.stacks for layer in stack]
    return sum(np.square(np.asarray(layer.kernel)).sum() for layer in layers)

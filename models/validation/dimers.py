"""Two atoms that approach each other beyond the data: do they repel?"""

import ase
import numpy as np

from atomzoo.models.validation.check import BAD, GOOD, LOOK, Check, Curve
from atomzoo.models.validation.data_ranges import element_pairs

CLOSEST, STEP = 0.5, 0.02  # A
LEAST_RISE = 1.0  # eV
RULE = (
    "good: from the shortest distance of the data down to 0.5 Å the energy rises at every step, by 1 eV at least; "
    "look: it rises by that in all, with a hollow that is no deeper than the start"
)


def check_dimers(potential, shortest):
    """The energy of each pair of elements from 0.5 A to the cutoff.

    Args:
        potential: `NeuralNetworkPotential` in float64.
        shortest: dict by pair of symbols, see `shortest_distances`.

    Returns:
        List of `Check` with `Curve`.
    """
    return [_check(potential, pair, shortest[pair]) for pair in element_pairs(potential.elements)]


def _check(potential, pair, shortest):
    distances = np.arange(CLOSEST, potential.descriptor.cutoff + 0.5 * STEP, STEP)
    dimers = [ase.Atoms(pair, positions=[[0, 0, 0], [0, 0, distance]]) for distance in distances]
    energies = np.array([result["interaction_energy"] for result in potential.evaluate_atoms(dimers)])
    energies -= energies[-1]
    inward = energies[distances <= max(shortest, CLOSEST + STEP)][::-1]  # from the shortest distance on
    rise, hollow = inward[-1] - inward[0], inward.min() - inward[0]
    if (np.diff(inward) > 0).all() and rise >= LEAST_RISE:
        verdict, how = GOOD, "repulsive"
    elif hollow >= 0 and rise >= LEAST_RISE:
        verdict, how = LOOK, "repulsive with a hollow"
    else:
        verdict, how = BAD, f"attractive by {-hollow:.3g} eV" if hollow < 0 else "hardly repulsive"
    found = f"{how}: from {shortest:.2f} to {CLOSEST} Å the energy changes by {rise:+.3g} eV"
    lowest = min(5 * np.abs(energies[distances >= shortest]).max(initial=0.2), 50.0)
    curve = Curve(distances, energies.clip(-lowest, lowest), "distance, Å", "energy, eV", x_limit=shortest)
    return Check("dimer", "-".join(pair), found, RULE, verdict, curve)

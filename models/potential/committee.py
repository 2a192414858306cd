"""Several potentials fitted to the same data from different seeds: where they disagree, they have not learnt enough."""

import ase
import numpy as np

MEANS = ("energy", "interaction_energy", "energies", "forces", "stress")


class Committee:
    """The mean of several potentials, and how far they are apart.

    It is evaluated as one potential is, so that `relax`, `global_minimum` and `PotentialCalculator` take it too. Where
    data are, the members were forced to agree; away from data each goes its own way. Their standard deviation is thus a
    measure of the error that needs no label, if a rough one: members can be wrong together.

    Args:
        potentials: list of two or more `NeuralNetworkPotential`, trained on the same data from different seeds.

    Raises:
        ValueError: fewer than two, or potentials of different elements.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> from atomzoo.models.training.train_potential import train_potential
    >>> train, _ = gold_clusters.load_data(n_atoms=2)
    >>> Committee([train_potential(train, hidden=(5,), epochs=2, seed=s).potential for s in (0, 1)]).disagreement(
    ...     train[:3]
    ... ).shape
    (3,)

    References:
        Artrith and Behler, Phys. Rev. B 85, 045439 (2012).
    """

    def __init__(self, potentials):
        self.potentials = list(potentials)
        if len(self.potentials) < 2:
            raise ValueError(f"A committee has two or more potentials. Received: {len(self.potentials)}")
        elements = [potential.elements for potential in self.potentials]
        if any(other != elements[0] for other in elements):
            raise ValueError(f"The potentials of a committee must be of the same elements. Received: {elements}")
        first = self.potentials[0]
        self.elements, self.functions, self.compute_dtype = first.elements, first.functions, first.compute_dtype

    def feature_range(self, element):
        """That of the first member, see `NeuralNetworkPotential`."""
        return self.potentials[0].feature_range(element)

    def evaluate_atoms(self, structures, engine="auto"):
        """As `NeuralNetworkPotential.evaluate_atoms`: means over the members, and the features of the first.

        With them `energy_deviation` (eV) and `forces_deviation` (n, 3) (eV/A): standard deviations of the members.
        """
        if isinstance(structures, ase.Atoms):
            return self.evaluate_atoms([structures], engine)[0]
        members = [potential.evaluate_atoms(structures, engine) for potential in self.potentials]
        return [_combined(results) for results in zip(*members, strict=True)]

    def disagreement(self, structures):
        """Standard deviation of the members' energies of each structure in eV/atom: array (len(structures),)."""
        results = self.evaluate_atoms(list(structures))
        return np.array([r["energy_deviation"] / len(atoms) for r, atoms in zip(results, structures, strict=True)])


def _combined(results):
    values = {name: np.array([result[name] for result in results]) for name in MEANS}
    return {
        **{name: value.mean(axis=0) for name, value in values.items()},
        "energy_deviation": float(values["interaction_energy"].std(ddof=1)),
        "forces_deviation": values["forces"].std(axis=0, ddof=1),
        "features": results[0]["features"],
        "n_outside": results[0]["n_outside"],
    }

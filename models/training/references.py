"""Single atoms among the data: what energies are counted from."""

import numpy as np

from atomzoo.datasets.arrays.labels import labels
from atomzoo.datasets.arrays.neighbors import neighbor_list


def isolated_energies(structures, cutoff):
    """Takes single atoms without neighbors out of structures.

    Args:
        structures: list of `ase.Atoms` with energies.
        cutoff: radius in A within which such an atom has no neighbor, periodic images included.

    Returns:
        List of the others, in their order, and a dict of the lowest energy (eV) of a single atom by element.

    Example:

    >>> import ase
    >>> from ase.calculators.singlepoint import SinglePointCalculator
    >>> atom = ase.Atoms("Au")
    >>> atom.calc = SinglePointCalculator(atom, energy=-3.0)
    >>> isolated_energies([atom], cutoff=6.0)
    ([], {'Au': -3.0})
    """
    alone = [len(atoms) == 1 and not len(neighbor_list(atoms, cutoff)[0]) for atoms in structures]
    energies = {}
    for atoms in (atoms for atoms, is_alone in zip(structures, alone, strict=True) if is_alone):
        energy = float(labels([atoms], ("energy",))["energy"][0])
        energies[atoms.symbols[0]] = min(energy, energies.get(atoms.symbols[0], np.inf))
    return [atoms for atoms, is_alone in zip(structures, alone, strict=True) if not is_alone], energies


def chosen_references(reference, energies, elements):
    """The energies of single atoms that a potential counts from, or None for its own.

    Args:
        reference: "fit" for none; None for none where an element has no single atom; otherwise all must have one.
        energies: dict of eV by element.
        elements: chemical symbols of the potential.

    Raises:
        ValueError: an element has no single atom, but should.

    Example:

    >>> chosen_references(None, {"Ti": -3.0}, ["Ti", "O"]) is None
    True
    """
    missing = [element for element in elements if element not in energies]
    if reference == "fit" or (reference is None and missing):
        return None
    if missing:
        raise ValueError(f"There is no single atom of {', '.join(missing)} among the references. Received: {energies}")
    return {element: energies[element] for element in elements}


def set_references(potential, energies):
    """Makes a potential count energies from those of single atoms; its energies stay what they are.

    The output biases of its networks take up the change of the elements' shifts. `interaction_energy` is then the
    energy of cohesion.

    Args:
        potential: `NeuralNetworkPotential`, adapted.
        energies: dict of eV of all its elements.
    """
    shifts, wanted = np.array(potential.atom_sum.shifts), [energies[element] for element in potential.elements]
    changes = (shifts - wanted) / float(potential.atom_sum.scale)
    for stack, change in zip(potential.atomic_network.stacks, changes, strict=True):
        stack[-1].bias.assign(stack[-1].bias + change)
    potential.atom_sum.shifts.assign(wanted)

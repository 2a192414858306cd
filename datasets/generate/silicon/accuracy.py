"""What the k-points and the plane-wave cutoff of the silicon data cost, measured on labelled structures."""

import numpy as np

from atomzoo.datasets.generate.silicon.phases import build
from atomzoo.datasets.silicon import reference_engine

DENSE_KPOINTS = {"kpoints": 44.0}  # Å
CRYSTALS = [("diamond", 20.0), ("diamond", 16.0), ("BC8", 17.0), ("simple cubic", 15.0), ("beta-tin", 14.0)]
CRYSTALS += [("beta-tin", 11.5), ("fcc", 14.0), ("fcc", 11.5), ("hcp", 12.5), ("bcc", 11.5)]


def kpoint_error(atoms):
    """What the labels of a structure change if the k-points are as dense as 8 x 8 x 8 for the cubic cell of 8 atoms.

    Args:
        atoms: Atoms as labelled (without the correction of stresses).

    Returns:
        tuple: the energy of `atoms` less that with more k-points, eV per atom; likewise forces, (n_atoms, 3), eV/Å;
        and stress, (6,), eV/Å^3.
    """
    dense = reference_engine(**DENSE_KPOINTS).single_point(atoms)
    energy = (atoms.get_potential_energy() - dense.get_potential_energy()) / len(atoms)
    return energy, atoms.get_forces() - dense.get_forces(), atoms.get_stress() - dense.get_stress()


def sample(structures, each):
    """Choose the first few structures of each kind: list of Atoms."""
    kinds = {}
    for atoms in structures:
        kinds.setdefault(atoms.info["kind"], []).append(atoms)
    return [atoms for group in kinds.values() for atoms in group[:each]]


def missing_pressure(phase, volume, step=0.1):
    """What the finite cutoff takes from the pressure of a crystal (Pulay stress).

    pw.x differentiates the energy at a fixed number of plane waves, which at fixed cutoff E_c grows with the volume:

        P - P_printed = -2/(3 V) dE / d ln E_c

    (G. P. Francis and M. C. Payne, J. Phys.: Condens. Matter 2, 4395 (1990)).

    Args:
        phase: str, see `silicon_phases`.
        volume: Å^3 per atom.
        step: the cutoff is changed to either side by this part.

    Returns:
        float, eV/Å^3.
    """
    cutoffs = 20.0 * np.array([1 - step, 1 + step])
    atoms = build(phase, volume)
    engines = [reference_engine(wavefunction_cutoff=cutoff, density_cutoff=4 * cutoff) for cutoff in cutoffs]
    low, high = (engine.single_point(atoms).get_potential_energy() / len(atoms) for engine in engines)
    return -2 / (3 * volume) * (high - low) / np.log(cutoffs[1] / cutoffs[0])


def fit_pulay(volumes, pressures):
    """Fit missing pressures by b / V^2 (V: Å^3 per atom); return b in eV Å^3."""
    squares = np.asarray(volumes) ** -2
    return float(squares @ pressures / (squares @ squares))

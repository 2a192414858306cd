"""Measurements of a potential of silicon, each for one of the requirements of `ideal_potential.py`."""

import numpy as np
from ase import Atoms
from ase.build import bulk

from atomzoo.models.potential.extrapolation import find_extrapolations
from atomzoo.models.potential.prediction_errors import prediction_errors
from atomzoo.reproductions.stende_2017._shared import potentials

STEP = 1e-4  # A, of the central differences
NEAR = 1e-3  # A, how far from the cutoff
PARTS = (8, 4, 2, 1)


def rms_errors(potential, structures):
    """Root mean squared errors of energies (meV/atom) and force components (meV/A)."""
    found = prediction_errors(structures, potential.evaluate_atoms(structures))
    return 1e3 * found["energy"].rmse, 1e3 * found["forces"].rmse


def improvement(train, test, iterations, n_seeds=1):
    """Test errors of the forces (meV/A), trained on an eighth, a fourth, half and all of the structures.

    Returns:
        Dict, number of structures to the mean over the seeds.
    """
    from atomzoo.models.active_learning.refine import train_on_forces

    options = {"functions": potentials.functions("short"), "cutoff_function": potentials.CUTOFF_FUNCTIONS["short"]}
    options |= {"hidden": (20, 20), "iterations": iterations}
    errors = {}
    for part in PARTS:
        chosen = train[::part]
        trained = (train_on_forces(chosen, seed, **options) for seed in range(n_seeds))
        errors[len(chosen)] = float(np.mean([rms_errors(potential, test)[1] for potential in trained]))
    return errors


def force_deviation(potential, atoms, count=4):
    """Largest deviation (eV/A) of some atoms' forces from central differences of the energy."""
    forces = potential.evaluate_atoms(atoms)["forces"]
    moved = []
    for atom in range(count):
        for axis in range(3):
            for sign in (-1, 1):
                moved.append(atoms.copy())
                moved[-1].positions[atom, axis] += sign * STEP
    energies = np.array([result["interaction_energy"] for result in potential.evaluate_atoms(moved)])
    minus, plus = energies.reshape(count, 3, 2).transpose(2, 0, 1)
    return np.abs(forces[:count] + (plus - minus) / (2 * STEP)).max()


def invariance(potential, atoms, seed=0):
    """Largest change of the energy (eV/atom) by translation, rotation, and another order of the atoms."""
    rng = np.random.default_rng(seed)
    moved, turned, shuffled = atoms.copy(), atoms.copy(), atoms[rng.permutation(len(atoms))]
    moved.translate(rng.normal(size=3))
    turned.rotate(40.0, rng.normal(size=3), rotate_cell=True)
    first, *others = [r["interaction_energy"] for r in potential.evaluate_atoms([atoms, moved, turned, shuffled])]
    return np.abs(np.array(others) - first).max() / len(atoms)


def extensivity(potential, atoms):
    """|E(8 cells) / (8 E(1 cell)) - 1| of a periodic structure."""
    one, eight = (result["energy"] for result in potential.evaluate_atoms([atoms, atoms * 2]))
    return abs(eight / (8 * one) - 1)


def leaving(potential):
    """An atom that leaves a pair through the cutoff: changes of energy (eV) and force (eV/A) within 0.001 A of it.

    Beyond the cutoff the atom must feel nothing: its force there is the third number (eV/A).
    """
    distances = potential.cutoff + np.array([-NEAR, NEAR])
    chains = [Atoms("Si3", [[0, 0, 0], [2.35, 0, 0], [2.35 + distance, 0, 0]]) for distance in distances]
    inside, outside = potential.evaluate_atoms(chains)
    energy = abs(outside["interaction_energy"] - inside["interaction_energy"])
    return energy, np.abs(outside["forces"] - inside["forces"]).max(), np.abs(outside["forces"][2]).max()


def extrapolating(potential, structures):
    """Part of the atoms with a symmetry function outside its range in the training data."""
    flagged = atoms_in_all = 0
    for atoms, result in zip(structures, potential.evaluate_atoms(structures), strict=True):
        flagged += len({found.atom for found in find_extrapolations(potential, atoms, result["features"])})
        atoms_in_all += len(atoms)
    return flagged / atoms_in_all


def strange_errors(potential):
    """Root mean squared errors of the energies of the strange structures, in eV/atom: dict by their name."""
    labelled = {name: potentials.ENGINES["silicon"]().label(these) for name, these in strange_structures().items()}
    return {name: rms_errors(potential, these)[0] / 1e3 for name, these in labelled.items()}


def strange_structures():
    """Silicon unlike any in the data: a crystal compressed by a fifth, one of simple cubic, and single atoms."""
    compressed, cubic = bulk("Si", a=0.8 * 5.431, cubic=True), bulk("Si", "sc", a=2.0) * 2
    return {"compressed": [compressed], "simple cubic": [cubic], "free atoms": [Atoms("Si", positions=[[0, 0, 0]])]}

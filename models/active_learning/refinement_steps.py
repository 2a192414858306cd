"""The steps of one round of refinement: what the engine shall label, and its own relaxation."""

import warnings
from contextlib import suppress

import numpy as np
from ase.optimize import BFGS

from atomzoo.datasets.engines.label_error import LabelError
from atomzoo.models.active_learning.loop_folder import LabelCalculator
from atomzoo.models.potential.extrapolation import ExtrapolationWarning
from atomzoo.models.relaxation.global_search import global_minimum
from atomzoo.models.relaxation.isomers import distinct
from atomzoo.models.relaxation.relax import relax

N_STARTS = 16  # of the global search
N_MINIMA = 30  # of the search, at most: those of holes lie below the others
N_ISOMERS = 3  # minima labelled in each round
N_PATH = 3  # structures labelled along the way from the lowest sample to the minimum below it
RELAXED = 0.01  # eV/A; largest force after a relaxation by the engine
MOST_STEPS = 30  # of one relaxation by the engine
STALLED = 4  # steps that lower the energy by less than a small gain end it: what forces are left is the engine's noise
SMALL_GAIN = 1e-4  # eV
MOVE = 0.01  # A, for differences of forces
SMALLEST_CURVATURE = 0.5  # eV/A^2; below the softest vibration of a metal cluster
TIGHT = 2e-7  # eV/A; largest force at the network's minimum


def find_candidates(potentials, data, seed):
    """What the engine shall label in a round.

    A network has holes where there are no data, other networks have theirs elsewhere: low is a minimum to which none of
    the networks gives a high energy.

    Args:
        potentials: list of `NeuralNetworkPotential`; the first is minimized.
        data: list of labelled `ase.Atoms`; the search starts from samples of all their energies.
        seed: of the search.

    Returns:
        List of distinct `ase.Atoms` whose info has a `role`: the minimum first ("isomer"), then the next minima, and
        structures along the descent from the lowest sample ("path").
    """
    potential = potentials[0]
    samples = sorted(data, key=lambda atoms: atoms.get_potential_energy())
    places = np.unique(np.linspace(0, len(samples) - 1, N_STARTS).astype(int))
    way = _descent(potential, samples[0])
    starts = [samples[i] for i in places]
    minima = global_minimum(potential, starts, n_minima=N_MINIMA, fmax=TIGHT, seed=seed) or way[-1:]
    isomers = [tagged(atoms, role="isomer") for atoms in _by_highest_energy(minima, potentials)[:N_ISOMERS]]
    new = distinct([*isomers, *(tagged(atoms, role="path") for atoms in way)])
    return [isomers[0], *(atoms for atoms in new if atoms is not isomers[0])]


def _by_highest_energy(minima, potentials):
    """Structures in the order of the highest energy that any of the potentials gives them."""
    energies = [[result["energy"] for result in potential.evaluate_atoms(minima)] for potential in potentials]
    return [minima[k] for k in np.argsort(np.max(energies, axis=0))]


def _descent(potential, start):
    """Structures along the descent from a start, the last one at the minimum."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        end = relax(start, potential)
        stops = np.unique(np.linspace(0, end.n_steps, N_PATH + 2).astype(int))[1:-1]
        return [*(relax(start, potential, max_steps=int(stop)).atoms for stop in stops), end.atoms]


def relax_by_labels(label, potential, start, fmax=RELAXED, small_gain=SMALL_GAIN):
    """Relaxes a structure by the engine: BFGS that begins with the curvatures of the potential.

    Args:
        label: function from a list of `ase.Atoms` to labelled copies.
        potential: `NeuralNetworkPotential`.
        start: `ase.Atoms`.
        fmax: eV/A; largest force of a relaxed structure.
        small_gain: eV; four steps that lower the energy by less end the relaxation.

    Returns:
        List of the labelled steps, the start included, and whether they have arrived at forces or gains so small. They
        end where the engine has no label.
    """
    atoms = start.copy()
    atoms.calc = LabelCalculator(label)
    optimizer = BFGS(atoms, logfile=None)
    optimizer.H0 = _curvatures(potential, start)
    steps, converged = [], False
    with suppress(LabelError):
        for arrived in optimizer.irun(fmax=fmax, steps=MOST_STEPS):
            steps += label([atoms])
            converged = bool(arrived) or _is_stalled(steps, small_gain)
            if converged:
                break
    return steps, converged


def _is_stalled(steps, small_gain):
    energies = [atoms.get_potential_energy() for atoms in steps]
    return len(steps) > STALLED and min(energies[:-STALLED]) - min(energies) < small_gain


def _curvatures(potential, atoms):
    """The Hessian (3n, 3n) of the potential in eV/A^2, made positive."""
    moves = MOVE * np.eye(3 * len(atoms)).reshape(-1, len(atoms), 3)
    moved = [_moved(atoms, sign * move) for sign in (1, -1) for move in moves]
    forces = np.array([result["forces"].ravel() for result in potential.evaluate_atoms(moved)])
    hessian = (forces[len(moves) :] - forces[: len(moves)]) / (2 * MOVE)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    return (vectors * np.maximum(np.abs(values), SMALLEST_CURVATURE)) @ vectors.T


def _moved(atoms, move):
    moved = atoms.copy()
    moved.set_positions(atoms.positions + move, apply_constraint=False)
    return moved


def tagged(atoms, **info):
    """A copy with its results, and with this info in place of its own."""
    copy = atoms.copy()
    copy.info, copy.calc = info, atoms.calc
    return copy

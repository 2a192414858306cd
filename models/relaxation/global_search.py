"""Global search for minima of the energy: basin hopping from many starts at once."""

import warnings

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.models.potential.extrapolation import ExtrapolationWarning
from atomzoo.models.relaxation.isomers import bond_range, distinct, is_whole
from atomzoo.models.relaxation.relax import relax

HOP = 0.2  # standard deviation of a hop's displacements, in shortest distances of the starts
KT = 0.2  # eV; a walker goes uphill by some of it
ROUGH = 0.02  # eV/A; largest force after a descent
MOST_STEPS = 100  # of a descent
LONGEST = 0.2  # A; of an atom in a step
STIFF = 70.0  # eV/A^2; curvature that a descent begins with


def global_minimum(potential, starts, hops=10, n_minima=10, fmax=1e-4, seed=0, engine="auto"):
    """The lowest minima of the energy of one composition: isomers.

    Basin hopping with a walker for each start. All walkers displace their atoms at random and descend, evaluated
    together; each then keeps the new minimum or returns, as Metropolis decides. What has collapsed or fallen apart is
    no minimum, whatever its energy: a network knows nothing of such structures (see `is_whole`). The lowest distinct
    minima are relaxed once more, each alone, by `relax`.

    Args:
        potential: `NeuralNetworkPotential` or `Committee`, best in float64.
        starts: list of `ase.Atoms` of the same elements in the same order; not modified. The more different the better.
        hops: number of hops of each walker; 0 for the local minima below the starts.
        n_minima: how many minima are returned, at most.
        fmax: largest force left, in eV/A, see `relax`.
        seed: of hops and decisions; the same seed gives the same minima.
        engine: see `NeuralNetworkPotential.evaluate_atoms`.

    Returns:
        List of `ase.Atoms` with energy (eV) and forces (eV/A), the lowest first; empty if none is whole. Minima may be
        outside the range of the training data, of which nothing warns here: see `find_extrapolations`.

    Raises:
        ValueError: no starts, starts of different composition or of fewer than two atoms.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> from atomzoo.models.training.train_potential import train_potential
    >>> train, _ = gold_clusters.load_data(n_atoms=3)
    >>> potential = train_potential(train[::20], hidden=(5,), forces="exact", epochs=50, optimizer="lbfgs").potential
    >>> minima = global_minimum(potential, train[::200], hops=2)
    >>> bool(minima[0].get_potential_energy() < min(atoms.get_potential_energy() for atoms in train[::200]))
    True

    References:
        Wales and Doye, J. Phys. Chem. A 101, 5111 (1997).
    """
    _check(starts)
    rng = np.random.default_rng(seed)
    bonds = bond_range(starts)
    size = HOP * min(bonds.shortest.values())
    walkers, found = list(starts), []
    heights = np.full(len(starts), np.inf)
    for hop in range(hops + 1):
        displaced = [_displaced(atoms, size, rng) if hop else atoms for atoms in walkers]
        trials = _descend(displaced, potential, engine)
        whole = np.array([is_whole(atoms, bonds) for atoms in trials])
        energies = np.where(whole, [atoms.get_potential_energy() for atoms in trials], np.inf)
        found += [atoms for atoms, good in zip(trials, whole, strict=True) if good]
        # written so that infinity minus infinity is never asked for
        accepted = whole & (energies < heights - KT * np.log(rng.random(len(starts))))
        walkers = [new if yes else old for new, old, yes in zip(trials, walkers, accepted, strict=True)]
        heights = np.where(accepted, energies, heights)
    candidates = distinct(found)[:n_minima]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        relaxed = [relax(atoms, potential, fmax=fmax, engine=engine) for atoms in candidates]
    return distinct([r.atoms for r in relaxed if r.converged and is_whole(r.atoms, bonds)])


def _displaced(atoms, size, rng):
    displaced = atoms.copy()
    displaced.set_positions(atoms.positions + rng.normal(scale=size, size=atoms.positions.shape))  # but fixed atoms
    return displaced


def _descend(structures, potential, engine):
    """Copies near their minima, with energies: BFGS for each, energies and forces evaluated together.

    One minimizer for the sum of all energies would be simpler, and slow: the steepest structure sets the pace of all.
    """
    moving = [atoms.copy() for atoms in structures]
    hessians = np.tile(STIFF * np.eye(3 * len(moving[0])), (len(moving), 1, 1))
    places = np.array([atoms.positions.ravel() for atoms in moving])
    steps, gradients = np.zeros_like(places), np.zeros_like(places)
    left = np.arange(len(moving))  # those that are not there yet: nothing else is evaluated
    for number in range(MOST_STEPS):
        before = gradients[left]
        results = potential.evaluate_atoms([moving[k] for k in left], engine)
        gradients[left] = [_gradient(moving[k], result) for k, result in zip(left, results, strict=True)]
        if number:
            _update(hessians, left, steps[left], gradients[left] - before)
        largest = np.linalg.norm(gradients[left].reshape(len(left), -1, 3), axis=2).max(axis=1)
        left = left[largest > ROUGH]
        if not len(left):
            break
        steps[left] = _newton_steps(hessians[left], gradients[left])
        places[left] += steps[left]
        for k in left:
            moving[k].set_positions(places[k].reshape(-1, 3))
    for atoms, result in zip(moving, potential.evaluate_atoms(moving, engine), strict=True):
        atoms.calc = SinglePointCalculator(atoms, energy=result["energy"])
    return moving


def _gradient(atoms, result):
    forces = result["forces"].copy()
    for constraint in atoms.constraints:
        constraint.adjust_forces(atoms, forces)
    return -forces.ravel()


def _update(hessians, numbers, steps, changes):
    """The formula of BFGS, in place, for some of (B, N, N), their steps (b, N) and changes of the gradient (b, N)."""
    pulls = np.einsum("bij,bj->bi", hessians[numbers], steps)
    for k, step, change, pull in zip(numbers, steps, changes, pulls, strict=True):
        if step.any() and abs(step @ change) > 1e-12:
            hessians[k] += np.outer(change, change) / (step @ change) - np.outer(pull, pull) / (step @ pull)


def _newton_steps(hessians, gradients):
    """Steps downhill (B, N), also where the curvature is negative; no atom moves farther than `LONGEST`."""
    values, vectors = np.linalg.eigh(hessians)
    along = np.einsum("bji,bj->bi", vectors, gradients) / np.maximum(np.abs(values), 1e-3)
    steps = -np.einsum("bij,bj->bi", vectors, along)
    lengths = np.linalg.norm(steps.reshape(len(steps), -1, 3), axis=2).max(axis=1)
    return steps * np.minimum(1.0, LONGEST / np.maximum(lengths, LONGEST))[:, None]


def _check(starts):
    if not starts:
        raise ValueError(f"A global search needs one or more starts. Received: {starts}")
    symbols = [atoms.get_chemical_symbols() for atoms in starts]
    other = next((atoms for atoms, s in zip(starts, symbols, strict=True) if s != symbols[0]), None)
    if other is not None:
        formulas = f"{starts[0].symbols}, {other.symbols}"
        raise ValueError(f"Starts must be of the same elements in the same order. Received: {formulas}")
    if len(starts[0]) < 2:
        raise ValueError(f"A global search needs two or more atoms. Received: {starts[0].symbols}")

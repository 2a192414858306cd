"""Where a potential is bad: three criteria of iterative sampling, and the molecular dynamics that asks them."""

import warnings

import numpy as np
from ase import units
from ase.md.langevin import Langevin

from atomzoo.models.potential.extrapolation import ExtrapolationWarning, find_extrapolations
from atomzoo.models.relaxation.calculator import PotentialCalculator
from atomzoo.models.relaxation.isomers import bond_range, is_whole

FRICTION = 0.01 / units.fs


def energy_deviations(potential, labelled):
    """How far energies are from their labels.

    Args:
        potential: `NeuralNetworkPotential` or `Committee`.
        labelled: list of `ase.Atoms` with energies in eV.

    Returns:
        Array (len(labelled),) in eV/atom.

    References:
        J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
        University of Oslo (2017), section 7.1.
    """
    pairs = zip(potential.evaluate_atoms(labelled), labelled, strict=True)
    return np.array([abs(r["energy"] - atoms.get_potential_energy()) / len(atoms) for r, atoms in pairs])


def range_excess(potential, structures):
    """How far symmetry functions are outside their range in the training data.

    Args:
        potential: `NeuralNetworkPotential` or `Committee`.
        structures: list of `ase.Atoms`.

    Returns:
        Array (len(structures),): the farthest value of each structure, in widths of the range; 0 inside.
    """
    results = potential.evaluate_atoms(structures)
    return np.array([_farthest(potential, a, r["features"]) for a, r in zip(structures, results, strict=True)])


def _farthest(potential, atoms, features):
    found = find_extrapolations(potential, atoms, features)[:1]
    return max((_outside(item.value, *item.limits) for item in found), default=0.0)


def _outside(value, smallest, largest):
    # a function that never varied has no width
    return max(smallest - value, value - largest) / max(largest - smallest, np.finfo(float).tiny)


def find_bad(committee, structures, limits, label):
    """The structures that break a limit, the measure of each, and where.

    Args:
        committee: `Committee`; for limits of energy and range one potential is enough.
        structures: list of `ase.Atoms`.
        limits: dict of any of "energy" (eV/atom, see `energy_deviations`; labels all structures), "range" (widths, see
            `range_excess`) and "disagreement" (eV/atom, see `Committee.disagreement`), each the largest that is good.
        label: function from a list of structures to labelled copies.

    Returns:
        Indices of the bad structures, and a dict, criterion to array of its measure for all structures.

    Raises:
        ValueError: an unknown criterion.
    """
    measures = {
        "energy": lambda: energy_deviations(committee, label(structures)),
        "range": lambda: range_excess(committee, structures),
        "disagreement": lambda: committee.disagreement(structures),
    }
    unknown = [name for name in limits if name not in measures]
    if unknown:
        raise ValueError(f"A limit is one of {', '.join(measures)}. Received: {unknown[0]!r}")
    values = {name: measures[name]() for name in limits}
    # not "greater": a measure that is not a number is bad
    bad = ~np.all([values[name] <= limit for name, limit in limits.items()], axis=0)
    return np.flatnonzero(bad), values


def molecular_dynamics(potential, structures, seed, temperature=300.0, steps=1000, every=10, time_step=2.0):
    """Frames of molecular dynamics with a potential, for small structures.

    Langevin dynamics of ASE, from one of the structures, chosen at random, with random velocities. It ends early when
    the structure has collapsed or fallen apart (`is_whole`): that frame is the last.

    Args:
        potential: `NeuralNetworkPotential` or `Committee`.
        structures: list of `ase.Atoms` to start from, and to judge bonds by.
        seed: of the start, the velocities and the thermostat.
        temperature: K.
        steps: number of time steps.
        every: number of steps from one frame to the next.
        time_step: fs.

    Returns:
        List of `ase.Atoms`.
    """
    rng, bonds = np.random.default_rng(seed), bond_range(structures)
    atoms = structures[rng.integers(len(structures))].copy()
    atoms.info, atoms.calc = {}, PotentialCalculator(potential)
    widths = np.sqrt(atoms.get_masses() * units.kB * temperature)
    atoms.set_momenta(widths[:, None] * rng.normal(size=(len(atoms), 3)))
    options = {"temperature_K": temperature, "friction": FRICTION, "fixcm": False, "rng": rng}
    dynamics = Langevin(atoms, time_step * units.fs, **options)
    frames = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)  # the criteria tell
        while len(frames) < steps // every and (not frames or is_whole(frames[-1], bonds)):
            dynamics.run(every)
            frames.append(atoms.copy())
    return frames

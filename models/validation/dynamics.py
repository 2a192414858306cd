"""Molecular dynamics at constant energy: does the energy stay, do atoms keep apart, does it stay within the data?"""

from dataclasses import dataclass

import ase
import ase.units
import numpy as np
from ase.md.verlet import VelocityVerlet

from atomzoo.models.potential.extrapolation import find_outside
from atomzoo.models.relaxation.calculator import PotentialCalculator
from atomzoo.models.validation.check import BAD, Check, Curve, graded
from atomzoo.models.validation.crystals import quiet
from atomzoo.models.validation.data_ranges import closest_pairs

LENGTH = 5.0  # ps
LONGEST_STEP, STEP_OF_CARBON = 1.0, 1.0  # fs
EVERY = 10  # steps, at which distances and symmetry functions are looked at
FEWEST_ATOMS = 50
TOO_CLOSE = 0.5  # of the shortest distance of the data, at which the run ends
RUNAWAY = 1.0  # eV/atom of energy that came from nowhere, at which the run ends
DRIFT_RULE = "good: the total energy drifts by at most 0.2 meV/atom in 1 ps; look: 2"
CLOSEST_RULE = "good: no pair comes closer than 0.98 of the shortest distance of the data; look: 0.9"
OUTSIDE_RULE = "good: at most 1 % of the frames have an atom outside the range of the training data; look: 20 %"


@dataclass(frozen=True)
class Trajectory:
    """What is kept of a run.

    Attributes:
        times: (n,) ps.
        energies: (n,) total energy, eV/atom.
        closest: (n,) the shortest distance, in units of that of the same pair in the data.
        n_outside: (n,) atoms with a symmetry function outside its range.
        problem: why it ended early, in words; "" if it did not.
    """

    times: np.ndarray
    energies: np.ndarray
    closest: np.ndarray
    n_outside: np.ndarray
    problem: str


def check_dynamics(potential, atoms, temperature, shortest, seed=0):
    """Runs 5 ps at constant energy.

    Args:
        potential: `NeuralNetworkPotential` in float64.
        atoms: `ase.Atoms` at a minimum.
        temperature: in K; of the velocities twice as much, half of which becomes potential energy.
        shortest: dict by pair of symbols, see `shortest_distances`.
        seed: of the velocities.

    Returns:
        List of three `Check`: drift, closest pair, extrapolation.
    """
    run = run_nve(potential, atoms, temperature, shortest, seed)
    subject = f"{atoms.get_chemical_formula()} at {temperature:.0f} K"
    slope = np.polyfit(run.times, run.energies, 1)[0] if len(run.times) > 1 else np.nan
    drift, end = abs(1e3 * slope), f"; ended after {run.times[-1]:.2f} ps: {run.problem}" if run.problem else ""
    closest, share = run.closest.min(), float(np.mean(run.n_outside > 0))
    energies = Curve(run.times, 1e3 * (run.energies - run.energies[0]), "time, ps", "total energy, meV/atom")
    label = "closest pair, of that in the data"
    pairs = Curve(run.times, run.closest, "time, ps", label, y_limit=1.0)
    outside = Curve(run.times, run.n_outside, "time, ps", "atoms outside the range")
    verdict = BAD if run.problem else graded(drift, 0.2, 2.0)
    words = f"at most {run.n_outside.max():.0f} of {len(atoms)} atoms, in {100 * share:.0f} % of the frames"
    return [
        Check("drift of the energy", subject, f"{drift:.2g} meV/atom in 1 ps{end}", DRIFT_RULE, verdict, energies),
        Check(
            "closest pair",
            subject,
            f"{closest:.3f} times the shortest distance",
            CLOSEST_RULE,
            graded(-closest, -0.98, -0.9),
            pairs,
        ),
        Check("extrapolation", subject, words, OUTSIDE_RULE, graded(share, 0.01, 0.2), outside),
    ]


def run_nve(potential, atoms, temperature, shortest, seed=0, length=LENGTH):
    """A `Trajectory` at constant energy; arguments as of `check_dynamics`, and its length in ps."""
    atoms = atoms.copy()
    atoms.calc = PotentialCalculator(potential)
    widths = np.sqrt(2 * ase.units.kB * temperature * atoms.get_masses())
    momenta = widths[:, None] * np.random.default_rng(seed).normal(size=(len(atoms), 3))
    atoms.set_momenta(momenta - momenta.mean(axis=0))
    step = time_step(atoms)
    dynamics, rows, problem = VelocityVerlet(atoms, step * ase.units.fs), [], ""
    with quiet():
        try:
            for k in range(round(1e3 * length / step / EVERY) + 1):
                if k:
                    dynamics.run(EVERY)
                rows.append(_looked_at(potential, atoms, 1e-3 * step * EVERY * k, shortest))
                if rows[-1][2] < TOO_CLOSE:
                    problem = "atoms fall into each other"
                    break
                if not abs(rows[-1][1] - rows[0][1]) < RUNAWAY:
                    problem = f"the total energy changed by more than {RUNAWAY} eV/atom"
                    break
        except (ValueError, OSError) as error:  # positions that are no numbers, atoms that fall into each other
            problem = " ".join(str(error).split())
    return Trajectory(*np.array(rows or [[0.0, np.nan, np.nan, 0]]).T, problem)


def time_step(atoms):
    """A step in fs that follows the lightest atom's vibrations.

    Example:
        >>> time_step(ase.Atoms("Au")), round(time_step(ase.Atoms("OH2")), 2)
        (1.0, 0.29)
    """
    return min(LONGEST_STEP, STEP_OF_CARBON * float(np.sqrt(atoms.get_masses().min() / 12.0)))


def _looked_at(potential, atoms, time, shortest):
    """A row of a `Trajectory`."""
    first, second, distances = closest_pairs(atoms)
    symbols, known = np.array(atoms.get_chemical_symbols()), np.empty(len(distances))
    for (a, b), distance in shortest.items():
        for one, other in ((a, b), (b, a)):
            known[(symbols[first] == one) & (symbols[second] == other)] = distance
    outside = find_outside(potential, atoms, potential.evaluate_atoms(atoms)["features"])
    closest = (distances / known).min(initial=np.inf)
    return time, atoms.get_total_energy() / len(atoms), closest, outside.any(axis=1).sum()


def enlarged(atoms):
    """A crystal repeated along its shortest axis until it has 50 atoms or more."""
    while len(atoms) < FEWEST_ATOMS:
        repeats = np.ones(3, int)
        repeats[np.argmin(atoms.cell.lengths())] = 2
        atoms = atoms.repeat(repeats)
    return atoms

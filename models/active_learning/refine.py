"""Loops that train, sample, label and retrain: minima refined by the reference method, and iterative sampling."""

from dataclasses import dataclass

import ase
import numpy as np

from atomzoo.datasets.arrays.labels import labels
from atomzoo.datasets.io.folders import alone_in
from atomzoo.models.active_learning.criteria import energy_deviations, find_bad, molecular_dynamics
from atomzoo.models.active_learning.loop_folder import BudgetSpent, LoopFolder
from atomzoo.models.active_learning.refinement_steps import find_candidates, relax_by_labels, tagged
from atomzoo.models.potential.committee import Committee
from atomzoo.models.potential.extrapolation import find_extrapolations
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.relaxation.isomers import distinct, sorted_distances
from atomzoo.models.training.train_potential import train_potential

# A minimum of the network whose energy by the engine is this much (eV) off, or above the lowest known, is none at all.
WORTH_RELAXING = 0.1


@dataclass(frozen=True)
class LoopResult:
    """What a loop made.

    Attributes:
        potential: the last trained `NeuralNetworkPotential`.
        structures: list of all labelled `ase.Atoms`, those at the start first.
        rounds: list of dicts, one for each round, as in log.csv.
        n_calls: number of structures that the engine labelled.
        converged: whether the loop reached its end.
        message: why it ended, in words.
    """

    potential: NeuralNetworkPotential
    structures: list[ase.Atoms]
    rounds: list[dict]
    n_calls: int
    converged: bool
    message: str

    @property
    def lowest(self):
        """The labelled structure of the lowest energy; after `refine` the minimum."""
        return min(self.structures, key=_energy)


def train_on_forces(structures, seed, functions=None, hidden=(30, 30), iterations=1000, **options):
    """A potential fitted to all energies and forces by L-BFGS: how the loops train unless told otherwise.

    It begins with new weights each time, so that it depends on structures and seed only, not on the loop's history.

    Args:
        structures: list of labelled `ase.Atoms`.
        seed: of the weights.
        functions, hidden: see `train_potential`.
        iterations: of L-BFGS.
        options: others of `train_potential`, such as `force_weight` and `core`.

    Returns:
        `NeuralNetworkPotential` in float64.
    """
    fixed = {"forces": "exact", "stress": False, "epochs": iterations, "optimizer": "lbfgs", "seed": seed}
    options = {"force_weight": 1.0} | options
    return train_potential(structures, functions, hidden, validation_fraction=0.0, **fixed, **options).potential


def refine(
    structures,
    engine,
    folder,
    train=train_on_forces,
    tolerance=1e-3,
    budget=100,
    n_networks=2,
    seed=0,
    callback=None,
):
    """Finds the minimum of the energy with a network that learns from the engine where it was wrong.

    Each round trains on all labelled structures, searches the minimum of the network (`global_minimum`), has the engine
    label it, relax it, and label the lowest other isomers and structures along the descent from the lowest sample, and
    adds all these to the data. It ends when

        |E_network(min) - E_engine(min)| + (E_engine(min) - E_relaxed) <= tolerance

    where min is the network's minimum and E_relaxed the end of the engine's own relaxation from there, and when that is
    the isomer (see `distinct`) of the lowest energy that the engine has given. A minimum at which the network is wrong
    by more than 0.1 eV, or so far above the lowest sample, is not worth relaxing: its label alone teaches the next. A
    structure that the engine cannot label ends a relaxation, or is left out; only at the minimum itself that ends the
    loop. This is the closed form of Barch and Tubman (2017), who minimized, evaluated and relaxed once. The relaxation
    begins with the network's curvatures, so that it takes few steps.

    A loop that was killed, at whatever moment, goes on in the same folder, and ends with the same result: see
    `LoopFolder`. There `tolerance` and `budget` may be changed to go on with a loop that has ended.

    Args:
        structures: list of labelled `ase.Atoms` of one composition, such as frames of molecular dynamics, with energies
            (eV) and forces (eV/A) of the same engine with the same settings.
        engine: an object with `label(structures)`, which returns copies with energies and forces of a list of
            `ase.Atoms`; it is given one at a time, and raises a `LabelError` for one that it cannot label.
            `atomzoo.datasets.engines` has some.
        folder: path of the folder for all that the loop makes.
        train: function of labelled structures and a seed to a `NeuralNetworkPotential`.
        tolerance: in eV.
        budget: largest number of structures labelled, those of relaxations included.
        n_networks: number of networks, two or more; the first is minimized, the others tell how sure it is.
        seed: of the first network and the search; the others have the seeds after it.
        callback: function of the row of each finished round.

    Returns:
        `LoopResult`, whose `lowest` is the minimum.

    Raises:
        ValueError: an argument out of range, a folder of another loop or process, structures of different composition,
            or what the engine raises.

    Example:

    >>> from atomzoo.datasets.engines import Espresso
    >>> engine = Espresso({"Au": "Au.blyp-q11.gth"})
    >>> result = refine(read_structures("au4.extxyz"), engine, "au4")  # doctest: +SKIP
    >>> result.lowest.write("minimum.extxyz")  # doctest: +SKIP
    """
    _check(structures, n_networks, tolerance=tolerance, budget=budget)
    compositions = {str(atoms.symbols) for atoms in structures}
    if len(compositions) > 1:
        raise ValueError(f"Structures must be of the same atoms in the same order. Received: {sorted(compositions)}")
    settings = {"loop": "refine", "engine": engine, "train": train, "n_networks": n_networks, "seed": seed}
    loop = LoopFolder(folder, engine, structures, settings, budget)

    def is_over(row):
        return row["relaxed_eV"] is not None and row["lowest_isomer"] and row["difference_eV"] <= tolerance

    return _run(loop, lambda k: _refinement_round(loop, k, train, n_networks, seed), is_over, None, callback)


def _refinement_round(loop, k, train, n_networks, seed):
    """Trains, searches, labels; the numbers of the round."""
    data = loop.data(k)
    potentials = _potentials(loop, k, data, train, n_networks, seed)
    # Where a network was wrong, labels may be of structures that are none, from which nothing should start.
    highest = max(map(_energy, loop.initial))
    sound = [atoms for atoms in data if _energy(atoms) <= highest]
    candidates = loop.structures(f"round_{k}/candidates", lambda: find_candidates(potentials, sound, seed + k))
    minimum, *others = candidates
    found, known = potentials[0].evaluate_atoms(minimum), min(map(_energy, data))
    steps, converged = loop.label([minimum]), False
    at_minimum = _energy(steps[0])
    if max(at_minimum - known, abs(found["energy"] - at_minimum)) < WORTH_RELAXING:
        steps, converged = relax_by_labels(loop.label, potentials[0], minimum)
    steps = [tagged(atoms, role="relaxation") for atoms in steps]
    labelled = [tagged(new, role=old.info["role"]) for old in others for new in loop.label_possible([old])]
    added = loop.structures(f"round_{k}/added", lambda: [*steps, *labelled])
    relaxed, lowest = min(steps, key=_energy), min([*data, *added], key=_energy)
    return {
        "round": k,
        "structures": len(data),
        "calls": loop.n_calls,
        "network_eV": found["energy"],
        "engine_eV": at_minimum,
        "relaxed_eV": _energy(relaxed) if converged else None,
        "lowest_eV": _energy(lowest),
        "lowest_isomer": len(distinct([relaxed, lowest])) == 1,
        "difference_eV": abs(found["energy"] - at_minimum) + at_minimum - _energy(relaxed),
        "relaxation_steps": len(steps) - 1,
        "gradient_norm_eV_per_A": float(np.linalg.norm(found["forces"])),
        "disagreement_eV_per_atom": float(Committee(potentials).disagreement([minimum])[0]),
        "extrapolations": len(find_extrapolations(potentials[0], minimum, found["features"])),
        "isomers": sum(atoms.info["role"] == "isomer" for atoms in candidates),
        "distances_A": " ".join(f"{distance:.3f}" for distance in sorted_distances(minimum)),
    }


def iterative_sampling(
    structures,
    engine,
    folder,
    limits,
    train=train_on_forces,
    sample=molecular_dynamics,
    most=20,
    max_rounds=10,
    n_networks=2,
    seed=0,
    callback=None,
):
    """Runs MD with the current potential, labels what it handles badly, retrains, and repeats until nothing is found.

    Each round trains several networks on all labelled structures, runs molecular dynamics with the first, and has the
    engine label the structures that break a limit (some of them, chosen at random, if they are many), which join the
    data. A loop that was killed goes on in the same folder, and ends with the same result: see `LoopFolder`. There
    `max_rounds` may be changed.

    Args:
        structures: list of labelled `ase.Atoms`, with energies (eV) and forces (eV/A).
        engine: an object with `label(structures)`, as for `refine`.
        folder: path of the folder for all that the loop makes.
        limits: dict of "energy", "range" or "disagreement" to the largest value that is good, see `find_bad`. With a
            limit of "energy" the engine labels all frames: that is for fast ones.
        train: function of labelled structures and a seed to a `NeuralNetworkPotential`.
        sample: function of the potential, the structures so far and a seed to a list of `ase.Atoms`, such as
            `functools.partial(molecular_dynamics, temperature=1000.0)`, or a run of LAMMPS.
        most: largest number of structures added in a round.
        max_rounds: largest number of rounds.
        n_networks: number of networks, two or more; trained from `seed` and the seeds after it.
        seed: of networks, dynamics and choices. The same seed gives the same rounds.
        callback: function of the row of each finished round.

    Returns:
        `LoopResult`.

    Raises:
        ValueError: an argument out of range, a folder of another loop or process, or what the engine raises.

    Example:

    >>> limits = {"disagreement": 2e-3, "range": 0.0}
    >>> iterative_sampling(structures, engine, "silicon", limits).converged  # doctest: +SKIP
    True

    References:
        J.-A. Stende, MSc thesis, University of Oslo (2017), section 7.1.1; Artrith and Behler, Phys. Rev. B 85, 045439
        (2012) for the criterion of disagreement.
    """
    _check(structures, n_networks, most=most, max_rounds=max_rounds)
    settings = {"loop": "iterative sampling", "engine": engine, "train": train, "sample": sample, "limits": limits}
    loop = LoopFolder(folder, engine, structures, {**settings, "most": most, "n_networks": n_networks, "seed": seed})

    def make_row(k):
        return _sampling_round(loop, k, limits, train, sample, most, n_networks, seed)

    return _run(loop, make_row, lambda row: row["bad"] == 0, max_rounds, callback)


def _sampling_round(loop, k, limits, train, sample, most, n_networks, seed):
    """Trains, samples, labels; the numbers of the round."""
    data = loop.data(k)
    committee = Committee(_potentials(loop, k, data, train, n_networks, seed))
    frames = loop.structures(f"round_{k}/frames", lambda: sample(committee.potentials[0], data, seed + k))
    bad, measures = find_bad(committee, frames, limits, loop.label)
    chosen = sorted(np.random.default_rng(seed + k).permutation(bad)[:most])
    added = loop.structures(f"round_{k}/added", lambda: loop.label_possible([frames[i] for i in chosen]))
    return {
        "round": k,
        "structures": len(data),
        "calls": loop.n_calls,
        "frames": len(frames),
        "bad": len(bad),
        "added": len(added),
        **{f"bad_{name}": int((~(values <= limits[name])).sum()) for name, values in measures.items()},
        "error_of_added_eV_per_atom": float(energy_deviations(committee, added).mean()) if added else None,
        **{f"largest_{name}": float(values.max()) for name, values in measures.items()},
    }


def _run(loop, *rounds):
    """All rounds, by one process at a time."""
    with alone_in(loop.path):
        return _rounds(loop, *rounds)


def _rounds(loop, make_row, is_over, max_rounds, callback):
    """Round after round until one is the last."""
    rows, message = [], None
    while message is None:
        k = len(rows)
        try:
            rows.append(loop.numbers(f"round_{k}/row", lambda k=k: make_row(k)))
        except BudgetSpent as spent:
            message = f"not converged: {spent}"
            break
        loop.log(rows)
        if callback is not None:
            callback(rows[-1])
        if is_over(rows[-1]):
            message = "converged"
        elif len(rows) == max_rounds:
            message = f"not converged within {max_rounds} rounds"
        elif len(rows) > 1 and rows[-1]["calls"] == rows[-2]["calls"]:
            message = "not converged: there is nothing new to label"
    potential = loop.potential(f"round_{k}/potential_0", None)
    return LoopResult(potential, [*loop.initial, *loop.labels], rows, loop.n_calls, message == "converged", message)


def _potentials(loop, k, data, train, n_networks, seed):
    seeds = range(seed, seed + n_networks)
    return [loop.potential(f"round_{k}/potential_{i}", lambda s=s: train(data, s)) for i, s in enumerate(seeds)]


def _energy(atoms):
    return atoms.get_potential_energy()


def _check(structures, n_networks, **positive):
    if not structures:
        raise ValueError(f"A loop starts from labelled structures. Received: {structures}")
    labels(structures, ("energy", "forces"))  # the error names the structure that has none
    if n_networks < 2:
        raise ValueError(f"Networks can disagree if they are two or more. Received: n_networks={n_networks}")
    for name, value in positive.items():
        if not value > 0:
            raise ValueError(f"`{name}` must be positive. Received: {name}={value}")

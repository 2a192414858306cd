"""Argon dimer: a 1-10-1 network of the truncated and shifted Lennard-Jones potential, in Keras and in LAMMPS.

Figures 8.1 and 8.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc
thesis, University of Oslo (2017): error of the energy and of its gradient over the distance, on [3.2, 8.5125] A. The
thesis: 0.896 meV and 24.3 meV/A (root mean squares on 1000 test distances). Ours (2 busy cores, 3 seeds, 462 s):
0.16 +- 0.005 and 2.31 +- 0.15 by its recipe, why less is not known; 0.0077 and 0.14 by L-BFGS. LAMMPS and Keras differ
by rounding.

* "r, Adam": the thesis's network and recipe. One input, the distance as it is; 10 sigmoid nodes; 10 000 distances drawn
  uniformly; Adam, learning rate 0.001, mini-batches of 200, 5000 epochs; initial weights uniform in [-0.1, 0.1]. The
  batch size and the like are those of a draft that the author published (github.com/johnands/Thesis). In float32 and
  with energies in eV, which the draft does not say.
* "r, L-BFGS": the same network and data, full-batch L-BFGS, 2000 iterations in float64.
* "G1": a Behler-Parrinello potential. The distance is no symmetry function, but G1 of a dimer, fc(r) with a cutoff of
  10 A, falls monotonically from end to end of the interval: the network is 1-10-1 of another measure of the distance.
  It is what LAMMPS evaluates as `pair_style nn/manybody`; each atom contributes half of the pair energy. 2000 dimers,
  energies only, 2000 iterations of L-BFGS in float64.
"""

import tempfile
import time
from pathlib import Path

import ase
import numpy as np
import pandas
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.console import track
from atomzoo.reproductions import report
from atomzoo.reproductions.paper_numbers import printed

EPSILON, SIGMA = 1.0318e-2, 3.405  # eV, A; argon
CUTOFF = 2.5 * SIGMA
START = printed("stende_2017", "lennard-jones", "shortest distance")  # A
G1_CUTOFF = 10.0  # A; at the end of the interval the slope of G1 is still far from 0
DIRECTION = np.array([0.48, -0.6, 0.64])  # of the dimers, of length 1; no axis, so that all force components count
N_TRAIN, N_TEST, EPOCHS, BATCH_SIZE = (
    int(printed("stende_2017", "lennard-jones", name))
    for name in ("training distances", "test distances", "epochs", "batch size")
)
N_DIMERS, N_GRID, ITERATIONS = 2000, 500, 2000


def run(seeds=None, quick=False, output=None):
    """Trains the networks, compares the programs, and writes lennard_jones.csv, .md, .png and lennard_jones_paper.csv.

    Args:
        seeds: Number of seeds (initial weights and data), 3 by default.
        quick: Whether to show that it runs: one seed, few iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.reproductions.stende_2017._shared.lennard_jones_output import beside_paper, describe, draw

    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    shorter = 50 if quick else 1
    jobs = [(train, seed) for seed in range(seeds or (1 if quick else 3)) for train in (by_distance, by_g1)]
    curves = [curve for train, seed in track(jobs, "Training networks") for curve in train(seed, shorter)]
    rows = pandas.DataFrame([_errors(curve) | _difference(curve, curves) for curve in curves])
    text = describe(rows, quick, time.time() - start)
    report.write_results(folder, "lennard_jones", rows, text, {"": draw(curves)}, beside_paper(rows))


def redraw(folder):
    """Writes lennard_jones.md anew from the recorded csv in a folder (`Path`); the figure stays as it is."""
    from atomzoo.reproductions.stende_2017._shared.lennard_jones_output import beside_paper, describe

    rows = report.recorded_rows(folder, "lennard_jones")
    report.redraw_results(folder, "lennard_jones", describe(rows, False, 0.0), {}, beside_paper(rows))


def energy(r):
    """Truncated and shifted Lennard-Jones energy in eV of distances in A, below the cutoff."""
    shift = 2.5**-12 - 2.5**-6
    return 4 * EPSILON * ((SIGMA / r) ** 12 - (SIGMA / r) ** 6 - shift)


def slope(r):
    """Its derivative in eV/A."""
    return -24 * EPSILON * (2 * (SIGMA / r) ** 12 - (SIGMA / r) ** 6) / r


def distances(seed, count):
    """Distances (count,) in A drawn uniformly from the training interval."""
    return np.random.default_rng(seed).uniform(START, CUTOFF, count)


def evaluation_points(seed):
    """The grid of the figures, then the test distances: (N_GRID + N_TEST,) in A."""
    return np.concatenate([np.linspace(START, CUTOFF, N_GRID), distances(1000 + seed, N_TEST)])


def by_distance(seed, shorter=1):
    """Trains networks whose input is the distance.

    Returns:
        List of dicts: network, program, seed, train_seconds, and the arrays r (A), energy (eV) and slope (eV/A).
    """
    from atomzoo.reproductions.stende_2017._shared import small_networks

    r = distances(seed, N_TRAIN)[:, None]
    start = time.time()
    adam = small_networks.sigmoid_network(1, (10,), 1, seed, "float32", limit=0.1)
    small_networks.fit_adam(adam, r, energy(r), EPOCHS // shorter, BATCH_SIZE, seed)
    middle = time.time()
    double = small_networks.sigmoid_network(1, (10,), 1, seed, limit=0.1)
    # In units of 10 meV: eV would let L-BFGS begin with steps that are far too short.
    small_networks.fit_lbfgs(double, r, energy(r), ITERATIONS // shorter, weights=1e4)
    end = time.time()
    single = small_networks.sigmoid_network(1, (10,), 1, seed, "float32")
    single.set_weights(double.get_weights())
    cases = [
        ("r, Adam", "Keras float32", adam, middle - start),
        ("r, L-BFGS", "Keras float64", double, end - middle),
        ("r, L-BFGS", "Keras float32", single, end - middle),
    ]
    curves, points = [], evaluation_points(seed)
    for network, program, model, seconds in cases:
        predicted, gradient = small_networks.output_and_gradient(model, points[:, None])
        curves.append(_curve(network, program, seed, seconds, points, predicted, gradient[:, 0]))
    return curves


def by_g1(seed, shorter=1):
    """Trains a potential of one symmetry function, and evaluates it in Keras and LAMMPS; returns as `by_distance`."""
    from atomzoo import NeuralNetworkPotential, fit, load_potential, save_potential
    from atomzoo.datasets.engines.lammps import Lammps
    from atomzoo.layers import SymmetryFunction
    from atomzoo.models.formats.lammps import pair_commands, write_lammps

    start = time.time()
    function = SymmetryFunction("G1", G1_CUTOFF)
    potential = NeuralNetworkPotential.from_functions(["Ar"], [function], (10,), "sigmoid", seed=seed, dtype="float64")
    structures = dimers(distances(seed, N_DIMERS))
    fit(potential, structures, optimizer="lbfgs", epochs=ITERATIONS // shorter)
    seconds = time.time() - start
    points = evaluation_points(seed)
    tested = dimers(points)
    with tempfile.TemporaryDirectory() as folder:
        save_potential(potential, Path(folder) / "argon.keras")
        single = load_potential(Path(folder) / "argon.keras", dtype="float32")
        write_lammps(potential, Path(folder) / "argon.nn")
        labelled = Lammps(pair_commands(Path(folder) / "argon.nn", ["Ar"]), ["Ar"]).label(tested)
    results = {
        "Keras float64": potential.evaluate_atoms(tested, engine="tensorflow"),
        "Keras float32": single.evaluate_atoms(tested, engine="tensorflow"),
        "LAMMPS": [{"energy": a.get_potential_energy(), "forces": a.get_forces()} for a in labelled],
    }
    return [
        _curve(
            "G1, L-BFGS",
            program,
            seed,
            seconds,
            points,
            np.array([result["energy"] for result in found]),
            np.array([-result["forces"][1] @ DIRECTION for result in found]),
        )
        for program, found in results.items()
    ]


def dimers(r):
    """Argon dimers of distances in A: list of `ase.Atoms` labelled with Lennard-Jones energies and forces."""
    structures = []
    for distance in r:
        atoms = ase.Atoms("Ar2", positions=[np.zeros(3), distance * DIRECTION])
        force = -slope(distance) * DIRECTION
        atoms.calc = SinglePointCalculator(atoms, energy=energy(distance), forces=np.array([-force, force]))
        structures.append(atoms)
    return structures


def _curve(network, program, seed, seconds, r, predicted, gradient):
    names = {"network": network, "program": program, "seed": seed, "train_seconds": round(seconds, 1)}
    return {**names, "r": r, "energy": predicted, "slope": gradient}


def _errors(curve):
    """A row of the csv: root mean square errors over the test distances, and the largest over the grid."""
    r, test, grid = curve["r"], slice(N_GRID, None), slice(N_GRID)
    errors = 1e3 * (curve["energy"] - energy(r)), 1e3 * (curve["slope"] - slope(r))
    row = {name: curve[name] for name in ("network", "program", "seed", "train_seconds")}
    for name, error in zip(("energy_meV", "gradient_meV_per_A"), errors, strict=True):
        row[f"rmse_{name}"] = float(np.sqrt(np.mean(error[test] ** 2)))
        row[f"largest_{name}"] = float(np.abs(error[grid]).max())
    return row


def _difference(curve, curves):
    """Largest differences of a curve of G1 from that in Keras float64 of the same seed, in eV and eV/A; else none."""
    if not curve["network"].startswith("G1"):
        return {}
    same = (curve["network"], "Keras float64", curve["seed"])
    double = next(c for c in curves if (c["network"], c["program"], c["seed"]) == same)
    names = {"energy": "difference_energy_eV", "slope": "difference_gradient_eV_per_A"}
    return {column: float(np.abs(curve[name] - double[name]).max()) for name, column in names.items()}

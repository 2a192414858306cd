"""Networks that see their neighbors directly: 20 distances, and 5 neighbors with forces as outputs, which do not fit.

Chapter 8 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017), on the shifted Lennard-Jones potential of argon (`lennard_jones`).

* "20 distances": 20 inputs, 200 sigmoid nodes, one output, the sum of 20 pair energies. Nothing tells such a network
  that the atoms are alike: the same distances in another order give another energy.
* "1 distance, summed": the 1-10-1 network of `lennard_jones`, added up over the 20, for comparison: symmetric by
  construction, as Behler and Parrinello's networks are.
* "forces as outputs": inputs (x, y, z, r) of 5 neighbors, two sigmoid layers of 50 nodes, outputs (Fx, Fy, Fz, E) of
  the central atom. The thesis warns that such forces and energies are not consistent. Measured: the difference of the
  forces from minus the gradient of the same network's energy; the work along closed loops, 0 for forces that have an
  energy; and the total energy of an atom that moves by these forces among its neighbors, held fixed.
* "differentiated": the same with the energy as the only output, and the forces by differentiation; same data, same
  labels, same number of iterations.

The thesis plots errors, and prints of the network with forces as outputs one cost, 0.1326 epsilon^2 over energy and one
force component while one of the neighbors moves, and the energy with all five at the cutoff, 0.125 epsilon, where the
exact one is 0. Our test errors are of other configurations, and larger (0.23 and 66 epsilon^2); it has trained for a
million epochs. It warns that such energies and forces are not consistent, and does not measure it. It sees no
overfitting with 20 distances; here test errors are a third above training errors. Ours (many_neighbour.md; 3 seeds):
forces that are outputs are 14 meV/A off the gradient of their own energy, and do 3.6 meV of work along a closed loop;
differentiated, the errors are 25 times (energy) and 35 times (forces) smaller, and the total energy is conserved.

Training: 20 000 configurations of 20 distances or 10 000 of 5 neighbors, distances uniform in [3.2, 8.5125] A, 1000
iterations of L-BFGS in float64, errors of each quantity in units of its deviation.
"""

import time

import numpy as np

from atomzoo.reproductions import report
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.stende_2017 import lennard_jones

N_DISTANCES, N_NEIGHBORS, N_TEST = 20_000, 10_000, 2000
ITERATIONS, STEPS = 1000, 25_000
EARLY = 0.5  # ps, before any atom has left
KINDS = ("20 distances", "differentiated", "forces as outputs", "1 distance, summed")  # the long ones first
CURVES = ("curves", "trajectory")  # of a result, for the figure; not for the csv


def run(seeds=None, quick=False, output=None):
    """Trains the networks, and writes many_neighbour.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of seeds (initial weights and data), 3 by default; the figure shows the first.
        quick: Whether to show that it runs: one seed, few iterations and steps, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.reproductions.stende_2017._shared.many_neighbour_output import beside_paper, describe, draw

    folder = report.results_folder("stende-2017", output, quick)
    partial = folder / "many_neighbour.partial.jsonl"
    start = time.time()
    shorter = 100 if quick else 1
    jobs = [
        {"network": kind, "seed": seed, "iterations": ITERATIONS // shorter, "steps": STEPS // shorter}
        for kind in KINDS
        for seed in range(seeds or (1 if quick else 3))
    ]
    rows = run_jobs(train, jobs, partial, "Training networks")
    table = rows.drop(columns=list(CURVES))
    text = describe(table, quick, time.time() - start)
    report.write_results(folder, "many_neighbour", table, text, {"": draw(rows)}, beside_paper(table))
    partial.unlink()


def redraw(folder):
    """Writes many_neighbour.md anew from the recorded csv in a folder (`Path`); the figure stays as it is."""
    from atomzoo.reproductions.stende_2017._shared.many_neighbour_output import beside_paper, describe

    rows = report.recorded_rows(folder, "many_neighbour")
    report.redraw_results(folder, "many_neighbour", describe(rows, False, 0.0), {}, beside_paper(rows))


def train(network, seed, iterations, steps):
    """Trains one network and measures it: dict of errors (meV, meV/A), and of curves for the figure."""
    if "distance" in network:
        return _by_distances(network == "20 distances", seed, iterations) | {"trajectory": None}
    return _by_neighbors(network == "forces as outputs", seed, iterations, steps)


def _by_distances(all_at_once, seed, iterations):
    from atomzoo.reproductions.stende_2017._shared.small_networks import fit_lbfgs, sigmoid_network

    generator = np.random.default_rng(seed)
    r, tested = (generator.uniform(lennard_jones.START, lennard_jones.CUTOFF, (n, 20)) for n in (N_DISTANCES, N_TEST))
    inputs = r if all_at_once else r[: N_DISTANCES // 20].reshape(-1, 1)
    energies = lennard_jones.energy(inputs).sum(axis=1, keepdims=True)
    middle, half = (lennard_jones.CUTOFF + lennard_jones.START) / 2, (lennard_jones.CUTOFF - lennard_jones.START) / 2
    offset, scale = energies.mean(), energies.std()
    start = time.time()
    model = sigmoid_network(20, (200,), 1, seed) if all_at_once else sigmoid_network(1, (10,), 1, seed)
    fit_lbfgs(model, (inputs - middle) / half, (energies - offset) / scale, iterations)
    seconds = time.time() - start

    def predict(d):
        scaled = (d - middle) / half if all_at_once else ((d - middle) / half).reshape(-1, 1)
        return (np.asarray(model(scaled)) * scale + offset).reshape(len(d), -1).sum(axis=1)

    exact = lennard_jones.energy(tested).sum(axis=1)
    orders = [predict(generator.permuted(tested[:200], axis=1)) for _ in range(20)]
    return {
        "train_rmse_energy_meV": 1e3 * _rms(predict(r) - lennard_jones.energy(r).sum(axis=1)),
        "test_rmse_energy_meV": 1e3 * _rms(predict(tested) - exact),
        "deviation_energy_meV": 1e3 * float(exact.std()),
        "order_deviation_meV": 1e3 * _rms(np.std(orders, axis=0)),
        "train_seconds": round(seconds, 1),
        "curves": {"exact": exact[:500].tolist(), "predicted": predict(tested[:500]).tolist()},
    }


def _by_neighbors(as_outputs, seed, iterations, steps):
    from atomzoo.reproductions.stende_2017._shared import direct_forces
    from atomzoo.reproductions.stende_2017._shared.small_networks import fit_lbfgs, sigmoid_network

    d, tested = (direct_forces.displacements(2 * seed + k, n) for k, n in enumerate((N_NEIGHBORS, N_TEST)))
    labels, exact = direct_forces.exact(d), direct_forces.exact(tested)
    scales = np.array([labels[:, :3].std()] * 3 + [labels[:, 3].std()])
    start = time.time()
    network = sigmoid_network(20, (50, 50), 4 if as_outputs else 1, seed)
    model = direct_forces.ForceNetwork(network, scales)
    fit_lbfgs(model, d, labels / scales, iterations)
    seconds = time.time() - start
    predict = direct_forces.evaluator(model)
    differentiate = direct_forces.evaluator(model, "differentiated")
    found, gradient = predict(tested), differentiate(tested)
    times, energies = direct_forces.total_energy(predict, steps)
    return {
        "train_rmse_energy_meV": 1e3 * _rms(predict(d)[:, 3] - labels[:, 3]),
        "test_rmse_energy_meV": 1e3 * _rms(found[:, 3] - exact[:, 3]),
        "deviation_energy_meV": 1e3 * float(exact[:, 3].std()),
        "train_rmse_force_meV_per_A": 1e3 * _rms((predict(d) - labels)[:, :3]),
        "test_rmse_force_meV_per_A": 1e3 * _rms((found - exact)[:, :3]),
        "deviation_force_meV_per_A": 1e3 * float(exact[:, :3].std()),
        "inconsistency_meV_per_A": 1e3 * _rms((found - gradient)[:, :3]),
        "loop_work_meV": 1e3 * _rms(direct_forces.loop_work(predict, seed)),
        "early_energy_change_meV": 1e3 * _rms(energies[np.searchsorted(times, EARLY)]),
        "energy_change_meV": 1e3 * _rms(energies[-1]),
        "train_seconds": round(seconds, 1),
        "curves": _one_moving(predict, differentiate),
        "trajectory": {"times": times.tolist(), "energies": energies.tolist()},
    }


def _one_moving(predict, differentiate):
    """One of five neighbors moves along x, the others stay: exact and predicted energies (eV) and forces (eV/A)."""
    from atomzoo.reproductions.stende_2017._shared import direct_forces

    r = np.linspace(lennard_jones.START, lennard_jones.CUTOFF, 200)
    d = np.repeat(direct_forces.displacements(123, 1), len(r), axis=0)
    d[:, 0] = r[:, None] * [1.0, 0.0, 0.0]
    results = {"exact": direct_forces.exact(d), "output": predict(d), "gradient": differentiate(d)}
    columns = {"force": 0, "energy": 3}
    return {"r": r.tolist()} | {f"{k}_{n}": v[:, c].tolist() for k, v in results.items() for n, c in columns.items()}


def _rms(values):
    return float(np.sqrt(np.mean(np.square(values))))

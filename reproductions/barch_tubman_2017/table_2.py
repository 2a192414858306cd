"""Gold clusters of 3, 4 and 5 atoms: errors of three networks, beside aenet's on the same data.

Table 2 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks, UCB/EECS-2017-104 (2017).

The paper trains networks of tanh layers 15-15, 30-30 and 40-20-20-10 on total energies of configurations of a
molecular dynamics, with fixed symmetry functions, and prints their mean squared errors beside aenet's. Its data are not
public; these are DFT data made after its description (`atomzoo.datasets.gold_clusters`).

* Functions: the 36 of the preset "barch-tubman-2017", fixed. Features min-max scaled, float64.
* Training: full-batch L-BFGS, 3000 iterations, weight decay 1e-6, which cross-validation inside the training parts of
  the random split chooses (`table_2_weight_decay.py`).
* Split: "random" puts neighbors in time, 8 fs apart, on both sides. `table_2_all.py` has a split by blocks too, and
  training on forces.
* aenet: the same structures, functions and widths, one run a cell (`table_2_aenet.py`), recorded. Seconds of both are
  of one core, in which ours include the features.
* Noise: the labels carry an egg-box error, far below all errors here (`gold_clusters.NOISE_FLOOR_EV2`).
* Units: eV^2, and Ry^2 beside the paper's numbers, because the "eV" that the paper prints is very probably Ry^2: its
  total energies are in Ry. Its network is below aenet in all 18 cells, its errors are above all means here, whether
  read as Ry^2 or as eV^2; its data, which may be noisier and more varied, are not public. Its aenet errors of Au3 with
  30t-30t are ten times those of 15t-15t: probably a misprint.
"""

import time

import numpy as np
from ase.units import Ry

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_output import describe, draw
from atomzoo.reproductions.barch_tubman_2017._shared.table_2_paper import NETWORKS, SIZES, beside_paper
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import recorded_rows, redraw_results, results_folder, write_results

WEIGHT_DECAY = 1e-6
ITERATIONS = {False: 3000, True: 1000}  # without and with forces
QUICK_ITERATIONS = 20
# Per (eV/A)^2 against the squared error of energies per atom in eV^2: as the noise of the two labels is to each other.
FORCE_WEIGHT = 1e-3


def run(seeds=None, quick=False, output=None):
    """Trains all networks, prints the table, and writes table_2.csv, .md, .png and table_2_paper.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show in a minute that it runs: Au3, one network, one seed, few iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file, for a quick run none.
    """
    folder = results_folder("barch-tubman-2017", output, quick)
    partial = folder / "table_2.partial.jsonl"
    start = time.time()
    rows = run_jobs(train_one, jobs(seeds, quick), partial, "Training networks", in_words)
    text = describe(rows, quick, time.time() - start)
    write_results(folder, "table_2", rows, text, {"": draw(rows, quick)}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes table_2.md and .png anew from the recorded table_2.csv in a folder (`Path`)."""
    rows = recorded_rows(folder, "table_2")
    redraw_results(folder, "table_2", describe(rows, False, 0.0), {"": draw(rows, False)}, beside_paper(rows))


def jobs(seeds, quick, splits=("random",), labels=(False,)):
    """One job for each cluster, network, split, kind of labels (with forces or not) and seed, the short ones first."""
    sizes, networks = (SIZES[:1], list(NETWORKS)[:1]) if quick else (SIZES, list(NETWORKS))
    return [
        {
            "atoms": n_atoms,
            "split": split,
            "network": network,
            "forces": forces,
            "seed": seed,
            "weight_decay": WEIGHT_DECAY,
            "iterations": QUICK_ITERATIONS if quick else ITERATIONS[forces],
        }
        for forces in labels
        for n_atoms in sizes
        for network in networks
        for split in splits
        for seed in range(seeds or (1 if quick else 3))
    ]


def in_words(row):
    """A line that says what a training reached, from its row (dict)."""
    train, validation = (1e6 * row[name] for name in ("train_mse_eV2", "validation_mse_eV2"))
    errors = f"MSE in 1e-6 eV^2: training {train:.3g}, validation {validation:.3g}"
    return f"Au{row['atoms']} {row['network']}, seed {row['seed']}: {errors}; {row['train_seconds']:.0f} s"


def train_one(atoms, split, network, forces, seed, weight_decay, iterations):
    """Trains one network and measures its errors.

    Returns:
        Dict of `train_mse_eV2`, `validation_mse_eV2` (total energies; also in Ry^2), `validation_force_rmse_eV_per_A`
        (per component), `train_seconds` and `train_cpu_seconds` (feature evaluation and training).
    """
    train, validation = gold_clusters.load_data(atoms, split)
    start, cpu = time.perf_counter(), time.process_time()
    potential = trained(train, network, seed, iterations, weight_decay, FORCE_WEIGHT if forces else None)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    train_mse, _ = errors(potential, train)
    validation_mse, force_rmse = errors(potential, validation)
    return {
        "train_mse_eV2": train_mse,
        "validation_mse_eV2": validation_mse,
        "train_mse_Ry2": train_mse / Ry**2,
        "validation_mse_Ry2": validation_mse / Ry**2,
        "validation_force_rmse_eV_per_A": force_rmse,
        "train_structures": len(train),
        "validation_structures": len(validation),
        "train_seconds": round(seconds, 1),
        "train_cpu_seconds": round(cpu, 1),
    }


def trained(structures, network, seed, iterations, weight_decay, force_weight=None):
    """A potential of one of `NETWORKS`, trained on structures; on their forces if these have a weight."""
    from atomzoo import NeuralNetworkPotential, fit, load_function_set  # here: only the worker processes load Keras
    from atomzoo.models.training.losses import relative_weights

    functions = load_function_set("barch-tubman-2017", ["Au"])
    potential = NeuralNetworkPotential.from_functions(["Au"], functions, NETWORKS[network], seed=seed, dtype="float64")
    potential.adapt(structures)
    options = {"optimizer": "lbfgs", "epochs": iterations, "weight_decay": weight_decay}
    if force_weight is not None:
        options |= relative_weights(float(potential.atom_sum.scale), structures, {"forces": force_weight})
        options["forces"] = "exact"
    fit(potential, structures, **options)
    return potential


def errors(potential, structures):
    """Mean squared error of total energies in eV^2, and root mean squared error of force components in eV/A."""
    results = potential.evaluate_atoms(structures)
    pairs = list(zip(results, structures, strict=True))
    energies = [result["energy"] - atoms.get_potential_energy() for result, atoms in pairs]
    forces = [result["forces"] - atoms.get_forces() for result, atoms in pairs]
    return float(np.mean(np.square(energies))), float(np.sqrt(np.mean(np.square(np.concatenate(forces)))))

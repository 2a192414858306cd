"""aenet and atomzoo trained on the same structures, functions and widths, side by side."""

import time
from dataclasses import dataclass

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas

from atomzoo import NeuralNetworkPotential, fit
from atomzoo.datasets.arrays.labels import find_label
from atomzoo.models.potential.prediction_errors import prediction_errors
from atomzoo.reproductions.baselines.aenet import train_aenet

WEIGHT_DECAY = 1e-6
FACTORS = {"energy": ("meV_per_atom", 1e3), "forces": ("eV_per_A", 1.0)}


@dataclass(frozen=True)
class Trained:
    """One program's training.

    Attributes:
        program: its name, with its version where it is not ours.
        labels: what it was trained on.
        results: dict of the lists of results of the "train" and "validation" structures, dicts of "energy" (eV) and
            "forces" (eV/A).
        seconds, cpu_seconds: of the training.
    """

    program: str
    labels: str
    results: dict
    seconds: float
    cpu_seconds: float


def trained_aenet(parts, functions, folder, hidden, iterations):
    """aenet, trained on energies by L-BFGS-B; see `train_aenet`.

    Args:
        parts: dict of the lists "train" and "validation" of `ase.Atoms`.
    """
    run = train_aenet(*parts.values(), functions, folder, hidden, iterations=iterations)
    results = {
        part: [{"energy": found.energy, "forces": found.forces} for found in predictions]
        for part, predictions in run.predictions.items()
    }
    return Trained(run.version, "energies", results, run.seconds, run.cpu_seconds)


def trained_atomzoo(parts, functions, elements, hidden, epochs, seed, forces=False):
    """Our network of the same functions and widths, trained by L-BFGS on energies, or on energies and forces.

    Returns:
        `(Trained, potential)`.
    """
    start, cpu = time.perf_counter(), time.process_time()
    potential = NeuralNetworkPotential.from_functions(elements, functions, hidden, seed=seed, dtype="float64")
    options = {"optimizer": "lbfgs", "epochs": epochs, "weight_decay": WEIGHT_DECAY}
    fit(potential, parts["train"], forces="exact" if forces else None, **options)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    results = {part: potential.evaluate_atoms(structures) for part, structures in parts.items()}
    return Trained("atomzoo", f"energies{', forces' * forces}", results, seconds, cpu), potential


def all_have_forces(parts):
    """Whether all structures have forces as labels."""
    return all(find_label(atoms, "forces") is not None for structures in parts.values() for atoms in structures)


def table(parts, runs):
    """Errors of each program: `pandas.DataFrame`, one row a program and part.

    Columns are `program`, `labels` (it was trained on), `part`, `structures`, `energy_mae_meV_per_atom`,
    `energy_rmse_meV_per_atom`, `forces_mae_eV_per_A`, `forces_rmse_eV_per_A` (where there are labels), `train_seconds`
    and `train_cpu_seconds`.
    """
    rows = []
    for run in runs:
        for part, structures in parts.items():
            row = {"program": run.program, "labels": run.labels, "part": part, "structures": len(structures)}
            found = prediction_errors(structures, run.results[part])
            for name in FACTORS.keys() & found.keys():
                unit, factor = FACTORS[name]
                row |= {f"{name}_{kind}_{unit}": factor * getattr(found[name], kind) for kind in ("mae", "rmse")}
            rows.append(row | {"train_seconds": run.seconds, "train_cpu_seconds": run.cpu_seconds})
    return pandas.DataFrame(rows)


def draw(parts, runs):
    """The figure: errors of the energies of the validation structures over their energies, eV/atom."""
    figure, axis = plt.subplots(figsize=(7, 4.5), layout="constrained")
    structures = parts["validation"]
    labels = [find_label(atoms, "energy") / len(atoms) for atoms in structures]
    for run, marker in zip(runs, "sox", strict=False):
        errors = [
            1e3 * (result["energy"] / len(atoms) - label)
            for atoms, label, result in zip(structures, labels, run.results["validation"], strict=True)
        ]
        axis.plot(labels, errors, marker, ms=4, alpha=0.7, label=f"{run.program}: {run.labels}")
    axis.axhline(0.0, color="gray", lw=1)
    axis.set_xlabel("energy of the data (eV/atom)")
    axis.set_ylabel("predicted minus this (meV/atom)")
    axis.set_title(f"{len(structures)} validation structures")
    axis.legend(fontsize=8)
    return figure

"""Silicon: errors of energies, forces and stresses against DFT, of all structures and phase by phase.

J. Behler and M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007), train on 8200 energies of 64 atoms (LDA) and find root
mean squared errors of 4 to 5 meV per atom there, 5 to 6 for 800 others, and about 0.2 eV/Å of forces.

* Data: `datasets.silicon`, whose README says how it was made: LDA as in the paper, but many small cells in place of few
  large ones, twelve crystal phases up to 60 GPa, melts and glasses. A tenth is the test set, which chooses nothing.
* Network: the paper's, 48 functions (`behler-parrinello-2007`) and two layers of 40 tanh nodes.
* "energies": trained on energies, as in the paper. "energies, forces, stress": on all three.
* Training: L-BFGS on all structures at once; a tenth of the training part is held out, and chooses the iteration and
  the seed that is kept, `si-lda` of the zoo.
* Errors are root mean squares: of energies per atom, and of components of forces and stresses.
* Result (results/accuracy.md, 3 seeds): forces 0.131 +- 0.027 eV/Å, below the paper's 0.2; energies 18.6 +- 1.6
  meV/atom, three times the paper's: from 6 in beta-tin and bcc to 33 in the liquid, of which there are 181 structures
  to train on. Of that 3 to 20 meV/atom are the labels' own, of k-points that are converged in a part of the crystals.
"""

import shutil
import time
from pathlib import Path

from atomzoo.datasets import silicon
from atomzoo.reproductions import report
from atomzoo.reproductions.jobs import run_jobs

FUNCTIONS, HIDDEN = "behler-parrinello-2007", (40, 40)
BEST = "energies, forces, stress"
NETWORKS = {"energies": {"forces": False, "stress": False}, BEST: {"forces": True, "stress": True}}
ITERATIONS, PATIENCE = 3000, 300
QUICK_ITERATIONS, QUICK_EACH = 5, 20


def run(seeds=None, quick=False, output=None):
    """Trains the networks, prints the tables, and writes accuracy.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: one seed, few structures and iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file. The potential that is kept is
            written there too (si_lda.keras), but not by default: it is in the zoo.
    """
    from atomzoo.reproductions.behler_parrinello_2007._accuracy_output import beside_paper, figure, markdown

    folder = report.results_folder("behler-parrinello-2007", output, quick)
    partial = folder / "accuracy.partial"
    partial.mkdir(exist_ok=True)
    start = time.time()
    changes = {"iterations": QUICK_ITERATIONS if quick else ITERATIONS, "each": QUICK_EACH if quick else 1}
    jobs = [
        {"network": network, "seed": seed, **labels, **changes, "folder": str(partial)}
        for seed in range(seeds or (1 if quick else 3))
        for network, labels in NETWORKS.items()
    ]
    rows = run_jobs(train_and_measure, jobs, partial / "rows.jsonl", "Training networks")
    seed = best_seed(rows)
    if output is not None:
        report.copy_file(partial / f"{BEST}-{seed}.keras", folder / "si_lda.keras")
    rows = rows.drop(columns=["folder", "version", "each"]).explode(MEASURED, ignore_index=True)
    rows = rows.astype(dict.fromkeys(ERRORS, float))
    text = markdown(rows, seed, quick, time.time() - start)
    report.write_results(folder, "accuracy", rows, text, {"": figure(rows)}, beside_paper(rows))
    shutil.rmtree(partial)


def redraw(folder):
    """Writes accuracy.md and .png anew from the recorded csv in a folder (`Path`)."""
    from atomzoo.reproductions.behler_parrinello_2007._accuracy_output import beside_paper, figure, markdown

    rows = report.recorded_rows(folder, "accuracy")
    text = markdown(rows, best_seed(rows), False, 0.0)
    report.redraw_results(folder, "accuracy", text, {"": figure(rows)}, beside_paper(rows))


ERRORS = ("energy_meV_per_atom", "forces_eV_per_A", "stress_GPa")
MEASURED = ["part", "structures", *ERRORS]


def train_and_measure(network, seed, forces, stress, iterations, each, folder):
    """Trains one potential, measures it, and saves it as `folder`/`network`-`seed`.keras.

    Args:
        network: Its name.
        seed: Of the initial weights and the structures that are held out.
        forces, stress: Whether they are fitted.
        iterations: Of L-BFGS, at most.
        each: Every so many structures are taken.
        folder: Path.

    Returns:
        Dict of `val_loss`, the smallest; `done`, the iterations that were done; train_seconds; and the lists
        `MEASURED`, with an entry for "train", "validation", "test" and each phase of the test set.
    """
    from atomzoo import train_potential  # here: only the worker processes load Keras

    structures, test = (silicon.load_data(split)[::each] for split in ("train", "test"))
    start = time.perf_counter()
    fitted = {"forces": forces, "stress": stress, "optimizer": "lbfgs", "epochs": iterations, "patience": PATIENCE}
    file = Path(folder) / f"{network}-{seed}.keras"
    training = train_potential(structures, FUNCTIONS, HIDDEN, seed=seed, output=file, **fitted)
    seconds = round(time.perf_counter() - start, 1)
    parts = {"train": training.train, "validation": training.validation, "test": test}
    for phase in sorted({atoms.info["phase"] for atoms in test}):
        parts[phase] = [atoms for atoms in test if atoms.info["phase"] == phase]
    errors = [errors_of(training.potential, part) for part in parts.values()]
    losses = training.history["val_loss"]
    measured = {"part": list(parts), "structures": [len(part) for part in parts.values()]}
    measured |= {name: list(values) for name, values in zip(ERRORS, zip(*errors, strict=True), strict=True)}
    return {"val_loss": min(losses), "done": len(losses), "train_seconds": seconds, **measured}


def errors_of(potential, structures):
    """Root mean squared errors: of energies (meV per atom), forces (eV/Å) and stresses (GPa)."""
    from ase.units import GPa

    from atomzoo import prediction_errors

    found = prediction_errors(structures, potential.evaluate_atoms(structures))
    return 1e3 * found["energy"].rmse, found["forces"].rmse, found["stress"].rmse / GPa


def best_seed(rows):
    """The seed of `BEST` with the smallest validation loss."""
    of_best = rows[rows["network"] == BEST]
    return int(of_best.loc[of_best["val_loss"].idxmin(), "seed"])

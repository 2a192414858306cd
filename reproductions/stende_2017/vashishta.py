"""Silica after Vashishta: errors and elastic constants of networks for two elements.

Section 8.3 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017), which trains silicon and oxygen on data of the potential of P. Vashishta et al., Phys. Rev. B
41, 12197 (1990), and says that it needs more work; no number of it is known. Ours are in vashishta.md, reported as for
silicon.

* Data: `empirical.silica_data`: quartz, cristobalite, melts, a quench, and cells with two atoms too close; energies,
  forces and stress.
* Network: 33 symmetry functions for Si and 34 for O: radial ones of Si and of O within 5.5 A, angular ones of O-Si-O
  and Si-O-Si within 2.6 A, as the potential has them; two layers of 30 tanh nodes; full-batch L-BFGS. The one of the
  seeds with the least validation error is `sio2-vashishta` of the zoo.
* Elastic constants: those of alpha-quartz at zero stress, positions relaxed.
* Result (vashishta.md, 2 seeds): test errors of crystals 1.9 meV/atom and 62 meV/A; the bulk modulus is 8 % too small,
  C33 and C44 by a quarter. In the melt one seed is off by 3 eV/A, the other by 0.4: symmetry functions of some frames
  leave their range in the training data, as `find_extrapolations` says. As in the thesis, it needs more work.
"""

import shutil
import time

from atomzoo.reproductions import report
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.stende_2017._shared import potentials

NETWORK = {
    "network": "30-30",
    "function_set": "silica",
    "hidden": (30, 30),
    "activation": "tanh",
    "scaling": "min-max",
    "stress_weight": 1.0,
    "sources": ("crystal", "strained", "liquid", "quench", "close"),
}
ITERATIONS, QUICK_ITERATIONS = 2000, 20


def run(seeds=None, quick=False, output=None):
    """Trains the networks, prints the table, and writes vashishta.csv, .md, .png and vashishta_paper.csv.

    Args:
        seeds: Number of seeds, 2 by default.
        quick: Whether to show that it runs: one seed, few iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file. The potential that is kept is
            written there too (silica.keras), but not by default: it is in the zoo.
    """
    from atomzoo.reproductions.stende_2017._shared.crystal_output import figure, silica_text
    from atomzoo.reproductions.stende_2017._shared.crystal_paper import beside_paper_of_silica

    folder = report.results_folder("stende-2017", output, quick)
    partial = folder / "silica.partial"
    partial.mkdir(exist_ok=True)
    start = time.time()
    iterations = QUICK_ITERATIONS if quick else ITERATIONS
    jobs = [
        {"material": "silica", **NETWORK, "iterations": iterations, "seed": seed, "folder": str(partial)}
        for seed in range(seeds or (1 if quick else 2))
    ]
    rows = run_jobs(potentials.train_and_measure, jobs, partial / "rows.jsonl", "Training networks")
    seed, path = potentials.best(rows, "silica", NETWORK["network"], partial)
    reference = potentials.crystal_properties("silica", potentials.ENGINES["silica"]().relax)
    text = silica_text(rows, reference, seed, quick, time.time() - start)
    rows = rows.drop(columns=["folder", "version"])
    report.write_results(folder, "vashishta", rows, text, {"": figure(path, "silica")}, beside_paper_of_silica(rows))
    if output is not None:
        report.copy_file(path, folder / "silica.keras")
    shutil.rmtree(partial)


def redraw(folder):
    """Writes vashishta.md anew from the recorded csv in a folder (`Path`); the figure stays as it is."""
    from atomzoo.reproductions.stende_2017._shared.crystal_output import silica_text
    from atomzoo.reproductions.stende_2017._shared.crystal_paper import beside_paper_of_silica

    rows = report.recorded_rows(folder, "vashishta")
    seed, _ = potentials.best(rows, "silica", NETWORK["network"], folder)
    reference = potentials.crystal_properties("silica", potentials.ENGINES["silica"]().relax)
    text = silica_text(rows, reference, seed, False, 0.0)
    report.redraw_results(folder, "vashishta", text, {}, beside_paper_of_silica(rows))

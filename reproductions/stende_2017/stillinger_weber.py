"""Silicon after Stillinger and Weber: errors and elastic constants of networks.

Section 8.2 of J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis,
University of Oslo (2017). The thesis fits 5922 atomic environments with 24 symmetry functions and one layer of 10
sigmoid nodes: 0.864 meV and 41.2 meV/A on 657 more; bulk modulus 103.0 GPa, shear modulus 53.6 GPa, Poisson's ratio
0.348, where the potential itself has 101.4, 56.4 and 0.335. Ours are in stillinger_weber.md.

* Data: `empirical.silicon_data`, whole structures of molecular dynamics with energies, energies of atoms and forces.
  The thesis's data are not public, and what it says of their temperatures does not fix them: ours reach from 300 to
  1500 K (crystal) and 3000 K (liquid). Test structures are of trajectories of their own.
* "thesis": its 24 functions and 10 sigmoid nodes, trained on crystal and strained cells.
* "short": 31 functions within 3.6 A, where this potential acts, with a cutoff function of smooth second derivatives;
  two layers of 40 tanh nodes, trained on crystal, strained cells, liquid, and cells with a pair of atoms too close.
  (Without the latter a network drove two atoms of a melt at 4000 K into each other.) The seed with the least validation
  error of the first run that was recorded is `si-stillinger-weber` of the zoo, and runs in the other scripts.
* Result (results/stillinger_weber.md, 3 seeds): energies of single atoms of the crystal, which is what the thesis
  fits, 7.7 +- 0.2 meV with the thesis's functions and 0.46 +- 0.04 meV with ours, at up to 1500 K; per atom of whole
  structures 0.73 +- 0.03 and 0.134 meV; forces 37.1 and 4.94 meV/A. Bulk and shear modulus are 1.4 and 0.2 %
  off, with our functions 0.6 and 0.3 %.
* Training: full-batch L-BFGS on energies, energies of atoms and forces at once, with our functions also on stress.
* Shear modulus: C44 with relaxed positions. Poisson's ratio: C12 / (C11 + C12).
"""

import shutil
import time

from atomzoo.reproductions import report
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.stende_2017._shared import potentials

NETWORKS = {
    "thesis": {
        "function_set": "thesis",
        "hidden": (10,),
        "activation": "sigmoid",
        "scaling": "min-max",
        "stress_weight": 0.0,
        "sources": ("crystal", "strained"),
        "iterations": 4000,
    },
    "short": {
        "function_set": "short",
        "hidden": (40, 40),
        "activation": "tanh",
        "scaling": "z-score",
        "stress_weight": 1.0,
        "sources": ("crystal", "strained", "liquid", "quench", "close"),
        "iterations": 5000,
    },
}
BEST = "short"
QUICK_ITERATIONS = 20


def run(seeds=None, quick=False, output=None):
    """Trains the networks, prints the table, and writes stillinger_weber.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: one network and seed, few iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file. The potential that is kept is
            written there too (silicon.keras), but not by default: it is in the zoo.
    """
    from atomzoo.reproductions.stende_2017._shared.crystal_output import figure, silicon_text
    from atomzoo.reproductions.stende_2017._shared.crystal_paper import beside_paper

    folder = report.results_folder("stende-2017", output, quick)
    partial = folder / "silicon.partial"
    partial.mkdir(exist_ok=True)
    start = time.time()
    networks = {BEST: NETWORKS[BEST] | {"iterations": QUICK_ITERATIONS}} if quick else NETWORKS
    jobs = [
        {"material": "silicon", "network": name, **network, "seed": seed, "folder": str(partial)}
        for seed in range(seeds or (1 if quick else 3))
        for name, network in networks.items()
    ]
    rows = run_jobs(potentials.train_and_measure, jobs, partial / "rows.jsonl", "Training networks")
    seed, path = potentials.best(rows, "silicon", BEST, partial)
    reference = potentials.crystal_properties("silicon", potentials.ENGINES["silicon"]().relax)
    text = silicon_text(rows, reference, seed, quick, time.time() - start)
    rows = rows.drop(columns=["folder", "version"])
    figures = {"": figure(path, "silicon")}
    report.write_results(folder, "stillinger_weber", rows, text, figures, beside_paper(rows, reference))
    if output is not None:
        report.copy_file(path, folder / "silicon.keras")
    shutil.rmtree(partial)


def redraw(folder):
    """Writes stillinger_weber.md anew from the recorded csv in a folder (`Path`); the figure stays as it is."""
    from atomzoo.reproductions.stende_2017._shared.crystal_output import silicon_text
    from atomzoo.reproductions.stende_2017._shared.crystal_paper import beside_paper

    rows = report.recorded_rows(folder, "stillinger_weber")
    seed, _ = potentials.best(rows, "silicon", BEST, folder)
    reference = potentials.crystal_properties("silicon", potentials.ENGINES["silicon"]().relax)
    text = silicon_text(rows, reference, seed, False, 0.0)
    report.redraw_results(folder, "stillinger_weber", text, {}, beside_paper(rows, reference))

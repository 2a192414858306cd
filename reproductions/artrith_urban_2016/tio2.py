"""TiO2: two networks beside aenet's, on aenet's own split, structure by structure.

N. Artrith and A. Urban, An implementation of artificial neural-network potentials for atomistic materials simulations:
performance for TiO2, Comput. Mater. Sci. 114, 135 (2016). aenet's energies are those of its published training set001:
15-15 tanh, 44 Chebyshev features, 4885 iterations of L-BFGS (53 512 s on 4 processes): MAE 2.883 and RMSE 5.215
meV/atom on 669 test structures. Ours are in results/tio2.md.

* "15-15 tanh": aenet's layers on 70 symmetry functions. "64-64 silu": our best, the potential `tio2-bulk` of the zoo.
* Training: Adam on the principal components of the features, on energies and on forces along a few random directions
  of each structure (4 or 8 numbers of its 3 n), `fit(forces="projected")`. Features and their rates along these
  directions are evaluated once, which takes 2 to 5 minutes and is not part of the time of a training.
* Validation structures come out of aenet's training part, and choose the epoch, the force weight and the seed that is
  kept. aenet's own training has none, and so 10 % more to train on.
* Energy errors are per atom, force errors per component. aenet's example has no forces.
* Each training has one core; two run at once.
* Result (results/tio2.md, 3 seeds): test MAE 2.30 +- 0.10 and RMSE 3.90 +- 0.29 meV/atom with aenet's layers, in some
  ten minutes; 1.43 +- 0.10 and 2.51 +- 0.07 with our best.
"""

import shutil
import time

import pandas

from atomzoo.reproductions import tio2_data
from atomzoo.reproductions.artrith_urban_2016._paper import beside_paper
from atomzoo.reproductions.artrith_urban_2016._shared import BEST, NETWORKS, by_structure, describe, figure, train_one
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import (
    copy_file,
    recorded_rows,
    redraw_results,
    results_folder,
    write_csv,
    write_results,
)

QUICK_EPOCHS = 3


def run(seeds=None, quick=False, output=None):
    """Trains the networks, prints the tables, and writes tio2.csv, .md, .png, tio2_paper.csv and tio2_structures.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: few structures and epochs, one seed, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file. The best potential is written
            there too (tio2_bulk.keras), but not by default: it is in the zoo.
    """
    folder = results_folder("artrith-urban-2016", output, quick)
    every = tio2_data.QUICK_EVERY if quick else 1
    partial = folder / "tio2.partial"
    partial.mkdir(exist_ok=True)
    start = time.time()
    tio2_data.features(every)  # here, so that no two processes wait for it
    changes = {"every": every, "folder": str(partial)} | ({"epochs": QUICK_EPOCHS} if quick else {})
    jobs = [
        {"network": name, **network, "seed": seed, **changes}
        for seed in range(seeds or (1 if quick else 3))
        for name, network in NETWORKS.items()
    ]
    rows = run_jobs(train_one, jobs, partial / "rows.jsonl", "Training networks")
    best = rows[rows["network"] == BEST]
    seed = best.loc[best["validation_loss"].idxmin(), "seed"]
    structures = by_structure(rows, partial)
    text = describe(rows, structures, every, quick, time.time() - start)
    if output is not None:
        copy_file(partial / f"{BEST} {seed}.keras", folder / "tio2_bulk.keras")
    write_csv(folder / "tio2_structures.csv", structures, "%.6f")
    rows = rows.drop(columns=["folder", "version"])
    write_results(folder, "tio2", rows, text, {"": figure(structures)}, beside_paper(rows, every))
    shutil.rmtree(partial)


def redraw(folder):
    """Writes tio2.md and .png anew from the recorded csv files in a folder (`Path`); needs the data for their sizes."""
    rows, structures = recorded_rows(folder, "tio2"), pandas.read_csv(folder / "tio2_structures.csv")
    text = describe(rows, structures, 1, False, 0.0)
    redraw_results(folder, "tio2", text, {"": figure(structures)}, beside_paper(rows, 1))

"""H3O2- by CCSD(T): minimum and proton transfer of networks, beside those of CCSD(T) itself.

B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks, UCB/EECS-2017-104 (2017), section 6,
name H2O-OH- with several species as their next step.

* Data: `water_hydroxide`, energies by CCSD(T)/aug-cc-pVDZ, forces by PBE0; a tenth, drawn at random, tests.
* "with PBE0": a network is fitted to CCSD(T) minus PBE0, and another to the energies of CCSD(T), with the forces of
  PBE0 and those of the first (`hydroxide.train`). "energies alone": no forces, one network.
* Minimum: relaxed from the training structure of lowest energy. Saddle: relaxed from a structure that half a turn
  changes into itself, and so does all that comes after it; the proton is then half way.
* The truth: both relaxed by CCSD(T), and for comparison by PBE0, with their analytic gradients
  (`studies/relax_water_hydroxide.py`).

Result (results/water_hydroxide.md; data unfinished, 306 training structures): networks with PBE0 are CCSD(T) within
0.0012 A in O-O (0.0027 from seed to seed) and 0.4 meV in the barrier of 20.6 meV, where PBE0 itself is off by 0.08 A
and has no barrier; with 77 structures hardly less. Networks of the energies alone find no minimum that can be trusted.
The test error, 1.6 meV/atom, falls with more structures.
"""

import time

import numpy as np

from atomzoo.datasets import water_hydroxide
from atomzoo.reproductions.barch_tubman_2017._shared import hydroxide
from atomzoo.reproductions.barch_tubman_2017._shared.hydroxide_output import beside_paper, figure, text
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import recorded_rows, redraw_results, results_folder, write_results

NAME = "water_hydroxide"
METHODS = ("with PBE0", "energies alone")
PARTS = (1, 2, 4)  # of the training structures every one, every second, every fourth
LOW = 1.0  # eV above the minimum: of what the test errors are


def run(seeds=None, quick=False, output=None):
    """Trains all networks, relaxes with them, and writes water_hydroxide.csv, .md, .png and water_hydroxide_paper.csv.

    Args:
        seeds: Number of seeds, 5 by default.
        quick: Whether to show that it runs: few structures and iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / f"{NAME}.partial.jsonl"
    rows = run_jobs(train, jobs(seeds, quick), partial, "Training networks")
    write_results(folder, NAME, rows, text(rows, quick, time.time() - start), {"": figure(rows)}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes water_hydroxide.md and .png anew from the recorded csv in a folder (`Path`)."""
    rows = recorded_rows(folder, NAME)
    redraw_results(folder, NAME, text(rows, False, 0.0), {"": figure(rows)}, beside_paper(rows))


def jobs(seeds, quick):
    """One job for each part of the data, method and seed, the long ones first."""
    parts = (8,) if quick else PARTS
    seeds = seeds or (1 if quick else 5)
    return [
        {"method": method, "part": part, "seed": seed, "quick": quick}
        for part in parts
        for method in METHODS
        for seed in range(seeds)
    ]


def train(method, part, seed, quick):
    """Errors of one network, and its minimum and saddle: dict."""
    from atomzoo import relax

    pbe0, coupled = (water_hydroxide.load_data(each)[::part] for each in ("pbe0", "ccsd(t)"))
    options = {"epochs": 20} if quick else {}
    potential = hydroxide.train(pbe0 if method == METHODS[0] else None, coupled, seed, **options)
    lowest = min(coupled, key=lambda atoms: atoms.get_potential_energy())
    minimum, saddle = (relax(start, potential, fmax=1e-4) for start in (lowest, hydroxide.SYMMETRIC))
    return {
        "structures": len(coupled),
        **held_out_errors(potential),
        "minimum_above_meV": 1e3 * (minimum.energy - water_hydroxide.load_stationary()[0].get_potential_energy()),
        **hydroxide.proton_transfer(minimum.atoms, saddle.atoms),
        "converged": minimum.converged and saddle.converged,
    }


def held_out_errors(potential):
    """RMSE of the test structures within 1 eV of the lowest, in meV/atom, and their number."""
    test = water_hydroxide.load_data(split="test")
    energies = np.array([atoms.get_potential_energy() for atoms in test])
    errors = np.array([result["energy"] for result in potential.evaluate_atoms(test)]) - energies
    low = energies < energies.min() + LOW
    rmse = np.sqrt(np.mean(errors[low] ** 2)) / len(test[0])
    return {"test_rmse_meV_per_atom": 1e3 * float(rmse), "test_structures": int(low.sum())}

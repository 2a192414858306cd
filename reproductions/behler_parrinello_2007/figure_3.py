"""Silicon: radial distribution functions of the melt at 3000 K, of the network and of empirical potentials.

Figure 3 of J. Behler and M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007): 64 atoms in a cubic cell of 20.526 Bohr, 20
ps. There the network is very close to DFT, and the potentials of Bazant, Lenosky and Tersoff deviate. Our DFT has not
run dynamics of 64 atoms: the figure compares the potentials with the network.

* Dynamics in LAMMPS, steps of 1 fs at constant volume: the crystal melts at 6000 K within 3 ps, is cooled to 3000 K
  within 2 ps, and equilibrates for 3 ps; then 20 ps, a frame each 20 fs.
* Potentials: the network `si-lda`, made by accuracy.py; the paper's three, and Stillinger and Weber's, from files that
  come with LAMMPS.
* Errors: the deviation of means over seeds, by the spread over seeds. The closest pair is that of all frames.
* Result (results/figure_3.md): all empirical potentials are off the network's function by 0.2 (root mean square); those
  of Bazant and Tersoff have the deep first minimum of a bonded melt.
"""

import time

import numpy as np
from ase.geometry.rdf import get_rdf
from ase.units import Bohr

from atomzoo.datasets.empirical import diamond_silicon
from atomzoo.reproductions import report
from atomzoo.reproductions.behler_parrinello_2007._potentials import TITLES, engine
from atomzoo.reproductions.jobs import run_jobs

LATTICE = 20.526 / 2 * Bohr  # Å; the cell is twice as long
TEMPERATURE, MELTING = 3000.0, 6000.0  # K
STEPS = {"melt": 3000, "cool": 2000, "equilibrate": 3000, "sample": 20_000}
EVERY = 20
LENGTH, BINS = 5.4, 108  # Å; at most half of the cell
POTENTIALS = ("network", *TITLES)


def run(seeds=None, quick=False, output=None):
    """Runs the dynamics, prints the table, and writes figure_3.csv, .md, .png and _paper.csv.

    Args:
        seeds: Number of seeds, 3 by default.
        quick: Whether to show that it runs: one seed, two potentials, few steps, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.reproductions.behler_parrinello_2007._figure_3_output import beside_paper, figure, markdown

    folder = report.results_folder("behler-parrinello-2007", output, quick)
    partial = folder / "figure_3.partial.jsonl"
    start = time.time()
    jobs = [
        {"potential": potential, "seed": seed, "shorter": 100 if quick else 1}
        for seed in range(seeds or (1 if quick else 3))
        for potential in POTENTIALS[: 2 if quick else None]
    ]
    rows = run_jobs(sample, jobs, partial, "Molecular dynamics").explode(["r", "g"], ignore_index=True)
    rows = rows.drop(columns=["shorter", "version"]).astype({"r": float, "g": float})
    text = markdown(rows, quick, time.time() - start)
    report.write_results(folder, "figure_3", rows, text, {"": figure(rows)}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes figure_3.md and .png anew from the recorded csv in a folder (`Path`)."""
    from atomzoo.reproductions.behler_parrinello_2007._figure_3_output import beside_paper, figure, markdown

    rows = report.recorded_rows(folder, "figure_3")
    report.redraw_results(folder, "figure_3", markdown(rows, False, 0.0), {"": figure(rows)}, beside_paper(rows))


def sample(potential, seed, shorter):
    """Melts, equilibrates and samples.

    Returns:
        Dict of distances r (Å) and g, lists; `closest`, the distance of the closest pair (Å); `temperature`, the mean
        (K); `seconds` of the last 20 ps.
    """
    melt, cool, equilibrate, steps = (n // shorter for n in STEPS.values())
    with engine(potential) as lammps:
        atoms = lammps.dynamics(diamond_silicon(2, LATTICE), melt, MELTING, every=melt, seed=seed)[-1]
        atoms = lammps.dynamics(atoms, cool, (MELTING, TEMPERATURE), every=cool)[-1]
        atoms = lammps.dynamics(atoms, equilibrate, TEMPERATURE, every=equilibrate)[-1]
        start = time.perf_counter()
        frames = lammps.dynamics(atoms, steps, TEMPERATURE, every=EVERY)[1:]
        seconds = time.perf_counter() - start
    functions = [get_rdf(atoms, LENGTH, BINS) for atoms in frames]
    closest = min(atoms.get_all_distances(mic=True)[np.triu_indices(len(atoms), 1)].min() for atoms in frames)
    temperature = np.mean([atoms.get_temperature() for atoms in frames])
    numbers = {"closest": closest, "temperature": temperature, "seconds": seconds}
    curves = {"r": functions[0][1], "g": np.mean([g for g, _ in functions], axis=0)}
    return {name: float(value) for name, value in numbers.items()} | {n: list(map(float, v)) for n, v in curves.items()}

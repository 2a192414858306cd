"""Gold clusters of 2, 3 and 4 atoms: energy over the average distance, by networks and DFT, in and beyond the data.

Figure 5 of B. Barch and N. Tubman, Solving for Minimum Energy Structures with Neural Networks,
UCB/EECS-2017-104 (2017).

* Au2: the energy over the distance. Au3: an equilateral triangle, scaled. Au4: a regular tetrahedron, scaled. Each by
  networks trained on the data of that size only.
* Points: the data at their average distance, whatever their shape: those of Au3 and Au4 are no triangles or tetrahedra,
  and need not lie on the curve.
* Shaded: the range of average distances in the data. Dotted: symmetry functions are outside their range in the data,
  also where the average distance is not: a network knows nothing there, which the spread of the seeds shows in part.
* Short distances, where there are no data: a fixed repulsive core (`RepulsiveCore`) acts below 0.7 times the sum of the
  covalent radii, 3.6 Bohr. It is 0 in the data. Dashed: the networks without it. A seed repels below a distance from
  which on towards shorter ones all energies of its curve grow: all do below 3.55 Bohr, and without the core not all do.
* Energies relative to the lowest of the data of that size. Distances in Bohr, as in the paper.
* The paper: the curve of Au2 follows noisy data, that of Au3 bounds the data from below, and the tetrahedron is not the
  minimum. The numbers along its axes are in neither text of it.
* Networks: as in `table_3`, of free clusters, but of data of all energies: every k-th kept frame, 500 at most; the band
  is the spread (smallest to largest) of the seeds.
"""

import time

import ase
import numpy as np
import pandas
from ase.units import Bohr

from atomzoo.datasets import gold_clusters
from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.models.relaxation.isomers import sorted_distances
from atomzoo.reproductions.barch_tubman_2017._shared.figure_5_output import beside_paper, draw, markdown, relative
from atomzoo.reproductions.barch_tubman_2017._shared.free_clusters import freed, is_free
from atomzoo.reproductions.jobs import run_jobs
from atomzoo.reproductions.report import recorded_rows, redraw_results, results_folder, write_results

SHAPES = {2: "distance-2.6", 3: "triangle", 4: "tetrahedron"}
DISTANCES = np.linspace(2.8, 8.5, 115)  # Bohr
ITERATIONS, QUICK_ITERATIONS = 1000, 30
MOST_FRAMES = 500


def run(seeds=None, quick=False, output=None):
    """Trains the networks, and writes figure_5.csv, .md, .png and figure_5_paper.csv.

    Args:
        seeds: Number of seeds, 5 by default.
        quick: Whether to show that it runs: Au2, two seeds, few iterations, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    folder, start = results_folder("barch-tubman-2017", output, quick), time.time()
    partial = folder / "figure_5.partial.jsonl"
    curves = run_jobs(scan, jobs(seeds, quick), partial, "Training networks")
    rows = pandas.concat([_long(curve) for curve in curves.to_dict("records")], ignore_index=True)
    rows, data = relative(rows, {n: points(n) for n in rows["atoms"].unique()})
    text = markdown(rows, data, quick, time.time() - start)
    write_results(folder, "figure_5", rows, text, {"": draw(rows, data, quick)}, beside_paper(rows, data))
    partial.unlink()


def redraw(folder):
    """Writes figure_5.md and .png anew from the recorded figure_5.csv in a folder (`Path`), and from the data."""
    rows = recorded_rows(folder, "figure_5")
    _, data = relative(rows, {n: points(n) for n in rows["atoms"].unique()})
    text = markdown(rows, data, False, 0.0)
    redraw_results(folder, "figure_5", text, {"": draw(rows, data, False)}, beside_paper(rows, data))


def jobs(seeds, quick):
    """One job for each cluster and seed, the long ones first."""
    sizes, iterations = ([2], QUICK_ITERATIONS) if quick else (sorted(SHAPES, reverse=True), ITERATIONS)
    seeds = range(seeds or (2 if quick else 5))
    return [{"atoms": n_atoms, "seed": seed, "iterations": iterations} for n_atoms in sizes for seed in seeds]


def scan(atoms, seed, iterations):
    """Trains one network and evaluates it along the scaled shape.

    Returns:
        Dict of lists, one value a distance: `energies` in eV, the part of the `core` in them, and `extrapolations`, the
        number of values of symmetry functions outside the data.
    """
    from atomzoo.models.potential.cores import zbl_core  # here, so that only the worker processes load Keras
    from atomzoo.models.potential.extrapolation import find_extrapolations
    from atomzoo.reproductions.barch_tubman_2017._shared.loops import TRAIN

    potential = TRAIN(frames(atoms), seed, iterations=iterations, core=zbl_core(["Au"]))
    structures = shapes(atoms)
    results = potential.evaluate_atoms(structures)
    outside = [len(find_extrapolations(potential, s, r["features"])) for s, r in zip(structures, results, strict=True)]
    core = potential.evaluator.core_energy(structures).tolist()
    return {"energies": [result["energy"] for result in results], "core": core, "extrapolations": outside}


def frames(n_atoms):
    """The data of a size: every k-th of the kept free frames, `MOST_FRAMES` at most, without their box."""
    train, validation = gold_clusters.load_data(n_atoms)
    kept = sorted(filter(is_free, [*train, *validation]), key=lambda atoms: atoms.info["step"])
    kept = [freed(atoms) for atoms in kept]
    return kept[:: -(-len(kept) // MOST_FRAMES)]


def shapes(n_atoms):
    """The shape of a size at all distances: list of free `ase.Atoms`."""
    shape = ase.Atoms(f"Au{n_atoms}", gold_isomers(n_atoms)[SHAPES[n_atoms]].positions)
    return [_scaled(shape.copy(), distance * Bohr) for distance in DISTANCES]


def points(n_atoms):
    """The data of a size: `pandas.DataFrame` of the average distance in Bohr and the energy in eV."""
    pairs = [(average_distance(atoms), atoms.get_potential_energy()) for atoms in frames(n_atoms)]
    return pandas.DataFrame(pairs, columns=["distance_Bohr", "energy_eV"])


def average_distance(atoms):
    """Mean of all interatomic distances in Bohr."""
    return float(sorted_distances(atoms).mean() / Bohr)


def _scaled(atoms, distance):
    """All distances of the shape being equal, its average becomes `distance`, in A."""
    middle = atoms.positions.mean(axis=0)
    atoms.positions = middle + (atoms.positions - middle) * distance / (average_distance(atoms) * Bohr)
    return atoms


def _long(row):
    columns = {"distance_Bohr": DISTANCES, "energy_eV": row["energies"], "core_eV": row["core"]}
    columns["extrapolations"] = row["extrapolations"]
    settings = {name: row[name] for name in ("atoms", "seed", "iterations")}
    return pandas.DataFrame({**settings, **columns})

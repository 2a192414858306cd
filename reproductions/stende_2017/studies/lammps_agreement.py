"""The same potential in Keras and in LAMMPS: energies, forces and stress of silicon and silica, on one and two ranks.

J.-A. Stende, Constructing high-dimensional neural network potentials for molecular dynamics, MSc thesis, University of
Oslo (2017), writes the networks that it trains in TensorFlow to text files (section 7.4), which a LAMMPS pair style of
its own reads (section 5.4), and checks that by one curve, the error of a network of one distance in Python and in C++
(figure 8.1, see `lennard_jones.py`). Many-body potentials are not compared in it.

* Potentials: `si-stillinger-weber` and `sio2-vashishta` of the zoo, in float64.
* Structures: the crystal with displacements of 0.1 A, in its own cell and in a triclinic one (strained by up to 5 %),
  and the last frame of 1000 steps of molecular dynamics at 1000 K, run in LAMMPS with the network.
* The Keras side is `evaluate_atoms` with the engine "tensorflow".
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas

from atomzoo.console import track
from atomzoo.reproductions import report
from atomzoo.reproductions.stende_2017._shared import potentials

RANKS = (1, 2)
REPEAT, STEPS, TEMPERATURE = 3, 1000, 1000.0
STRAIN = np.array([[0.05, 0.03, -0.02], [0.0, -0.04, 0.04], [0.0, 0.0, 0.02]])


def run(seeds=None, quick=False, output=None):
    """Compares, prints the table, and writes lammps_agreement.csv and .md.

    Args:
        seeds: Number of seeds of displacements and dynamics, 1 by default; the largest differences count.
        quick: Whether to show that it runs: few steps, marked as such.
        output: `Path` of the folder to write to; by default the paper's `results`.
    """
    folder = report.results_folder("stende-2017", output, quick)
    start = time.time()
    jobs = [(m, ranks, seed) for m in potentials.ELEMENTS for ranks in RANKS for seed in range(seeds or 1)]
    steps = STEPS // (50 if quick else 1)
    rows = pandas.DataFrame([row for job in track(jobs, "Comparing") for row in compare(*job, steps)])
    text = _markdown(rows, quick, time.time() - start)
    report.write_results(folder, "lammps_agreement", rows, text, {})


def compare(material, ranks, seed, steps):
    """Largest differences of Keras and LAMMPS for each structure: list of dicts."""
    from atomzoo.datasets.engines.lammps import Lammps
    from atomzoo.models.formats.lammps import pair_commands, write_lammps

    potential = potentials.published(material)
    elements = potential.elements
    with tempfile.TemporaryDirectory() as name:
        network = Path(name) / "model.nn"
        write_lammps(potential, network)
        engine = Lammps(pair_commands(network, elements), elements, ranks)
        crystals = _crystals(material, seed)
        frames = engine.dynamics(crystals["crystal"], steps, TEMPERATURE, every=steps, seed=seed)
        labelled = [*engine.label(list(crystals.values())), frames[-1]]
    names = [*crystals, f"after {steps} steps"]
    return [
        {"material": material, "ranks": ranks, "seed": seed, "structure": name, "atoms": len(atoms), **found}
        for name, atoms in zip(names, labelled, strict=True)
        for found in [_differences(atoms, potential.evaluate_atoms(atoms, engine="tensorflow"))]
    ]


def _crystals(material, seed):
    crystal = potentials.CRYSTALS[material](REPEAT)
    crystal.rattle(0.1, seed=seed)
    triclinic = crystal.copy()
    triclinic.set_cell(crystal.cell.array @ (np.eye(3) + STRAIN), scale_atoms=True)
    return {"crystal": crystal, "triclinic": triclinic}


def _differences(atoms, keras):
    return {
        "energy_relative": abs(keras["energy"] / atoms.get_potential_energy() - 1),
        "forces_eV_per_A": np.abs(keras["forces"] - atoms.get_forces()).max(),
        "stress_eV_per_A3": np.abs(keras["stress"] - atoms.get_stress(voigt=False)).max(),
        "largest_force_eV_per_A": np.abs(atoms.get_forces()).max(),
    }


def _markdown(rows, quick, seconds):
    cases = rows.drop(columns="seed").groupby(["material", "structure", "atoms", "ranks"], sort=False).max()
    cells = [[*case, *(f"{value:.1e}" for value in largest)] for case, largest in cases.iterrows()]
    header = ["material", "structure", "atoms", "ranks", "energy, relative", "forces, eV/Å", "stress, eV/Å³"]
    parts = [
        "# The same potential in Keras and in LAMMPS: largest differences\n",
        *([report.QUICK] if quick else []),
        report.markdown_table([*header, "largest force, eV/Å"], cells),
        report.footer("stende-2017/lammps-agreement", seconds),
    ]
    return "\n".join(parts)

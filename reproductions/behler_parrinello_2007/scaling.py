"""Silicon: how much faster than DFT the network is, and how its cost grows with the number of atoms.

J. Behler and M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007): for 64 atoms about five orders of magnitude faster than
DFT, and linear in the number of atoms.

* Network: `si-lda` in LAMMPS, steps of molecular dynamics of the melt, from 64 atoms (figure_3.py's cell) to 1 000 000.
* DFT: energy and forces of the same 64 atoms by pw.x from scratch, with the settings of the data, but 3 x 3 x 3
  k-points, as the paper's data have.
* Times are those of one processor core.
"""

import re
import resource
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from atomzoo.datasets import silicon
from atomzoo.datasets.empirical import diamond_silicon
from atomzoo.datasets.engines import lammps_files
from atomzoo.datasets.engines.lammps import run_lammps
from atomzoo.reproductions import report
from atomzoo.reproductions.behler_parrinello_2007._potentials import engine
from atomzoo.reproductions.behler_parrinello_2007.figure_3 import LATTICE, MELTING
from atomzoo.reproductions.jobs import run_jobs

STEPS = {1: 2000, 2: 300, 4: 40, 8: 8, 16: 3, 25: 3}  # by copies of the cell along each edge
DIVISIONS = (3, 3, 3)
SCRIPT = """\
{pair}
units metal
read_data melt.data
replicate {copies} {copies} {copies}
{coefficients}
mass 1 28.0855
velocity all create 3000 1 loop geom
fix 1 all nve
timestep 0.001
run {steps}
"""


def run(seeds=None, quick=False, output=None):
    """Measures, prints the table, and writes scaling.csv, .md, .png and _paper.csv.

    Args:
        seeds: not used: nothing is random but the melt, which is always the same.
        quick: Whether to show that it runs: two sizes, DFT with one k-point and few waves, marked as such.
        output: `Path` of the folder to write to; by default `results` beside this file.
    """
    from atomzoo.reproductions.behler_parrinello_2007._scaling_output import beside_paper, figure, markdown

    folder = report.results_folder("behler-parrinello-2007", output, quick)
    partial = folder / "scaling.partial.jsonl"
    start = time.time()
    jobs = [{"copies": copies, "quick": quick} for copies in list(STEPS)[: 2 if quick else None]]
    if shutil.which("pw.x"):
        jobs.insert(0, {"copies": 0, "quick": quick})  # of the crystal, and not of the network
    rows = run_jobs(measured, jobs, partial, "Measuring").drop(columns=["copies", "quick", "version"])
    text = markdown(rows, quick, time.time() - start)
    report.write_results(folder, "scaling", rows, text, {"": figure(rows)}, beside_paper(rows))
    partial.unlink()


def redraw(folder):
    """Writes scaling.md and .png anew from the recorded csv in a folder (`Path`)."""
    from atomzoo.reproductions.behler_parrinello_2007._scaling_output import beside_paper, figure, markdown

    rows = report.recorded_rows(folder, "scaling")
    report.redraw_results(folder, "scaling", markdown(rows, False, 0.0), {"": figure(rows)}, beside_paper(rows))


def measured(copies, quick):
    """The cost of one calculation of energy and forces.

    Args:
        copies: of the cell of 64 atoms along each edge, by the network; 0 for DFT of one cell.
        quick: whether it may be a bad one.

    Returns:
        Dict of `method`, `atoms`, and `seconds` of the processor.
    """
    with engine("network") as lammps:
        atoms = lammps.dynamics(diamond_silicon(2, LATTICE), 300 if quick else 3000, MELTING, every=300)[-1]
        if copies:
            return network_seconds(lammps.pair, atoms, copies, 2 if quick else STEPS[copies])
    before = _seconds_of_programs()
    changes = {"kpoints": (1, 1, 1), "wavefunction_cutoff": 8.0, "density_cutoff": 32.0} if quick else {}
    silicon.reference_engine(**{"kpoints": DIVISIONS, "stress": False} | changes).single_point(atoms)
    return {"method": "DFT", "atoms": len(atoms), "seconds": _seconds_of_programs() - before}


def network_seconds(pair, atoms, copies, steps):
    """The row of some steps of dynamics in LAMMPS, of a cell repeated so many times along each edge."""
    plugin, *coefficients = pair
    script = SCRIPT.format(pair=plugin, coefficients="\n".join(coefficients), copies=copies, steps=steps)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "melt.data").write_text(lammps_files.data_text(atoms, ["Si"]))
        (Path(folder) / "in.lammps").write_text(script)
        text = run_lammps(folder)
    seconds, n_atoms = re.search(r"Loop time of (\S+) on 1 procs for \d+ steps with (\d+) atoms", text).groups()
    share = float(re.search(r"([\d.]+)% CPU use", text)[1]) / 100
    return {"method": "network", "atoms": int(n_atoms), "seconds": float(seconds) * share / steps}


def exponent(rows):
    """The power of the number of atoms with which the network's cost grows, from the second size on."""
    found = rows[rows["method"] == "network"].sort_values("atoms")[1:]
    return float(np.polyfit(np.log(found["atoms"]), np.log(found["seconds"]), 1)[0]) if len(found) > 1 else float("nan")


def ratio(rows):
    """How many times longer DFT takes than the network, of 64 atoms; NaN without DFT."""
    seconds = rows[rows["atoms"] == 64].set_index("method")["seconds"]
    return float(seconds["DFT"] / seconds["network"]) if "DFT" in seconds else float("nan")


def _seconds_of_programs():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""Time of `pair_style nn/manybody` in LAMMPS: `python -m benchmarks.lammps_plugin`.

The full run takes some minutes and writes `benchmarks/results/lammps_plugin.csv` and `.md`; `--quick` measures the
smallest case only and writes nothing.
"""

import argparse
import re
import tempfile
from pathlib import Path

import numpy as np
from ase.data import atomic_masses, atomic_numbers

from atomzoo.datasets.engines import lammps_files
from atomzoo.datasets.engines.lammps import run_lammps
from atomzoo.models.formats.lammps import pair_commands, write_lammps
from benchmarks.report import write
from benchmarks.silicon import distorted_silicon, silicon_potential

COLUMNS = (
    "functions",
    "atoms",
    "ranks",
    "steps",
    "atom-steps/s",
    "CPU use (%)",
    "us/atom",
    "ghosts/atom",
    "bytes/atom",
)
NOTES = """\
Molecular dynamics (NVE, 0.5 fs, 300 K) of distorted diamond silicon in LAMMPS, neighbor lists (skin 2 A) included. A
potential of 8 G2 and 24 G5 or G4 (eta 0.01 to 0.1, zeta 1, 2, 4), Rc 6 A, and a network 32-30-30-1 with tanh, float64.
Each row is the fastest of three runs, by the clock. Where LAMMPS had less than 100 % of its cores, other programs were
running, and an idle machine is faster. us/atom: processor time for a step of one atom. Ghosts are the images and
neighbors that a rank holds of others' atoms, bytes what LAMMPS allocates, neighbor lists included: with many atoms a
rank both are constant, so that N ranks hold N times as many atoms."""
SCRIPT = """\
units metal
read_data a.data
replicate {copies} {copies} {copies}
{pair}
{masses}
velocity all create 300 1 loop geom
fix 1 all nve
timestep 0.0005
thermo {steps}
run {steps}
"""


def measurements(folder, quick):
    """The rows of the table, one by one, as they are measured."""
    cases = {"G5": [(1, 1, 400)], "G4": []}
    if not quick:
        cases["G5"] += [(1, 2, 400), (2, 1, 100), (4, 1, 20), (4, 2, 20), (10, 1, 2), (10, 2, 2)]
        cases["G4"] += [(1, 1, 20), (1, 2, 20)]
    for kind, runs in cases.items():
        lines = prepare(folder, *gentle_silicon(kind)) if runs else {}
        for copies, ranks, steps in runs:
            repeated = [(kind, *measure(folder, lines, copies, ranks, steps)) for _ in range(1 if quick else 3)]
            yield max(repeated, key=lambda row: row[4])


def gentle_silicon(kind):
    """512 atoms, and a potential with small forces: its network is not trained."""
    atoms, potential = distorted_silicon(4), silicon_potential(kind, 6.0, dtype="float64")
    features = potential.evaluate_atoms(atoms)["features"]
    potential.feature_scaling.adapt(features, np.zeros(len(atoms), dtype="int32"))
    potential.atom_sum.scale.assign(0.01)
    return atoms, potential


def prepare(folder, atoms, potential):
    """Writes data file and network; the input lines `pair` and `masses`, a dict."""
    write_lammps(potential, folder / "potential.nn")
    (folder / "a.data").write_text(lammps_files.data_text(atoms, potential.elements))
    masses = [f"mass {k} {atomic_masses[atomic_numbers[e]]}" for k, e in enumerate(potential.elements, 1)]
    pair = pair_commands(folder / "potential.nn", potential.elements)
    return {"pair": "\n".join(pair), "masses": "\n".join(masses)}


def measure(folder, lines, copies, ranks, steps):
    """One run: a row of the table, but for the functions."""
    script = SCRIPT.format(copies=copies, steps=steps, **lines)
    (folder / "in.lammps").write_text(script)
    text = run_lammps(folder, ranks)
    seconds, atoms = re.search(r"Loop time of (\S+) on \d+ procs for \d+ steps with (\d+) atoms", text).groups()
    share = float(re.search(r"([\d.]+)% CPU use", text)[1]) / 100
    ghosts = float(re.search(r"Nghost: +([\d.]+) ave", text)[1]) * ranks / int(atoms)
    megabytes = float(re.search(r"Per MPI rank memory allocation .* = [\d.]+ \| ([\d.]+)", text)[1]) * ranks
    rate = int(atoms) * steps / float(seconds)
    speed = round(rate), round(100 * share), round(1e6 * ranks * share / rate, 2)
    return int(atoms), ranks, steps, *speed, round(ghosts, 2), round(2**20 * megabytes / int(atoms))


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lammps_plugin", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the smallest case only; writes nothing")
    quick = parser.parse_args().quick
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for row in measurements(Path(folder), quick):
            print(*(f"{name}: {value}" for name, value in zip(COLUMNS, row, strict=True)), sep=", ", flush=True)
            rows.append(row)
    if not quick:
        write("lammps_plugin", "Speed of the LAMMPS plugin", NOTES, COLUMNS, rows)


if __name__ == "__main__":
    main()

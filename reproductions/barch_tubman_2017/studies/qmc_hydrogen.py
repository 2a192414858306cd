"""Dense hydrogen drawn and labelled by a network of quantum Monte Carlo: the data of `atomzoo.datasets.qmc_hydrogen`.

So B. Barch and N. Tubman made their sets (UCB/EECS-2017-104, 2017), with a network of their own. This one is public, in
n2p2's format, and not embedded.

    python -m atomzoo.reproductions.barch_tubman_2017.studies.qmc_hydrogen NETWORK -o sampled

runs it in LAMMPS and writes a file for each trajectory, then the embedded ones (sampled/set1.npz ...), and prints the
table in the data's README. A trajectory that is there is not run again.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.engines import Lammps
from atomzoo.datasets.engines.jobs import completed
from atomzoo.datasets.io.packed import read_packed, write_packed

N_FRAMES = 375  # of each of the eight trajectories of a set
TIME_STEP = 0.5  # fs
EVERY, EQUILIBRATION = 40, 1000  # steps
FORCE_UNIT = 0.02  # eV/A: rounding costs 0.006 eV/A
POSITION_UNITS = 1024  # in the edge of a cell: positions are rounded to multiples before they are labelled


def trajectory(network, set, number, path, n_frames=N_FRAMES, equilibration=EQUILIBRATION):
    """Draws one trajectory of 54 atoms (NVT) by a network, labels its frames by the network, and writes them packed.

    Args:
        network: folder of n2p2's files.
        set: 1 to 8, see `dense_hydrogen.POINTS`.
        number: of the trajectory: its start and velocities differ from those of others.
        path: the file, see `write_packed`.
        n_frames: number of frames, 20 fs apart.
        equilibration: steps before the first.
    """
    from atomzoo.models.formats.lammps import pair_commands, write_lammps
    from atomzoo.models.formats.n2p2 import read_n2p2

    start, unit = dense_hydrogen.lattice(set, number), dense_hydrogen.cell_length(set) / POSITION_UNITS
    with tempfile.TemporaryDirectory() as folder:
        write_lammps(read_n2p2(network, "Bohr", "Hartree"), Path(folder) / "hydrogen.nn")
        engine = Lammps(pair_commands(Path(folder) / "hydrogen.nn", ["H"]), ["H"])
        options = {"temperature": dense_hydrogen.POINTS[set][1], "time_step": TIME_STEP, "seed": 1 + number}
        start = engine.dynamics(start, equilibration, every=equilibration, **options)[-1]
        frames = engine.dynamics(start, n_frames * EVERY, every=EVERY, **options)[1:]
        for atoms in frames:
            atoms.positions = np.rint(atoms.get_positions(wrap=True) / unit) * unit
        write_packed(path, engine.label(frames), unit, FORCE_UNIT)


def pack(folder, set):
    """Writes the trajectories of a set to one file; a row of the table in the data's README.

    Args:
        folder: `Path` of the files of its trajectories.
        set: 1 to 8.
    """
    trajectories = [read_packed(path) for path in sorted(folder.glob(f"set{set}-*.npz"))]
    structures, path = [atoms for each in trajectories for atoms in each], folder / f"set{set}.npz"
    write_packed(path, structures, dense_hydrogen.cell_length(set) / POSITION_UNITS, FORCE_UNIT)
    energies = np.array([[atoms.get_potential_energy() for atoms in each] for each in trajectories])
    energies /= dense_hydrogen.N_ATOMS
    before, after = (energies[:, part].ravel() for part in (slice(-1), slice(1, None)))
    forces = np.concatenate([atoms.get_forces() for atoms in structures])
    pairs = np.triu_indices(dense_hydrogen.N_ATOMS, 1)
    closest = min(atoms.get_all_distances(mic=True)[pairs].min() for atoms in structures)
    columns = [f"{energies.mean():.4f}", f"{1e3 * energies.std():.1f}", f"{np.corrcoef(before, after)[0, 1]:.2f}"]
    columns += [f"{forces.std():.2f}", f"{np.abs(forces).max():.1f}", f"{closest:.2f}"]
    return " | ".join([str(set), str(len(structures)), *columns, f"{path.stat().st_size / 1e6:.2f}"])


def _path(folder, set, number):
    return folder / f"set{set}-{number}.npz"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", type=Path, help="folder of n2p2's files, in Bohr and Hartree")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder, made if it is not there")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    every = [
        {"network": options.network, "set": each, "number": k, "path": _path(options.output, each, k)}
        for k in range(dense_hydrogen.N_TRAJECTORIES)
        for each in dense_hydrogen.POINTS
    ]
    jobs = [job for job in every if not job["path"].exists()]
    for number, _, error in completed(trajectory, jobs):
        print(f"{jobs[number]['path']}: {error or 'written'}", flush=True)
        if error:
            sys.exit(1)
    for each in dense_hydrogen.POINTS:
        print(f"| {pack(options.output, each)} |")


if __name__ == "__main__":
    main()

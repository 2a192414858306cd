"""Gold clusters: DFT molecular dynamics of Au2 to Au5, the noise of its labels, and the splits of its frames.

python -m atomzoo.datasets.generate gold-clusters --atoms 4 --steps 3000
python -m atomzoo.datasets.generate splits au4.extxyz -o finished
"""

from pathlib import Path

import numpy as np
from ase import units
from scipy.spatial.transform import Rotation

from atomzoo.datasets import gold_clusters
from atomzoo.datasets.engines import ChunkedDynamics
from atomzoo.datasets.generate.shared import count, different_files, read_labelled, run_in_turns
from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.datasets.io.output_files import write_structures
from atomzoo.datasets.splits import add_splits


def add_commands(commands):
    """Adds `gold-clusters`, `gold-noise` and `splits` to the subcommands of a parser."""
    run = commands.add_parser("gold-clusters", help="molecular dynamics; resumes a run that was stopped")
    run.add_argument("--atoms", type=int, nargs="+", required=True, help="sizes, 2 to 5")
    run.add_argument("--steps", type=count, nargs="+", required=True, help="frames in all: one number, or one a size")
    run.add_argument("-o", "--output", default="au{atoms}.extxyz", help="extxyz files (default: %(default)s)")
    run.set_defaults(function=_gold_clusters)
    noise = commands.add_parser("gold-noise", help="the noise of these settings, by moving and turning a rigid cluster")
    noise.add_argument("--atoms", type=int, nargs="+", required=True, help="sizes, 2 to 5")
    noise.set_defaults(function=_gold_noise)
    splits = commands.add_parser("splits", help="add kept, random and block to each frame of finished trajectories")
    splits.add_argument("files", nargs="+", help="extxyz files of gold-clusters")
    splits.add_argument("-o", "--output", required=True, help="folder for the files of the same names")
    splits.set_defaults(function=_splits)


def gold_dynamics(atoms, steps, output):
    """Run molecular dynamics of gold clusters at 1000 K (8 fs a step) until each file has its number of frames.

    The sizes take turns chunk by chunk (the one that has the least part of its frames is next), and so do the isomers
    that a size starts from, so that the data are balanced whenever it is stopped. A killed run resumes where it was.

    Args:
        atoms: list of numbers of atoms, 2 to 5.
        steps: list of numbers of frames, one for each size.
        output: name of the extxyz files, in which `{atoms}` stands for the number of atoms.
    """
    engine = gold_clusters.reference_engine()
    runs = {n: ChunkedDynamics(engine, str(output).replace("{atoms}", str(n)), gold_isomers(n)) for n in atoms}
    run_in_turns(runs, dict(zip(atoms, steps, strict=True)), "Au")


def rigid_energies(engine, atoms, turned=False, n=10):
    """Return the energies (n,), eV, of a cluster moved as a whole at random by up to 1 A, or turned about its middle.

    In free space they would be equal. What moves change is the egg-box error of the density's grid; what turns change
    is that and the interaction with the cluster's periodic images.
    """
    rng, middle, energies = np.random.default_rng(0), atoms.positions.mean(axis=0), []
    for _ in range(n):
        copy = atoms.copy()
        if turned:
            copy.positions = middle + Rotation.random(random_state=rng).apply(copy.positions - middle)
        else:
            copy.positions += rng.uniform(0, 1, size=3)
        energies.append(engine.single_point(copy).get_potential_energy())
    return np.array(energies)


def _gold_clusters(arguments):
    steps = arguments.steps if len(arguments.steps) > 1 else arguments.steps * len(arguments.atoms)
    if len(steps) != len(arguments.atoms):
        raise ValueError(f"--steps takes one number, or one for each of --atoms. Received: {arguments.steps}")
    if len(arguments.atoms) > 1 and "{atoms}" not in arguments.output:
        raise ValueError(f"-o must contain {{atoms}} for more than one size. Received: {arguments.output}")
    gold_dynamics(arguments.atoms, steps, arguments.output)


def _gold_noise(arguments):
    for n in arguments.atoms:
        name, atoms = next(iter(gold_isomers(n).items()))
        for how, turned in (("moved", False), ("turned", True)):
            energies = 1e3 * rigid_energies(gold_clusters.reference_engine(), atoms, turned)
            print(
                f"Au{n}, {name}, {how} {len(energies)} times: largest minus smallest energy {np.ptp(energies):.2f} "
                f"meV, standard deviation {energies.std():.2f} meV",
                flush=True,
            )


def _splits(arguments):
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    for path in different_files(arguments.files):
        frames = add_splits(read_labelled(path))
        write_structures(folder / path.name, frames)
        print(_row(frames))


def _row(frames):
    """One row of the table in the data's README."""
    energies = np.array([frame.get_potential_energy() for frame in frames])
    uses = {kind: [frame.info[kind] for frame in frames] for kind in ("random", "block")}
    splits = [f"{use.count('train')}/{use.count('validation')}" for use in uses.values()]
    kept = sum(frame.info["kept"] for frame in frames)
    numbers = [energies.min(), energies.mean(), energies.std(), energies.max(), energies.min() / units.Ry]
    cells = [f"Au{len(frames[0])}", len(frames), kept, *splits, *(f"{number:.5f}" for number in numbers)]
    return "| " + " | ".join(map(str, cells)) + " |"

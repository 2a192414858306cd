"""Make the embedded data again, or more of them.

    python -m atomzoo.datasets.generate gold-clusters --atoms 4 --steps 3000
"""

import argparse
import sys
from pathlib import Path

import ase.io
import numpy as np
from ase import units

from atomzoo.datasets.engines import ChunkedDynamics, Espresso
from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.datasets.splits import add_splits

PSEUDOPOTENTIAL = Path(__file__).parent / "data" / "gold_clusters" / "Au.blyp-q11.gth"


def gold_engine():
    """Quantum ESPRESSO with the settings of the gold clusters: BLYP, 11 electrons, 30 Ry, density at 240 Ry."""
    return Espresso({"Au": PSEUDOPOTENTIAL}, wavefunction_cutoff=30.0, density_cutoff=240.0)


def gold_clusters(atoms, steps, output):
    """Run molecular dynamics of gold clusters at 1000 K (8 fs a step) until each file has its number of frames.

    The sizes take turns chunk by chunk (the one that has the least part of its frames is next), and so do the isomers
    that a size starts from, so that the data are balanced whenever it is stopped. A killed run resumes where it was.

    Args:
        atoms: list of numbers of atoms, 2 to 5.
        steps: list of numbers of frames, one for each size.
        output: name of the extxyz files, in which `{atoms}` stands for the number of atoms.
    """
    engine = gold_engine()
    runs = {n: ChunkedDynamics(engine, str(output).format(atoms=n), gold_isomers(n)) for n in atoms}
    target = dict(zip(atoms, steps, strict=True))
    while True:
        size = min(runs, key=lambda n: len(runs[n].frames) / target[n])
        if len(runs[size].frames) >= target[size]:
            return
        added = runs[size].run_chunk()
        frames = runs[size].frames
        isomer = frames[-1].info["isomer"]
        print(f"Au{size}: {added} steps from {isomer}, {len(frames)} of {target[size]}", flush=True)


def egg_box(engine, atoms, moves=10):
    """Return the energies (moves,), eV, of a cluster moved rigidly at random by up to 1 A.

    Without a grid they would be equal: their spread is the egg-box error of the real-space grid.
    """
    shifts = np.random.default_rng(0).uniform(0, 1, size=(moves, 3))
    energies = []
    for shift in shifts:
        moved = atoms.copy()
        moved.positions += shift
        energies.append(engine.single_point(moved).get_potential_energy())
    return np.array(energies)


def _gold_clusters(arguments):
    steps = arguments.steps if len(arguments.steps) > 1 else arguments.steps * len(arguments.atoms)
    if len(steps) != len(arguments.atoms):
        raise ValueError(f"--steps takes one number, or one for each of --atoms. Received: {arguments.steps}")
    if len(arguments.atoms) > 1 and "{atoms}" not in arguments.output:
        raise ValueError(f"-o must contain {{atoms}} for more than one size. Received: {arguments.output}")
    gold_clusters(arguments.atoms, steps, arguments.output)


def _gold_egg_box(arguments):
    for n in arguments.atoms:
        energies = 1e3 * egg_box(gold_engine(), next(iter(gold_isomers(n).values())))
        print(f"Au{n}, moved rigidly {len(energies)} times: largest minus smallest energy {np.ptp(energies):.2f} meV, "
              f"standard deviation {energies.std():.2f} meV")


def _splits(arguments):
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    for path in map(Path, arguments.files):
        frames = add_splits(ase.io.read(path, index=":"))
        ase.io.write(folder / f"{path.name}.tmp", frames, format="extxyz")
        (folder / f"{path.name}.tmp").replace(folder / path.name)
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


def _parser():
    parser = argparse.ArgumentParser(prog="python -m atomzoo.datasets.generate", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("gold-clusters", help="molecular dynamics; resumes a run that was stopped")
    run.add_argument("--atoms", type=int, nargs="+", required=True, help="sizes, 2 to 5")
    run.add_argument("--steps", type=int, nargs="+", required=True, help="frames in all: one number, or one a size")
    run.add_argument("-o", "--output", default="au{atoms}.extxyz", help="extxyz files (default: %(default)s)")
    run.set_defaults(function=_gold_clusters)
    noise = commands.add_parser("gold-egg-box", help="the noise of these settings, by moving a rigid cluster")
    noise.add_argument("--atoms", type=int, nargs="+", required=True, help="sizes, 2 to 5")
    noise.set_defaults(function=_gold_egg_box)
    splits = commands.add_parser("splits", help="add kept, random and block to each frame of finished trajectories")
    splits.add_argument("files", nargs="+", help="extxyz files of gold-clusters")
    splits.add_argument("-o", "--output", required=True, help="folder for the files of the same names")
    splits.set_defaults(function=_splits)
    return parser


def main(arguments=None):
    """Run a command; an error is one line on stderr and exit code 1."""
    arguments = _parser().parse_args(arguments)
    try:
        arguments.function(arguments)
    except (ValueError, OSError) as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()

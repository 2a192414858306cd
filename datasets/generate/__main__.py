"""Make the embedded data again, or more of them.

    python -m atomzoo.datasets.generate gold-clusters --atoms 4 --steps 3000

Dense hydrogen is sampled by potentials, because a label of a structure that a potential drew costs one calculation, and
a decorrelated frame of DFT molecular dynamics some twenty. The first potential knows what 50 steps from a lattice
visit, and is wrong by some eV where it leads itself; what DFT says there trains the second, which draws the sets:

    python -m atomzoo.datasets.generate dense-hydrogen --set 1 2 3 4 5 6 7 8 --steps 100
    dynamics="python -m atomzoo.reproductions.barch_tubman_2017.hydrogen_dynamics"
    $dynamics first?.extxyz --every 4 --frames 200 -o sampled1
    python -m atomzoo.datasets.generate label sampled1/set?.extxyz --frames 200 -o labelled1
    $dynamics labelled1/set?.extxyz --every 2 --frames 1000 -o sampled
    python -m atomzoo.datasets.generate label sampled/set?.extxyz --frames 1000 -o labelled
    python -m atomzoo.datasets.generate pack labelled/set?.extxyz
"""

import argparse
import sys
from pathlib import Path

import ase.io
import numpy as np
from ase import units
from scipy.spatial.transform import Rotation

from atomzoo.datasets import dense_hydrogen, gold_clusters
from atomzoo.datasets.arrays.labels import labels
from atomzoo.datasets.engines import ChunkedDynamics, LabelledFile, label_in_turns
from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.datasets.io.packed import write_packed
from atomzoo.datasets.io.reading import read_structures
from atomzoo.datasets.splits import add_splits


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
    _run_in_turns(runs, dict(zip(atoms, steps, strict=True)), "Au")


def hydrogen_dynamics(sets, steps, output):
    """Run DFT molecular dynamics of dense hydrogen (0.5 fs a step) from displaced lattices, to train a potential on.

    Args:
        sets: list of numbers, 1 to 8.
        steps: frames of each set.
        output: name of the extxyz files, in which `{set}` stands for the set.
    """
    engine, runs = dense_hydrogen.reference_engine(), {}
    for number in sets:
        starts = {f"lattice-{seed}": dense_hydrogen.lattice(number, seed) for seed in range(2)}
        settings = {"temperature": dense_hydrogen.POINTS[number][1], "time_step": 0.5, "chunk_steps": 50}
        runs[number] = ChunkedDynamics(engine, str(output).replace("{set}", str(number)), starts, **settings)
    _run_in_turns(runs, dict.fromkeys(sets, steps), "set ")


def _run_in_turns(runs, target, name):
    """Run chunk by chunk, next that which has the least part of its frames, until each has its number."""
    while True:
        key = min(runs, key=lambda k: len(runs[k].frames) / target[k])
        if len(runs[key].frames) >= target[key]:
            return
        added = runs[key].run_chunk()
        frames = runs[key].frames
        start = frames[-1].info["isomer"]
        print(f"{name}{key}: {added} steps from {start}, {len(frames)} of {target[key]}", flush=True)


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


def gamma_point(structures, kpoints):
    """What the Gamma point alone costs: its energies (n,) in eV less those of a grid of k-points, and forces likewise.

    Args:
        structures: list of hydrogen `Atoms`.
        kpoints: divisions of the grid.

    Returns:
        arrays (n,) in eV and (n, n_atoms, 3) in eV/A.
    """
    engines = [dense_hydrogen.reference_engine(), dense_hydrogen.reference_engine(kpoints)]
    alone, grid = (engine.label(structures) for engine in engines)
    pairs = list(zip(alone, grid, strict=True))
    energies = np.array([a.get_potential_energy() - b.get_potential_energy() for a, b in pairs])
    return energies, np.array([a.get_forces() - b.get_forces() for a, b in pairs])


def correlation(structures):
    """Correlation of the energies of labelled hydrogen with those of the next frame of the same trajectory, 30 fs on.

    Args:
        structures: list of `Atoms` of `label`, whose `info["source"]` counts frames of all trajectories in turn.

    Returns:
        float; NaN if fewer than three frames have a next one.
    """
    energies = {atoms.info["source"]: atoms.get_potential_energy() for atoms in structures}
    following = [(energy, energies.get(k + dense_hydrogen.N_TRAJECTORIES)) for k, energy in energies.items()]
    pairs = [pair for pair in following if pair[1] is not None]
    return float(np.corrcoef(np.transpose(pairs))[0, 1]) if len(pairs) > 2 else float("nan")


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


def _dense_hydrogen(arguments):
    if len(arguments.set) > 1 and "{set}" not in arguments.output:
        raise ValueError(f"-o must contain {{set}} for more than one set. Received: {arguments.output}")
    hydrogen_dynamics(arguments.set, arguments.steps, arguments.output)


def _label(arguments):
    folder, engine = Path(arguments.output), dense_hydrogen.reference_engine()
    folder.mkdir(parents=True, exist_ok=True)
    files = {path.stem: LabelledFile(engine, path, folder / path.name) for path in _different(arguments.files)}
    label_in_turns(files, arguments.frames, report=lambda line: print(line, flush=True))


def _gamma_point(arguments):
    structures = _read_labelled(arguments.file)
    chosen = [structures[k] for k in np.linspace(0, len(structures) - 1, arguments.structures).astype(int)]
    errors, force_errors = gamma_point(chosen, tuple(arguments.kpoints))
    errors = 1e3 * errors / len(chosen[0])
    energies = 1e3 * np.array([atoms.get_potential_energy() / len(atoms) for atoms in chosen])
    forces = [atoms.get_forces().std() for atoms in chosen]
    print(
        f"{len(chosen)} structures, Gamma point less {arguments.kpoints}, meV/atom: mean {errors.mean():.1f}, "
        f"deviation {errors.std(ddof=1):.1f} (that of their energies: {energies.std(ddof=1):.1f}); forces differ by "
        f"{force_errors.std():.3f} of {np.mean(forces):.3f} eV/A"
    )


def _pack(arguments):
    for path in map(Path, arguments.files):
        packed, structures = path.with_suffix(".npz"), _read_labelled(path)
        write_packed(packed, structures)
        energies = 1e3 * np.array([atoms.get_potential_energy() / len(atoms) for atoms in structures])
        forces = np.concatenate([atoms.get_forces() for atoms in structures]).ravel()
        sizes = [f"{energies.mean() / 1e3:.4f}", f"{energies.std():.1f}", f"{correlation(structures):.2f}"]
        sizes += [f"{forces.std():.2f}", f"{np.abs(forces).max():.1f}", f"{packed.stat().st_size / 1e6:.2f}"]
        print("| " + " | ".join([path.stem, str(len(structures)), *sizes]) + " |")


def _splits(arguments):
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    for path in _different(arguments.files):
        frames = add_splits(_read_labelled(path))
        ase.io.write(folder / f"{path.name}.tmp", frames, format="extxyz")
        (folder / f"{path.name}.tmp").replace(folder / path.name)
        print(_row(frames))


def _different(files):
    """Paths of files whose results, of the same names, go to one folder."""
    paths = [Path(file) for file in files]
    names = [path.stem for path in paths]
    twice = next((path for path in paths if names.count(path.stem) > 1), None)
    if twice is not None:
        raise ValueError(f"Files of the same name would overwrite each other. Received: {twice}, twice")
    return paths


def _read_labelled(path):
    """The structures of a file, each with energy and forces."""
    structures = read_structures(path)
    try:
        labels(structures, ("energy", "forces"))
    except ValueError as error:
        raise ValueError(f"'{path}', {error}") from None
    return structures


def _row(frames):
    """One row of the table in the data's README."""
    energies = np.array([frame.get_potential_energy() for frame in frames])
    uses = {kind: [frame.info[kind] for frame in frames] for kind in ("random", "block")}
    splits = [f"{use.count('train')}/{use.count('validation')}" for use in uses.values()]
    kept = sum(frame.info["kept"] for frame in frames)
    numbers = [energies.min(), energies.mean(), energies.std(), energies.max(), energies.min() / units.Ry]
    cells = [f"Au{len(frames[0])}", len(frames), kept, *splits, *(f"{number:.5f}" for number in numbers)]
    return "| " + " | ".join(map(str, cells)) + " |"


def _count(text):
    """A positive number of an option."""
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a positive number. Received: {text}")
    return int(text)


def _parser():
    parser = argparse.ArgumentParser(prog="python -m atomzoo.datasets.generate", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("gold-clusters", help="molecular dynamics; resumes a run that was stopped")
    run.add_argument("--atoms", type=int, nargs="+", required=True, help="sizes, 2 to 5")
    run.add_argument("--steps", type=_count, nargs="+", required=True, help="frames in all: one number, or one a size")
    run.add_argument("-o", "--output", default="au{atoms}.extxyz", help="extxyz files (default: %(default)s)")
    run.set_defaults(function=_gold_clusters)
    noise = commands.add_parser("gold-noise", help="the noise of these settings, by moving and turning a rigid cluster")
    noise.add_argument("--atoms", type=int, nargs="+", required=True, help="sizes, 2 to 5")
    noise.set_defaults(function=_gold_noise)
    first = commands.add_parser("dense-hydrogen", help="DFT molecular dynamics, the first samples; resumes")
    first.add_argument("--set", type=int, nargs="+", required=True, help="1 to 8")
    first.add_argument("--steps", type=_count, required=True, help="frames of each set")
    first.add_argument("-o", "--output", default="first{set}.extxyz", help="extxyz files (default: %(default)s)")
    first.set_defaults(function=_dense_hydrogen)
    label = commands.add_parser("label", help="DFT energies and forces of sampled hydrogen; resumes")
    label.add_argument("files", nargs="+", help="files of structures")
    label.add_argument("--frames", type=_count, required=True, help="labelled frames of each file")
    label.add_argument("-o", "--output", required=True, help="folder for the extxyz files of the same names")
    label.set_defaults(function=_label)
    gamma = commands.add_parser("gamma-point", help="what a grid of k-points would change in labelled hydrogen")
    gamma.add_argument("file", help="labelled structures of one set")
    gamma.add_argument("--structures", type=_count, default=4, help="how many of them (default: %(default)s)")
    gamma.add_argument("--kpoints", type=int, nargs=3, default=[2, 2, 2], help="of the grid (default: 2 2 2)")
    gamma.set_defaults(function=_gamma_point)
    pack = commands.add_parser("pack", help="labelled hydrogen to .npz files beside; prints rows of the data's README")
    pack.add_argument("files", nargs="+", help="extxyz files of label")
    pack.set_defaults(function=_pack)
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

"""Dense hydrogen: DFT samples of eight sets, labels of sampled structures, and the files that are embedded.

Dense hydrogen is sampled by potentials, because a label of a structure that a potential drew costs one calculation, and
a decorrelated frame of DFT molecular dynamics some twenty. The first potential knows what 50 steps from a lattice
visit, and is wrong by some eV where it leads itself; what DFT says there trains the second, which draws the sets:

    python -m atomzoo.datasets.generate dense-hydrogen --set 1 2 3 4 5 6 7 8 --steps 100
    dynamics="python -m atomzoo.reproductions.barch_tubman_2017.studies.hydrogen_dynamics"
    $dynamics first?.extxyz --every 4 --frames 200 -o sampled1
    python -m atomzoo.datasets.generate label sampled1/set?.extxyz --frames 200 -o labelled1
    $dynamics labelled1/set?.extxyz --every 2 --frames 1000 -o sampled
    python -m atomzoo.datasets.generate label sampled/set?.extxyz --frames 1000 -o labelled
    python -m atomzoo.datasets.generate pack labelled/set?.extxyz
"""

from pathlib import Path

import numpy as np

from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.engines import ChunkedDynamics, LabelledFile, label_in_turns
from atomzoo.datasets.generate.shared import count, different_files, read_labelled, run_in_turns
from atomzoo.datasets.io.packed import write_packed


def add_commands(commands):
    """Adds `dense-hydrogen`, `label`, `gamma-point` and `pack` to the subcommands of a parser."""
    first = commands.add_parser("dense-hydrogen", help="DFT molecular dynamics, the first samples; resumes")
    first.add_argument("--set", type=int, nargs="+", required=True, help="1 to 8")
    first.add_argument("--steps", type=count, required=True, help="frames of each set")
    first.add_argument("-o", "--output", default="first{set}.extxyz", help="extxyz files (default: %(default)s)")
    first.set_defaults(function=_dense_hydrogen)
    label = commands.add_parser("label", help="DFT energies and forces of sampled hydrogen; resumes")
    label.add_argument("files", nargs="+", help="files of structures")
    label.add_argument("--frames", type=count, required=True, help="labelled frames of each file")
    label.add_argument("-o", "--output", required=True, help="folder for the extxyz files of the same names")
    label.set_defaults(function=_label)
    gamma = commands.add_parser("gamma-point", help="what a grid of k-points would change in labelled hydrogen")
    gamma.add_argument("file", help="labelled structures of one set")
    gamma.add_argument("--structures", type=count, default=4, help="how many of them (default: %(default)s)")
    gamma.add_argument("--kpoints", type=int, nargs=3, default=[2, 2, 2], help="of the grid (default: 2 2 2)")
    gamma.set_defaults(function=_gamma_point)
    pack = commands.add_parser("pack", help="labelled hydrogen to .npz files beside; prints rows of the data's README")
    pack.add_argument("files", nargs="+", help="extxyz files of label")
    pack.set_defaults(function=_pack)


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
    run_in_turns(runs, dict.fromkeys(sets, steps), "set ")


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


def _dense_hydrogen(arguments):
    if len(arguments.set) > 1 and "{set}" not in arguments.output:
        raise ValueError(f"-o must contain {{set}} for more than one set. Received: {arguments.output}")
    hydrogen_dynamics(arguments.set, arguments.steps, arguments.output)


def _label(arguments):
    folder, engine = Path(arguments.output), dense_hydrogen.reference_engine()
    folder.mkdir(parents=True, exist_ok=True)
    files = {path.stem: LabelledFile(engine, path, folder / path.name) for path in different_files(arguments.files)}
    label_in_turns(files, arguments.frames, report=lambda line: print(line, flush=True))


def _gamma_point(arguments):
    structures = read_labelled(arguments.file)
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
        packed, structures = path.with_suffix(".npz"), read_labelled(path)
        write_packed(packed, structures)
        energies = 1e3 * np.array([atoms.get_potential_energy() / len(atoms) for atoms in structures])
        forces = np.concatenate([atoms.get_forces() for atoms in structures]).ravel()
        sizes = [f"{energies.mean() / 1e3:.4f}", f"{energies.std():.1f}", f"{correlation(structures):.2f}"]
        sizes += [f"{forces.std():.2f}", f"{np.abs(forces).max():.1f}", f"{packed.stat().st_size / 1e6:.2f}"]
        print("| " + " | ".join([path.stem, str(len(structures)), *sizes]) + " |")

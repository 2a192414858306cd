"""H3O2-, hydroxide with one water: structures from molecular dynamics by PBE0, and labels by PBE0 and CCSD(T).

Nothing is lost when a command is killed and started again.

    python -m atomzoo.datasets.generate water-hydroxide dynamics --temperature 1000 -o start1000.extxyz
    python -m atomzoo.datasets.generate water-hydroxide label drawn.extxyz --method pbe0 -o pbe0.extxyz
    python -m atomzoo.datasets.generate water-hydroxide label drawn.extxyz --method "ccsd(t)" -o ccsdt.extxyz
    python -m atomzoo.datasets.generate water-hydroxide pack pbe0.extxyz ccsdt.extxyz -o water_hydroxide.extxyz

What is labelled beyond the frames of `dynamics` is drawn by a network, see
`atomzoo.reproductions.barch_tubman_2017.studies.draw_water_hydroxide`.
"""

from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms, units
from ase.calculators.calculator import Calculator
from ase.md.langevin import Langevin

from atomzoo.datasets.engines import LabelledFile
from atomzoo.datasets.generate.shared import count
from atomzoo.datasets.io.output_files import write_structures
from atomzoo.datasets.io.reading import read_structures
from atomzoo.datasets.water_hydroxide import METHODS, reference_engine

TIME_STEP = 0.5  # fs
EVERY = 4  # steps from one frame to the next
FRICTION = 0.02 / units.fs
# Near the minimum: the bridge O-H-O, and one H at each O.
START = Atoms("OHOHH", [[0, 0, 0], [1.1, 0.02, 0.02], [2.47, 0, 0], [-0.3, 0.9, 0.1], [2.8, -0.6, 0.7]])


class _Labels(Calculator):
    """An engine as a calculator of ASE."""

    implemented_properties = ("energy", "forces")

    def __init__(self, engine):
        super().__init__()
        self.engine = engine

    def calculate(self, atoms=None, properties=("energy",), system_changes=()):
        super().calculate(atoms, properties, system_changes)
        self.results = self.engine.single_point(atoms).calc.results


def dynamics(path, temperature, n_frames, engine=None):
    """Run Langevin dynamics of H3O2- by PBE0 until a file has its number of frames, each appended as it is reached.

    A run that was killed goes on from its last frame.

    Args:
        path: extxyz file. Each frame has energy, forces, momenta and, in its info, its temperature (K).
        temperature: K.
        n_frames: number of frames, 2 fs apart.
        engine: with `single_point`; by default that of the embedded data.
    """
    path, n_done, atoms = Path(path), 0, START.copy()
    if path.exists():
        frames = read_structures(path)
        n_done, atoms = len(frames), frames[-1].copy()
    rng = np.random.default_rng((int(temperature), n_done))
    if not n_done:
        widths = np.sqrt(atoms.get_masses() * units.kB * temperature)
        atoms.set_momenta(widths[:, None] * rng.normal(size=(len(atoms), 3)))
    atoms.calc, atoms.info = _Labels(engine or reference_engine("pbe0")), {"temperature": temperature}
    options = {"temperature_K": temperature, "friction": FRICTION, "fixcm": False, "rng": rng}
    run = Langevin(atoms, TIME_STEP * units.fs, **options)
    while n_done < n_frames:
        run.run(EVERY)
        ase.io.write(path, atoms, format="extxyz", append=True)
        n_done += 1


def pack(forces_path, energies_path, path):
    """Write the structures that both methods have labelled to one file.

    Args:
        forces_path: extxyz file with energies and forces by PBE0, which are kept as such.
        energies_path: extxyz file with energies by CCSD(T), which become `ccsdt_energy` (eV) in the info of each.
        path: extxyz file that is written; further pairs of files may be joined to it with `cat`.

    Returns:
        The structures.
    """
    energies = {atoms.info["source"]: atoms.get_potential_energy() for atoms in read_structures(energies_path)}
    found = [atoms for atoms in read_structures(forces_path) if atoms.info["source"] in energies]
    for atoms in found:
        atoms.info = {"ccsdt_energy": energies[atoms.info["source"]]}
    write_structures(path, found)
    return found


def _pack(arguments):
    found = pack(arguments.forces, arguments.energies, arguments.output)
    differences = np.array([atoms.info["ccsdt_energy"] - atoms.get_potential_energy() for atoms in found])
    print(f"{len(found)} structures; CCSD(T) minus PBE0 spreads by {1e3 * differences.std():.1f} meV")


def _label(arguments):
    engine = reference_engine(arguments.method)
    file = LabelledFile(engine, arguments.structures, arguments.output)
    file.label_rest(arguments.processes)
    print(f"{file.n_labelled} of {len(file.structures)} labelled")


def add_commands(commands):
    """Adds `water-hydroxide`, with commands of its own, to the subcommands of a parser."""
    parser = commands.add_parser("water-hydroxide", help="H3O2- by PBE0 and CCSD(T): dynamics, labels")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("dynamics", help="molecular dynamics by PBE0; resumes")
    command.add_argument("--temperature", type=count, required=True, help="K")
    command.add_argument("--frames", type=count, default=100, help="number, 2 fs apart (default: %(default)s)")
    command.add_argument("-o", "--output", required=True, help="extxyz file")
    command.set_defaults(function=lambda a: dynamics(a.output, a.temperature, a.frames))
    command = commands.add_parser("label", help="energies, by PBE0 with forces; resumes")
    command.add_argument("structures", help="file of structures")
    command.add_argument("--method", choices=METHODS, required=True)
    command.add_argument("--processes", type=count, help="by default as many as there are processor cores")
    command.add_argument("-o", "--output", required=True, help="extxyz file")
    command.set_defaults(function=_label)
    command = commands.add_parser("pack", help="labels of both methods to one file")
    command.add_argument("forces", help="file of label by PBE0")
    command.add_argument("energies", help="file of label by CCSD(T)")
    command.add_argument("-o", "--output", required=True, help="extxyz file")
    command.set_defaults(function=_pack)

"""H3O2-, hydroxide with one water: structures from molecular dynamics by PBE0, and labels by PBE0 and CCSD(T).

Nothing is lost when a command is killed and started again.

    python -m atomzoo.datasets.generate water-hydroxide dynamics --temperature 1000 -o start1000.extxyz
    python -m atomzoo.datasets.generate water-hydroxide label drawn.extxyz --method pbe0 -o pbe0.extxyz
    python -m atomzoo.datasets.generate water-hydroxide low pbe0.extxyz -o low.extxyz
    python -m atomzoo.datasets.generate water-hydroxide label low.extxyz --method "ccsd(t)" -o ccsdt.extxyz
    python -m atomzoo.datasets.generate water-hydroxide pack low.extxyz ccsdt.extxyz -o water_hydroxide.extxyz

What is labelled beyond the frames of `dynamics` is drawn by a network, see
`atomzoo.reproductions.barch_tubman_2017.studies.draw_water_hydroxide`; where it was wrong, energies by PBE0 are high.
"""

from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.calculators.calculator import Calculator
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.langevin import Langevin

from atomzoo.datasets.engines import LabelledFile
from atomzoo.datasets.generate.shared import count
from atomzoo.datasets.io.output_files import write_structures
from atomzoo.datasets.io.reading import read_structures
from atomzoo.datasets.water_hydroxide import METHODS, reference_engine

TIME_STEP = 0.5  # fs
EVERY = 4  # steps from one frame to the next
FRICTION = 0.02 / units.fs
MINIMUM, HIGHEST = -4139.751, 1.5  # eV, by PBE0: of the lowest frame of the dynamics; what is labelled by CCSD(T)
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
    """Run Langevin dynamics of H3O2- by PBE0 until a file has its number of frames, each written as it is reached.

    A run that was killed goes on from its last frame.

    Args:
        path: extxyz file. Each frame has energy, forces and momenta.
        temperature: K.
        n_frames: number of frames, 2 fs apart.
        engine: with `single_point`; by default that of the embedded data.
    """
    frames = read_structures(path) if Path(path).exists() else []
    atoms = frames[-1].copy() if frames else START.copy()
    rng = np.random.default_rng((int(temperature), len(frames)))
    if not frames:
        widths = np.sqrt(atoms.get_masses() * units.kB * temperature)
        atoms.set_momenta(widths[:, None] * rng.normal(size=(len(atoms), 3)))
    atoms.calc = _Labels(engine or reference_engine("pbe0"))
    options = {"temperature_K": temperature, "friction": FRICTION, "fixcm": False, "rng": rng}
    run = Langevin(atoms, TIME_STEP * units.fs, **options)
    while len(frames) < n_frames:
        run.run(EVERY)
        frames.append(atoms.copy())
        frames[-1].calc = SinglePointCalculator(frames[-1], **atoms.calc.results)
        write_structures(path, frames)


def low(structures):
    """Those of structures labelled by PBE0 whose energy is at most `HIGHEST` above that of `MINIMUM`."""
    return [atoms for atoms in structures if atoms.get_potential_energy() < MINIMUM + HIGHEST]


def pack(structures, path):
    """Join energies by CCSD(T) to structures labelled by PBE0.

    Args:
        structures: list of `Atoms` with energies and forces by PBE0, which are kept as such.
        path: extxyz file with energies by CCSD(T), `source` the number in the list. They become `ccsdt_energy` (eV).

    Returns:
        The structures that both methods have labelled.

    Raises:
        ValueError: the file is of other structures.
    """
    found = []
    for coupled in read_structures(path):
        source = coupled.info.get("source", -1)
        atoms = structures[source] if 0 <= source < len(structures) else None
        if atoms is None or not np.allclose(atoms.positions, coupled.positions, rtol=0, atol=1e-6):
            raise ValueError(f"'{path}' must be of the structures before it. Received: another, source={source}")
        atoms.info = {"ccsdt_energy": coupled.get_potential_energy()}
        atoms.arrays.pop("momenta", None)
        found.append(atoms)
    return found


def _low(arguments):
    structures = read_structures(arguments.structures)
    found = low(structures)
    write_structures(arguments.output, found)
    print(f"{len(found)} of {len(structures)} structures")


def _pack(arguments):
    if len(arguments.files) % 2:
        raise ValueError(f"Files come in pairs, by PBE0 and by CCSD(T). Received: {len(arguments.files)}")
    pairs = zip(arguments.files[::2], arguments.files[1::2], strict=True)
    found = [atoms for forces, energies in pairs for atoms in pack(read_structures(forces), energies)]
    write_structures(arguments.output, found)
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
    command = commands.add_parser("low", help="leave out what is high above the minimum by PBE0")
    command.add_argument("structures", help="file of label by PBE0")
    command.add_argument("-o", "--output", required=True, help="extxyz file")
    command.set_defaults(function=_low)
    command = commands.add_parser("pack", help="labels of both methods to one file")
    command.add_argument("files", nargs="+", help="files by PBE0 and by CCSD(T), in turn")
    command.add_argument("-o", "--output", required=True, help="extxyz file")
    command.set_defaults(function=_pack)

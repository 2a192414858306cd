"""Label silicon, measure what k-points and cutoff cost, pack the data, and tell curves of energy over volume.

Labels take some seconds each, on all processor cores, or on the workers of a Dask cluster (ATOMZOO_SCHEDULER). Nothing
is lost when a command is killed and started again.

    python -m atomzoo.datasets.generate silicon label --until 3000 -o labels.extxyz
    python -m atomzoo.datasets.generate silicon relax -o relaxed.extxyz
    python -m atomzoo.datasets.generate silicon pack labels.extxyz relaxed.extxyz -o silicon.npz
    python -m atomzoo.datasets.generate silicon curves relaxed.extxyz -o energy_volume.csv
    python -m atomzoo.datasets.generate silicon kpoints labels.extxyz --each 4
    python -m atomzoo.datasets.generate silicon cutoff

Where only the packed file is left, labels go on from it: `label --start 320`, then `pack silicon.npz labels.extxyz`.
`relabel silicon.npz -o again.extxyz` labels anew what has fewer k-points than labels have today, small cells first;
`pack silicon.npz again.extxyz` puts them in.
"""

import collections

import ase.io
import numpy as np
import pandas
from ase import units

from atomzoo.datasets.generate.silicon import accuracy
from atomzoo.datasets.generate.silicon.curves import energy_volume
from atomzoo.datasets.generate.silicon.equation_of_state import equations_of_state
from atomzoo.datasets.generate.silicon.labelling import label, relabel, relax_phases
from atomzoo.datasets.io.mixed_cells import read_mixed, write_mixed
from atomzoo.datasets.silicon import KPOINT_LENGTH, is_test


def counts(structures):
    """Count structures by phase and kind.

    Returns:
        pandas.DataFrame, a row for each phase, with a column for each kind, `all` and `test`.
    """
    table = collections.defaultdict(collections.Counter)
    for atoms in structures:
        table[atoms.info["phase"]] += collections.Counter(
            {atoms.info["kind"]: 1, "all": 1, "test": int(is_test(atoms.info))}
        )
    return pandas.DataFrame.from_dict(table, orient="index").fillna(0).astype(int)


def _label(arguments):
    label(arguments.output, range(arguments.start, arguments.until))


def _relabel(arguments):
    structures = [
        atoms
        for atoms in _distinct(_read(arguments.files))
        if "index" in atoms.info and atoms.info.get("kpoint_length", 0.0) < KPOINT_LENGTH
    ]
    print(f"{len(structures)} structures have fewer k-points than those of {KPOINT_LENGTH} Å", flush=True)
    relabel(arguments.output, sorted(structures, key=len))


def _pack(arguments):
    found = _read(arguments.files)
    changes = _changes(found)
    if changes:
        rms, largest = np.sqrt(np.mean(np.square(changes))), np.abs(changes).max()
        print(f"{len(changes)} labels replaced: energies by {rms:.1f} meV/atom (rms), {largest:.1f} at most")
    structures = _distinct(found)
    structures.sort(key=lambda atoms: (atoms.info["kind"] == "relaxation", atoms.info.get("index", 0)))
    write_mixed(arguments.output, structures)
    print(counts(structures).to_string())
    seconds = [atoms.info["cpu_seconds"] for atoms in structures if "cpu_seconds" in atoms.info]
    print(f"{len(structures)} structures; {np.mean(seconds):.1f} s of CPU time each")


def _curves(arguments):
    points = energy_volume(_read(arguments.files))
    points.to_csv(arguments.output, index=False, float_format="%.6f")
    print(equations_of_state(points).to_string(float_format="%.3f"))


def _kpoints(arguments):
    for atoms in accuracy.sample(_read(arguments.files), arguments.each):
        energy, forces, stress = accuracy.kpoint_error(atoms)
        print(
            f"{atoms.info['kind']}, {atoms.info['phase']}, {len(atoms)} atoms: energy {1e3 * energy:.2f} meV/atom, "
            f"forces {np.sqrt(np.mean(forces**2)):.4f} eV/Å (rms), pressure {-stress[:3].mean() / units.GPa:.2f} GPa",
            flush=True,
        )


def _cutoff(arguments):
    pressures = [accuracy.missing_pressure(*crystal) for crystal in accuracy.CRYSTALS]
    volumes = [volume for _, volume in accuracy.CRYSTALS]
    pulay = accuracy.fit_pulay(volumes, pressures)
    for (phase, volume), pressure in zip(accuracy.CRYSTALS, pressures, strict=True):
        fitted = pulay / volume**2
        print(f"{phase}, {volume} Å^3: missing pressure {pressure / units.GPa:.2f} GPa, fit {fitted / units.GPa:.2f}")
    print(f"fit: {pulay:.3f} eV Å^3 / V^2, V the volume of an atom")


def _read(paths):
    return [atoms for path in paths for atoms in (read_mixed(path) if path.endswith(".npz") else ase.io.iread(path))]


def _distinct(structures):
    """One structure of each number, that of the last file; all relaxations."""
    numbered = {atoms.info["index"]: atoms for atoms in structures if "index" in atoms.info}
    return [*numbered.values(), *(atoms for atoms in structures if "index" not in atoms.info)]


def _changes(structures):
    """How much energies of a number change, meV/atom, where it comes again."""
    energies, changes = {}, []
    for atoms in (atoms for atoms in structures if "index" in atoms.info):
        energy = 1e3 * atoms.get_potential_energy() / len(atoms)
        changes += [energy - energies[atoms.info["index"]]] if atoms.info["index"] in energies else []
        energies[atoms.info["index"]] = energy
    return changes


def add_commands(commands):
    """Adds `silicon`, with commands of its own, to the subcommands of a parser."""
    commands = commands.add_parser("silicon", help="silicon by LDA: labels, curves, accuracy").add_subparsers(
        required=True
    )
    command = commands.add_parser("label", help="DFT energies, forces and stresses; resumes")
    command.add_argument("--start", type=int, default=0, help="the first number (default: %(default)s)")
    command.add_argument("--until", type=int, required=True, help="the number after the last")
    command.add_argument("-o", "--output", required=True, help="extxyz file")
    command.set_defaults(function=_label)
    command = commands.add_parser("relabel", help="labels of fewer k-points made again; resumes")
    command.add_argument("files", nargs="+", help="labelled structures, or a packed file")
    command.add_argument("-o", "--output", required=True, help="extxyz file")
    command.set_defaults(function=_relabel)
    command = commands.add_parser("relax", help="energy over volume of all phases; resumes")
    command.add_argument("-o", "--output", required=True, help="extxyz file of all steps")
    command.set_defaults(function=lambda arguments: relax_phases(arguments.output))
    for name, function, text in (
        ("pack", _pack, "labelled structures to one .npz file; prints their numbers"),
        ("curves", _curves, "energies over volume to a .csv file; prints equations of state"),
        ("kpoints", _kpoints, "errors of some labels against denser k-points"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("files", nargs="+", help="extxyz files of label and relax, or a packed file")
        if name == "kpoints":
            command.add_argument("--each", type=int, default=4, help="structures of each kind (default: %(default)s)")
        else:
            command.add_argument("-o", "--output", required=True, help="the file")
        command.set_defaults(function=function)
    command = commands.add_parser("cutoff", help="pressure that the finite cutoff hides")
    command.set_defaults(function=_cutoff)

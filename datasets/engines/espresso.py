"""Quantum ESPRESSO's pw.x (6.7): input file, single points, relaxation and molecular dynamics."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from atomzoo.datasets.engines.espresso_output import failure, read_frames
from atomzoo.datasets.engines.label_error import LabelError

# without OpenBLAS, Debian's pw.x runs on reference BLAS: gold clusters take 1.6 times as long
INSTALL = "apt-get install -y quantum-espresso quantum-espresso-data cp2k-data libopenblas0-serial"
RYDBERG_TIME = 0.048377687  # fs: pw.x counts time in hbar / Ry


class EspressoError(ValueError):
    """pw.x is missing; the message is one line."""


@dataclass(frozen=True)
class Espresso:
    """Density-functional theory by pw.x, spin-unpolarised, with smeared occupations; at the Gamma point by default.

    One process on one core. The functional is the one that the pseudopotentials name. Energies are free energies (with
    the entropy of the smeared electrons), whose derivatives the forces and the stress are.

    Args:
        pseudopotentials: dict, element to pseudopotential file (`.gth` or `.UPF`).
        wavefunction_cutoff: plane-wave cutoff, Ry.
        density_cutoff: cutoff of the density, Ry. The real-space grid follows it, and so does the egg-box error.
        smearing: width of the smearing, Ry.
        convergence: SCF threshold, Ry.
        kpoints: three divisions of the Monkhorst-Pack grid; or a length in Å, which gives every cell the smallest
            divisions whose spacing along each reciprocal vector is at most 2 pi over that length (see
            `kpoint_divisions`).
        shifted: shift the grid by half a step along all three directions; otherwise it contains the Gamma point.
        occupations: kind of smearing, "gauss" or "fermi-dirac" (the temperature is then `smearing`).
        symmetry: use the symmetry of the structure to reduce k-points.
        stress: compute the stress, too.
        electrons: dict, further entries of the namelist "electrons", or others than the usual ones.

    Example:
        >>> engine = Espresso({"Au": "Au.blyp-q11.gth"})
        >>> engine.density_cutoff
        240.0
    """

    pseudopotentials: dict
    wavefunction_cutoff: float = 30.0
    density_cutoff: float = 240.0
    smearing: float = 0.005
    convergence: float = 1e-7
    kpoints: tuple[int, int, int] | float = (1, 1, 1)
    shifted: bool = False
    occupations: str = "gauss"
    symmetry: bool = False
    stress: bool = False
    electrons: dict = field(default_factory=dict)

    def __repr__(self):
        """With all options up to `kpoints`, and others that are set: records of loops are compared by it."""
        names = [known.name for known in fields(self)]
        always, unset = names[: names.index("kpoints") + 1], Espresso(self.pseudopotentials).__dict__
        shown = [name for name in names if name in always or getattr(self, name) != unset[name]]
        return f"Espresso({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def single_point(self, atoms, folder=None):
        """Return a copy of `atoms` that carries its energy (eV), forces (eV/Å) and, if `stress`, stress (eV/Å^3)."""
        return self._run(atoms, "scf", folder)[0][-1]

    def label(self, structures):
        """Return copies of structures, a list of Atoms, that carry their energies (eV) and forces (eV/A)."""
        return [self.single_point(atoms) for atoms in structures]

    def relax(self, atoms, folder=None):
        """Relax the positions by BFGS, to a largest force of 1e-4 Ry/Bohr = 2.6 meV/A.

        Returns:
            list of Atoms, all steps; `info["converged"]` of the last says whether it is the minimum.
        """
        frames, output = self._run(atoms, "relax", folder)
        frames[-1].info["converged"] = "bfgs converged" in output
        return frames

    def dynamics(self, atoms, steps, temperature=1000.0, time_step=8.0, folder=None):
        """Molecular dynamics from new random velocities.

        Verlet steps under Berendsen's thermostat (time constant 25 steps). pw.x draws the Maxwell velocities, seeded by
        its clock: 6.7 divides by zero where this thermostat meets velocities from the input file. A step whose SCF
        cycle fails ends the run early, so that the result may be shorter than asked.

        Args:
            atoms: the start, periodic.
            steps: number of configurations, the start included.
            temperature: K.
            time_step: fs.
            folder: working folder, kept (a temporary one if None).

        Returns:
            list of Atoms with energy (eV) and forces (eV/A).

        Raises:
            EspressoError: pw.x is not installed.
            LabelError: not even the first step converged.
        """
        motion = {
            "ion_temperature": "berendsen",
            "tempw": temperature,
            "nraise": 25,
            "pot_extrapolation": "second_order",
            "wfc_extrapolation": "second_order",
        }
        control = {"nstep": steps, "dt": time_step / RYDBERG_TIME}
        return self._run(atoms, "md", folder, control, motion)[0]

    def _run(self, atoms, calculation, folder, control=None, ions=None):
        """Run pw.x in a folder; return the finished steps and the output."""
        if folder is None:
            with tempfile.TemporaryDirectory() as temporary:
                return self._run(atoms, calculation, temporary, control, ions)
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for pseudopotential in self.pseudopotentials.values():
            shutil.copy(pseudopotential, folder)
        (folder / "pw.in").write_text(self.input_text(atoms, calculation, control or {}, ions or {}))
        run_pw(folder)
        output = (folder / "pw.out").read_text(encoding="utf-8", errors="replace")
        frames = read_frames(output, atoms)
        if not frames:
            errors = (folder / "pw.err").read_text(encoding="utf-8", errors="replace")
            raise LabelError(f"pw.x gave no energy. Received: {failure(output, errors)}")
        return frames, output

    def input_text(self, atoms, calculation, control, ions):
        """Return the input file of `calculation` ("scf", "relax" or "md"); control and ions add to its namelists."""
        elements = list(dict.fromkeys(atoms.get_chemical_symbols()))
        unknown = [element for element in elements if element not in self.pseudopotentials]
        if unknown:
            raise ValueError(f"No pseudopotential for an element of the structure. Received: {unknown[0]}")
        namelists = {
            # the wavefunctions of a step are no use to the next run: keep them in memory
            "control": {
                "calculation": calculation,
                "prefix": "pw",
                "outdir": ".",
                "pseudo_dir": ".",
                "tprnfor": True,
                "tstress": self.stress,
                "disk_io": "nowf",
                "forc_conv_thr": 1e-4,
                "etot_conv_thr": 1e-5,
            }
            | control,
            "system": {
                "ibrav": 0,
                "nat": len(atoms),
                "ntyp": len(elements),
                "ecutwfc": self.wavefunction_cutoff,
                "ecutrho": self.density_cutoff,
                "occupations": "smearing",
                "smearing": self.occupations,
                "degauss": self.smearing,
                "nosym": not self.symmetry,
            },
            "electrons": {"conv_thr": self.convergence, "mixing_beta": 0.4, "electron_maxstep": 100} | self.electrons,
            "ions": ions,
        }
        masses = dict(zip(atoms.get_chemical_symbols(), atoms.get_masses(), strict=True))
        species = [f"{e} {masses[e]:.2f} {Path(self.pseudopotentials[e]).name}" for e in elements]
        positions = [f"{atom.symbol} {_row(atom.position)}" for atom in atoms]
        lines = [_namelist(name, values) for name, values in namelists.items()]
        lines += ["ATOMIC_SPECIES", *species]
        lines += ["CELL_PARAMETERS angstrom", *map(_row, atoms.cell)]
        lines += ["ATOMIC_POSITIONS angstrom", *positions, *self._kpoint_lines(atoms)]
        return "\n".join([*lines, ""])

    def _kpoint_lines(self, atoms):
        divisions = kpoint_divisions(atoms, self.kpoints) if np.isscalar(self.kpoints) else tuple(self.kpoints)
        # at the Gamma point alone wavefunctions are real, and take half the time
        if divisions == (1, 1, 1) and not self.shifted:
            return ["K_POINTS gamma"]
        return ["K_POINTS automatic", " ".join(map(str, [*divisions, *[int(self.shifted)] * 3]))]


def kpoint_divisions(atoms, length):
    """Return the smallest divisions of a k-point grid whose spacings are at most 2 pi / length.

    Cell vectors of equal length get equal divisions, so that the grid does not break the symmetry of the lattice: pw.x
    would add all rotated grids.

    Args:
        atoms: Atoms, periodic.
        length: Å.

    Returns:
        tuple of three int.

    Example:
        >>> from ase.build import bulk
        >>> kpoint_divisions(bulk("Si", a=5.43, cubic=True), 21.72), kpoint_divisions(bulk("Si", a=5.43), 21.72)
        ((4, 4, 4), (7, 7, 7))
    """
    lengths = np.linalg.norm(atoms.cell.reciprocal(), axis=1) * length
    divisions = np.maximum(1, np.ceil(lengths - 1e-6)).astype(int)
    edges = atoms.cell.lengths()
    return tuple(int(divisions[np.isclose(edges, edge, rtol=1e-6)].max()) for edge in edges)


def run_pw(folder):
    """Run pw.x on `pw.in` in a folder until it ends, however long that takes; its output goes to `pw.out`."""
    program = shutil.which("pw.x")
    if program is None:
        raise EspressoError(f"Quantum ESPRESSO is needed: {INSTALL}. Received: no pw.x on PATH")
    # alone, without the daemon that Open MPI would start for each run
    alone = {"OMP_NUM_THREADS": "1", "OMPI_MCA_ess_singleton_isolated": "1"}
    command, environment = [program, "-in", "pw.in"], os.environ | alone
    with open(Path(folder) / "pw.out", "w") as output, open(Path(folder) / "pw.err", "w") as errors:
        # not checked: what a failed run finished counts, and its output says why it failed
        subprocess.run(command, cwd=folder, env=environment, stdout=output, stderr=errors, check=False)


def _row(vector):
    return " ".join(f"{x:.10f}" for x in vector)


def _namelist(name, values):
    words = {True: ".true.", False: ".false."}
    lines = [f"  {k} = {words[v] if isinstance(v, bool) else repr(v)}" for k, v in values.items()]
    return "\n".join([f"&{name}", *lines, "/"])

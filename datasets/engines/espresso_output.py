"""Output of Quantum ESPRESSO's pw.x (6.7): energies, forces and stresses of its finished steps."""

import re

import numpy as np
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator
from ase.stress import full_3x3_to_voigt_6_stress


def read_frames(output, start):
    """Read all finished steps of a pw.x output.

    A step counts as finished when its energy is converged and the forces on all atoms are there, so that the output of
    a run that failed, was killed or still goes on is read up to its last good step.

    Args:
        output: str, the standard output of pw.x (scf, relax or md; positions in angstrom).
        start: Atoms, the structure in the input file (the output rounds it).

    Returns:
        list of Atoms with energy (eV), forces (eV/Å) and, if pw.x was asked for it, stress (6,) (eV/Å^3, tension
        positive).

    Example:
        >>> read_frames("the beginning of an output", Atoms("Au2"))
        []
    """
    number = r"\s+(-?\d+\.\d+)"
    force = rf"(?: +atom +\d+ type +\d+ +force ={number * 3}\n){{{len(start)}}}"
    block = re.compile(
        rf"ATOMIC_POSITIONS \(angstrom\)\n(?P<positions>(?:\w+{number * 3}[^\n]*\n){{{len(start)}}})"
        rf"|^! +total energy +={number} Ry\n"
        rf"|Forces acting on atoms[^\n]*\n\n(?P<forces>{force})"
        rf"|total +stress [^\n]*\n(?P<stress>(?:(?:{number}){{6}}\n){{3}})",
        re.MULTILINE,
    )
    frames, positions, energy = [], start.positions, None
    for match in block.finditer(output):
        if match["positions"]:
            positions = [line.split()[1:4] for line in match["positions"].splitlines()]
            energy = None
        elif match["stress"]:
            if frames:
                frames[-1].calc.results["stress"] = _stress(match["stress"])
        elif match["forces"] is None:
            energy = float(match[0].split()[-2])
        elif energy is not None:
            forces = [line.split()[-3:] for line in match["forces"].splitlines()]
            frames.append(_labelled(start, positions, energy, forces))
    return frames


def failure(output, errors):
    """Return the reason that a pw.x output, or else the last line of its errors, gives for its end, on one line."""
    reason = re.search(r"Error in routine.*\n.*|convergence NOT achieved.*", output)
    reason = reason or re.search(r"MPI_ABORT was invoked.*\n.*", errors)  # which may come before all output
    if reason:
        return " ".join(reason[0].split())
    return errors.strip().rpartition("\n")[2] or f"an output of {len(output)} characters"


def _labelled(start, positions, energy, forces):
    atoms = Atoms(start.symbols, [[float(x) for x in row] for row in positions], cell=start.cell, pbc=start.pbc)
    forces = [[float(x) * units.Ry / units.Bohr for x in row] for row in forces]
    atoms.calc = SinglePointCalculator(atoms, energy=energy * units.Ry, forces=forces)
    return atoms


def _stress(block):
    """Stress (6,) in eV/Å^3, tension positive; pw.x prints Ry/Bohr^3, compression positive, in its first columns."""
    tensor = np.array([line.split()[:3] for line in block.splitlines()], dtype=float)
    return -full_3x3_to_voigt_6_stress(tensor) * units.Ry / units.Bohr**3

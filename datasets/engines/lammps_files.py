"""Files of LAMMPS in `units metal`: the data file and the simulation box, dumps, and thermodynamic output."""

from itertools import islice

import numpy as np
from ase import units
from ase.calculators.lammps import Prism
from ase.geometry import complete_cell

BAR = 1 / 1.6021765e6  # eV/A^3, LAMMPS's own constant: 8e-8 less than CODATA's
PICOSECOND = 1000 * units.fs
DUMPED = ("xu", "yu", "zu", "vx", "vy", "vz", "fx", "fy", "fz", "c_energies")
VIRIAL = tuple(f"c_virial[{i}]" for i in range(1, 7))  # xx yy zz xy xz yz
THERMO = ("step", "temp", "press", "pe", "etotal", *VIRIAL)


def simulation_box(atoms):
    """Return the orientation that LAMMPS wants: a along x, b in the xy plane, and the tilts as small as they can be.

    Cell vectors along directions that are not periodic are replaced by vectors perpendicular to the periodic ones.

    Args:
        atoms: structure with any combination of periodic directions.

    Returns:
        ase.calculators.lammps.Prism, which rotates vectors and tensors; `lammps_cell` (3, 3) is the box in A.

    Example:
        >>> from ase import Atoms
        >>> atoms = Atoms("Ar", cell=[[0, 0, 2], [0, 3, 0], [4, 0, 0]], pbc=True)
        >>> simulation_box(atoms).lammps_cell.diagonal().tolist()
        [2.0, 3.0, 4.0]
    """
    return Prism(complete_cell(atoms.cell.array * atoms.pbc[:, None]), atoms.pbc)


def data_text(atoms, elements):
    """Return the data file of a structure with its velocities, for `atom_style atomic`.

    Where the structure is not periodic the box encloses the atoms (`boundary m` lets it grow with them).

    Args:
        atoms: structure.
        elements: list of symbols, in the order of LAMMPS's atom types.

    Raises:
        ValueError: the structure has another element.

    Example:
        >>> from ase import Atoms
        >>> print(data_text(Atoms("Ar", cell=[4, 5, 6], pbc=True), ["Ar"]).splitlines()[4])
        0 4 xlo xhi
    """
    unknown = sorted(set(atoms.symbols) - set(elements))
    if unknown:
        raise ValueError(f"The interaction is defined for {' '.join(elements)} only. Received: {unknown[0]}")
    box = simulation_box(atoms)
    positions, velocities = box.vector_to_lammps(atoms.positions), box.vector_to_lammps(atoms.get_velocities())
    lower = np.where(atoms.pbc, 0.0, positions.min(axis=0) - 1.0)
    upper = np.where(atoms.pbc, box.lammps_cell.diagonal(), positions.max(axis=0) + 1.0)
    types = [elements.index(symbol) + 1 for symbol in atoms.symbols]
    # of an element that is not there the mass plays no role, but LAMMPS wants one
    masses = dict(zip(types, atoms.get_masses(), strict=True))
    edges = zip("xyz", np.transpose([lower, upper]), strict=True)
    lines = ["atomzoo\n", f"{len(atoms)} atoms", f"{len(elements)} atom types"]
    lines += [*(f"{_row(pair)} {axis}lo {axis}hi" for axis, pair in edges), *_tilt(box.lammps_cell)]
    lines += ["\nMasses\n", *(f"{i} {masses.get(i, 1.0):.17g}" for i in range(1, len(elements) + 1))]
    lines += ["\nAtoms # atomic\n"]
    lines += [f"{i} {t} {_row(r)}" for i, (t, r) in enumerate(zip(types, positions, strict=True), 1)]
    lines += ["\nVelocities\n", *(f"{i} {_row(v)}" for i, v in enumerate(velocities * PICOSECOND, 1))]
    return "\n".join([*lines, ""])


def _tilt(cell):
    tilt = cell[[1, 2, 2], [0, 0, 1]]
    # rounding of the rotation is no tilt: an orthogonal box is faster
    return [f"{_row(tilt)} xy xz yz"] if np.abs(tilt).max() > 1e-12 * cell.max() else []


def _row(values):
    return " ".join(f"{value:.17g}" for value in values)


def read_dump(path):
    """Yield the snapshots of a dump of style custom, one at a time.

    Args:
        path: dump file with one line an atom, sorted by id.

    Yields:
        `(step, columns)`: the number of the time step, and a dict of the name of each column to its values (n,).
    """
    with open(path) as file:
        while file.readline():
            step = int(file.readline())
            file.readline()
            n_atoms = int(file.readline())
            *_, header = (file.readline() for _ in range(5))  # the box and the names of the columns
            yield step, dict(zip(header.split()[2:], np.loadtxt(islice(file, n_atoms), ndmin=2).T, strict=True))


def read_thermo(output):
    """Return the rows of the thermodynamic output, in order.

    Args:
        output: str, what LAMMPS prints with `thermo_style custom` of `THERMO`.

    Returns:
        list of dicts, one for each printed row, of the names in `THERMO` to float.

    Example:
        >>> read_thermo("   Step   Temp\\n 0 300\\n 10 298.5\\nLoop time of 0.1 on 1 procs")[1]["temp"]
        298.5
    """
    rows, columns = [], 0
    for line in output.splitlines():
        words = line.split()
        if words[:1] == ["Step"]:
            columns = len(words)
        elif words[:2] == ["Loop", "time"]:
            columns = 0
        elif len(words) == columns and words and words[0].isdigit():  # no warning in between
            rows.append(dict(zip(THERMO, map(float, words), strict=False)))
    return rows


def stress(thermo, box):
    """Return the stress (6,) without its kinetic part, in eV/A^3 and ASE's order, of a row of `read_thermo`."""
    xx, yy, zz, xy, xz, yz = (-BAR * thermo[name] for name in VIRIAL)
    rotated = box.tensor2_to_ase(np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]))
    return rotated[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]

"""Elastic constants and cells at zero stress, from the stress of relaxed, slightly strained cells."""

import numpy as np

LARGEST_STEP = 0.02  # strain of one step towards zero stress
# Strain of each Voigt component: xx, yy, zz, yz, xz, xy. Shears are counted twice, as engineers do.
_STRAINS = np.zeros((6, 3, 3))
for _k, (_i, _j) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
    _STRAINS[_k, _i, _j] += 0.5
    _STRAINS[_k, _j, _i] += 0.5


def elastic_constants(atoms, relaxed, strain=1e-3):
    """The elastic constants by central differences of the stress.

    Args:
        atoms: `ase.Atoms`, periodic in three directions, at zero stress.
        relaxed: Function of `ase.Atoms` to the same with relaxed positions in the same cell and with its stress, e.g.
            `Lammps(...).relax`, or `lambda atoms: relax(atoms, potential).atoms`.
        strain: Size of the strains.

    Returns:
        C (6, 6) in eV/A^3, Voigt order xx, yy, zz, yz, xz, xy; `C / ase.units.GPa` is in GPa.

    Example:

    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> def with_emt(atoms):
    ...     atoms.calc = EMT()
    ...     return atoms
    >>> constants = elastic_constants(equilibrium(bulk("Cu"), with_emt), with_emt)
    >>> bool(abs(constants[0, 0] - constants[1, 1]) < 1e-6)  # cubic
    True
    """
    stresses = [
        [relaxed(_strained(atoms, size * shape)).get_stress() for size in (-strain, strain)] for shape in _STRAINS
    ]
    constants = np.array([(plus - minus) / (2 * strain) for minus, plus in stresses])
    return 0.5 * (constants + constants.T)


def equilibrium(atoms, relaxed, max_stress=1e-7, max_steps=20):
    """The structure at zero stress, by Newton steps of the cell.

    Args:
        atoms: `ase.Atoms`, periodic in three directions, near the equilibrium.
        relaxed: See `elastic_constants`.
        max_stress: Largest component that is left, eV/A^3.
        max_steps: Of the cell.

    Returns:
        `ase.Atoms`, as `relaxed` returns them.

    Raises:
        ValueError: if the stress does not vanish.
    """
    for _ in range(max_steps):
        atoms = relaxed(atoms)
        stress = atoms.get_stress()
        if np.abs(stress).max() <= max_stress:
            return atoms
        step = np.tensordot(np.linalg.solve(elastic_constants(atoms, relaxed), -stress), _STRAINS, axes=1)
        atoms = _strained(atoms, step * min(1.0, LARGEST_STEP / np.abs(step).max()))
    left = np.abs(stress).max()
    raise ValueError(f"The cell has no equilibrium nearby. Received: {left:g} eV/A^3 after {max_steps} steps")


def _strained(atoms, strain):
    atoms = atoms.copy()
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    return atoms

"""Phonons at Gamma of a crystal: no displacement of its atoms lowers the energy."""

import numpy as np
from ase.vibrations import VibrationsData

from atomzoo.models.validation.check import Check, Curve, graded

STEP = 0.01  # A
GOOD_IMAGINARY, LOOK_IMAGINARY = 1.0, 15.0  # 1/cm
RULE = "good: none imaginary but the three acoustic, which are 0; look: imaginary below 15 cm⁻¹"


def check_phonons(crystal, potential):
    """The vibrations of a relaxed crystal that are alike in all its cells, by central differences of forces.

    Args:
        crystal: `Crystal`, relaxed.
        potential: `NeuralNetworkPotential` in float64.

    Returns:
        `Check` with a `Curve`; imaginary frequencies are negative.
    """
    frequencies = gamma_frequencies(crystal.atoms, potential)
    others = np.delete(frequencies, np.argsort(np.abs(frequencies))[:3])
    if len(others):
        found = f"lowest optical {others.min():.1f}, highest {others.max():.1f} cm⁻¹"
        found = found.replace("lowest optical -", "an imaginary one, ")
    else:
        found = "one atom, acoustic modes only"
    verdict = graded(-others.min(initial=np.inf), GOOD_IMAGINARY, LOOK_IMAGINARY)
    number = np.arange(1, len(frequencies) + 1)
    curve = Curve(number, frequencies, "mode at Γ", "frequency, cm⁻¹", style="o")
    return Check("phonons at Gamma", crystal.name, found, RULE, verdict, curve)


def gamma_frequencies(atoms, potential):
    """Frequencies (3 n,) in 1/cm, ascending; imaginary ones as negative numbers."""
    moved = []
    for axis in range(3 * len(atoms)):
        for step in (STEP, -STEP):
            copy = atoms.copy()
            copy.positions.flat[axis] += step
            moved.append(copy)
    forces = np.array([result["forces"].ravel() for result in potential.evaluate_atoms(moved)])
    hessian = -(forces[::2] - forces[1::2]) / (2 * STEP)
    hessian = 0.5 * (hessian + hessian.T)
    values = VibrationsData.from_2d(atoms, hessian).get_frequencies()
    return np.sort(np.where(np.abs(values.imag) > np.abs(values.real), -np.abs(values.imag), values.real))

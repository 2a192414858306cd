"""Elastic constants of a crystal: it must resist every strain."""

import numpy as np
from ase.units import GPa

from atomzoo.models.relaxation.elasticity import elastic_constants
from atomzoo.models.validation.check import Check, graded
from atomzoo.models.validation.crystals import relaxed_by

LEAST = 1.0  # GPa
RULE = "good: every strain costs energy, the smallest eigenvalue of C is above 1 GPa; look: above 0"


def check_elastic(crystal, potential):
    """The elastic constants by strains of a relaxed crystal.

    Args:
        crystal: `Crystal`, relaxed.
        potential: `NeuralNetworkPotential` in float64.

    Returns:
        `Check`; beside its smallest eigenvalue it has C11, C12 and C44, those of a crystal without cubic axes as means
        over the three.
    """
    constants = elastic_constants(crystal.atoms, relaxed_by(potential)) / GPa
    smallest = np.linalg.eigvalsh(constants)[0]
    diagonal = np.diag(constants)
    c12 = np.mean([constants[0, 1], constants[0, 2], constants[1, 2]])
    found = (
        f"C11 {diagonal[:3].mean():.1f}, C12 {c12:.1f}, C44 {diagonal[3:].mean():.1f} GPa (means over axes); smallest "
        f"eigenvalue {smallest:.1f} GPa"
    )
    return Check("elastic constants", crystal.name, found, RULE, graded(-smallest, -LEAST, 0.0))

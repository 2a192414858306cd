"""The core against `pair_style zbl` of LAMMPS."""

import ase
import numpy as np

from atomzoo.datasets.engines.lammps import Lammps
from atomzoo.layers import RepulsiveCore
from atomzoo.models.potential.gradients import value_and_gradient


def test_equal_to_zbl_of_lammps(lammps):
    """Below the inner radius; LAMMPS shifts energies by what is left at its outer one, which is nothing at 30 A."""
    zbl = ["pair_style zbl 28.0 30.0", "pair_coeff 1 1 22 22", "pair_coeff 2 2 8 8", "pair_coeff 1 2 22 8"]
    distances, pairs = (0.3, 0.8, 1.5, 2.4), (("Ti", "Ti"), ("Ti", "O"), ("O", "O"))
    cases = [(r, pair) for r in distances for pair in pairs]
    dimers = [ase.Atoms(pair, [[0, 0, 0], [0, 0, r]]) for r, pair in cases]
    labelled = Lammps(zbl, ["Ti", "O"]).label(dimers)
    first, second = (np.array([["Ti", "O"].index(pair[k]) for _, pair in cases], "int32") for k in (0, 1))
    core = RepulsiveCore([22, 8], [1.3, 1.3], [2.0, 2.0])
    displacements = np.array([[atoms.positions[1]] for atoms in dimers])
    energies, gradient = value_and_gradient(lambda d: core(d, first, second[:, None]), displacements)
    expected = [atoms.get_potential_energy() for atoms in labelled]
    np.testing.assert_allclose(2 * np.asarray(energies), expected, rtol=1e-12)
    np.testing.assert_allclose(
        2 * np.asarray(gradient)[:, 0], [atoms.get_forces()[0] for atoms in labelled], rtol=1e-12, atol=1e-14
    )

import ase
import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential
from atomzoo.datasets.arrays.neighbors import neighbor_list
from atomzoo.layers import RepulsiveCore, SymmetryFunction
from atomzoo.models.potential.cores import zbl_core
from tests.examples import crystal, rattled, small_potential, wide_core
from tests.physics import assert_close

FUNCTIONS = [SymmetryFunction("G2", 4.0, eta=0.5)]


def test_radii_of_zbl():
    """0.4 and 0.7 times the sums of covalent radii, gold's 1.36 A."""
    core = zbl_core(["Au", "O"])
    assert core.numbers == [79, 8]
    np.testing.assert_allclose((core.inner[0][0], core.outer[0][0]), (0.8 * 1.36, 1.4 * 1.36), rtol=1e-12)
    np.testing.assert_allclose((core.inner[0][1], core.outer[1][0]), (0.4 * 2.02, 0.7 * 2.02), rtol=1e-12)


def test_radii_of_zbl_from_structures():
    """0.9 of the shortest distance, of pairs that come within reach of each other; the others are as without data."""
    structures = [ase.Atoms("TiO", [[0, 0, 0], [0, 0, r]]) for r in (1.9, 1.7)] + [ase.Atoms("O2", [[0, 0, 0]] * 2)]
    core, without = zbl_core(["Ti", "O"], structures), zbl_core(["Ti", "O"])
    assert core.outer[0][1] == core.outer[1][0] == pytest.approx(0.9 * 1.7, rel=1e-12)
    assert core.inner[0][1] == pytest.approx(4 / 7 * 0.9 * 1.7, rel=1e-12)
    for k in (0, 1):  # titanium is never with titanium; oxygen only at one point, which is no distance
        assert (core.inner[k][k], core.outer[k][k]) == (without.inner[k][k], without.outer[k][k])
    near = zbl_core(["Ti", "O"], structures, reach=1.6)
    assert near.cutoff == 1.6
    np.testing.assert_array_equal(near.outer, np.minimum(without.outer, 1.6))


def test_it_is_added_to_the_energy_of_the_networks():
    """Each pair within its outer radius, periodic images too; an atom alone, and atoms farther apart, have none."""
    core, atoms = wide_core(), crystal(["Ti", "O"])
    without, together = (small_potential(["Ti", "O"], FUNCTIONS, core=given) for given in (None, core))
    together.set_weights(without.get_weights())
    i, j, shifts = neighbor_list(atoms, core.cutoff)
    vectors, species = atoms.positions[j] + shifts - atoms.positions[i], np.array([0, 1, 0, 1], "int32")
    pairs = np.asarray(core(vectors[:, None], species[i], species[j][:, None]))
    assert len(i) > 20
    results = [potential.evaluate_atoms(atoms, "tensorflow") for potential in (without, together)]
    added = [results[1][name] - results[0][name] for name in ("energy", "interaction_energy", "energies")]
    assert pairs.sum() > 0.1
    assert_close(added[0], pairs.sum(), 1e-12)
    assert_close(added[1], pairs.sum(), 1e-12)
    assert_close(added[2], np.bincount(i, pairs), 1e-11)
    assert_close(together.evaluator.core_energy([atoms]), [pairs.sum()], 1e-14)
    for apart in (ase.Atoms("Ti"), ase.Atoms("O2", [[0, 0, 0], [0, 0, 2.9]])):
        assert together.evaluate_atoms(apart)["energy"] == without.evaluate_atoms(apart)["energy"]


def test_energies_are_adapted_to_without_it():
    """Shifts and scale are those of what networks learn."""
    structures = rattled(crystal(["Ti", "O"]), 4)
    potential = NeuralNetworkPotential.from_functions(["Ti", "O"], FUNCTIONS, dtype="float64", core=wide_core())
    for atoms, energy in zip(structures, potential.evaluator.core_energy(structures), strict=True):
        assert energy > 0.1
        atoms.calc.results["energy"] = energy - 12.0
    potential.adapt(structures)
    assert_close(potential.atom_sum.shifts, [-3.0, -3.0], 1e-12)
    assert float(potential.atom_sum.scale) == 1e-3


@pytest.mark.parametrize(
    ("core", "message"),
    [
        ("lj", "`core` must be \"zbl\", a `RepulsiveCore`, or None. Received: 'lj'"),
        (RepulsiveCore([79], [0.5], [1.0]), r"The core must be of \['Ti', 'O'\]. Received: that of \[79\]"),
        (RepulsiveCore([22, 8], [0.5, 0.5], [2.1, 1.0]), "A core must end within the cutoff, 4 A. Received: 4.2 A"),
    ],
)
def test_bad_cores(core, message):
    with pytest.raises(ValueError, match=message):
        NeuralNetworkPotential.from_functions(["Ti", "O"], FUNCTIONS, core=core)

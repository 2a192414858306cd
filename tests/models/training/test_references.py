import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.layers import SymmetryFunction
from atomzoo.models.training.references import chosen_references, isolated_energies, set_references
from tests.examples import crystal, rattled, small_potential


def single(symbol, energy, **options):
    atoms = ase.Atoms(symbol, **options)
    atoms.calc = SinglePointCalculator(atoms, energy=energy)
    return atoms


def test_single_atoms_are_those_without_images_in_reach():
    crystal_of_one = bulk("Cu")
    crystal_of_one.calc = SinglePointCalculator(crystal_of_one, energy=-4.0)
    data = [crystal_of_one, single("Cu", -1.0), single("O", -2.0, cell=[9, 9, 9], pbc=True), single("Cu", -1.5)]
    others, energies = isolated_energies(data, cutoff=6.0)
    assert others == [crystal_of_one] and energies == {"Cu": -1.5, "O": -2.0}
    assert isolated_energies(data, cutoff=9.5)[1] == {"Cu": -1.5}


def test_references_leave_energies_as_they_are():
    """What energies are counted from changes by the atoms' energies."""
    potential = small_potential(["Ti", "O"], [SymmetryFunction("G2", 4.0, eta=0.5)])
    structures = rattled(crystal(["Ti", "O"]), 2)
    before, shifts = potential.evaluate_atoms(structures), np.array(potential.atom_sum.shifts)
    set_references(potential, {"Ti": -3.0, "O": -5.0})
    for old, new in zip(before, potential.evaluate_atoms(structures), strict=True):
        assert new["energy"] == pytest.approx(old["energy"], abs=1e-9)
        np.testing.assert_allclose(new["forces"], old["forces"], atol=1e-9)
        assert new["interaction_energy"] == pytest.approx(old["energy"] - 2 * (-3.0) - 2 * (-5.0), abs=1e-9)
    assert np.asarray(potential.atom_sum.shifts).tolist() == [-3.0, -5.0] != shifts.tolist()


def test_which_references_are_taken():
    found, elements = {"Ti": -3.0, "O": -5.0, "H": -13.0}, ["Ti", "O"]
    for reference in (None, "isolated", [ase.Atoms("Ti")]):
        assert chosen_references(reference, found, elements) == {"Ti": -3.0, "O": -5.0}
        if reference is not None:
            with pytest.raises(ValueError, match="There is no single atom of O among the references."):
                chosen_references(reference, {"Ti": -3.0}, elements)
    assert chosen_references("fit", found, elements) is chosen_references(None, {"Ti": -3.0}, elements) is None

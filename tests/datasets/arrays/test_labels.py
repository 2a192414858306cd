import ase
import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms

from atomzoo.datasets.arrays.labels import find_label, labels

VOIGT = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])  # xx, yy, zz, yz, xz, xy
FULL = [[1, 6, 5], [6, 2, 4], [5, 4, 3]]


def labelled(atoms, **results):
    atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def test_energies_and_forces():
    forces = np.array([[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]])
    pair = labelled(ase.Atoms("H2", positions=[[0, 0, 0], [0, 0, 0.7]]), energy=-31.0, forces=forces)
    pair.set_constraint(FixAtoms([0]))  # what is fixed in a relaxation has forces all the same
    single = labelled(ase.Atoms("H"), energy=-13.0, forces=np.zeros((1, 3)))
    found = labels([single, pair])
    assert found["energy"].tolist() == [-13.0, -31.0] and found["energy"].dtype == np.float64
    np.testing.assert_array_equal(found["forces"], [[0, 0, 0], *forces])
    assert labels([single, pair], ("energy_per_atom",))["energy_per_atom"].tolist() == [-13.0, -15.5]
    assert list(labels([single], names=("energy",))) == ["energy"]


def test_energies_of_atoms_in_one_row():
    structures = [labelled(ase.Atoms("H"), energies=np.array([2.0])), labelled(bulk("Au"), energies=np.array([3.0]))]
    structures.append(labelled(ase.Atoms("H2", [[0, 0, 0], [0, 0, 1]]), energies=np.array([4.0, 5.0])))
    assert labels(structures, ("energies",))["energies"].tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize("stress", [VOIGT, FULL], ids=["voigt", "full"])
def test_stress_is_that_of_periodic_structures(stress):
    crystal = labelled(bulk("Au"), stress=np.array(stress, float))
    slab = bulk("Au")
    slab.pbc = (True, True, False)
    labelled(slab, stress=VOIGT)
    found = labels([crystal, ase.Atoms("Au"), slab], ("stress",))["stress"]
    np.testing.assert_array_equal(found[:2], [FULL, np.zeros((3, 3))])
    normal = np.cross(*slab.cell[:2]) / np.linalg.norm(np.cross(*slab.cell[:2]))
    assert np.abs(found[2] @ normal).max() < 1e-14
    edges = slab.cell[:2]
    np.testing.assert_allclose(edges @ found[2] @ edges.T, edges @ FULL @ edges.T, atol=1e-12)
    np.testing.assert_array_equal(find_label(slab, "stress"), found[2])
    slab.cell[2] = 0.0
    labelled(slab, stress=VOIGT)
    assert find_label(slab, "stress") is None and not labels([slab], ("stress",))["stress"].any()


@pytest.mark.parametrize("calculator", [EMT, lambda: SinglePointCalculator(bulk("Cu"))], ids=["live", "empty"])
def test_a_label_that_a_calculator_lacks(calculator):
    atoms = bulk("Cu")
    atoms.calc = calculator()
    if isinstance(atoms.calc, EMT):
        atoms.calc.implemented_properties = ["energy"]
        assert np.isfinite(find_label(atoms, "energy"))
    assert find_label(atoms, "forces") is None and find_label(bulk("Cu"), "forces") is None


def test_structures_that_share_a_live_calculator_have_their_own_labels():
    shared, structures = EMT(), [bulk("Cu", cubic=True) for _ in range(4)]
    for seed, atoms in enumerate(structures):
        atoms.rattle(0.1, seed=seed)
        atoms.calc = shared
    alone = [atoms.copy() for atoms in structures]
    for atoms in alone:
        atoms.calc = EMT()
    found = labels(structures, ("energy", "forces", "stress"))
    np.testing.assert_allclose(found["energy"], [atoms.get_potential_energy() for atoms in alone], rtol=1e-13)
    np.testing.assert_allclose(found["forces"], np.concatenate([a.get_forces() for a in alone]), atol=1e-12)
    np.testing.assert_allclose(found["stress"], [a.get_stress(voigt=False) for a in alone], atol=1e-14)
    assert len(set(found["energy"].round(6))) == 4


def test_labels_do_not_change_with_a_later_calculation():
    atoms = bulk("Cu", cubic=True)
    atoms.calc = EMT()
    forces = find_label(atoms, "forces")
    before = forces.copy()
    atoms.rattle(0.2, seed=1)
    atoms.get_forces()
    np.testing.assert_array_equal(forces, before)


def test_a_structure_that_moved_after_it_was_labelled_has_no_label():
    atoms = labelled(molecule("H2O"), energy=-1.0, forces=np.ones((3, 3)))
    assert find_label(atoms, "energy") == -1.0
    atoms.positions[1, 2] += 1e-3
    assert find_label(atoms, "energy") is None and find_label(atoms, "forces") is None
    good = labelled(molecule("H2O"), energy=-1.0)
    with pytest.raises(ValueError, match="structure 1: it has no label 'energy'"):
        labels([good, atoms, good], ("energy",))


@pytest.mark.parametrize("change", ["cell", "pbc", "element", "moments"])
def test_so_has_one_whose_cell_or_elements_changed(change):
    atoms = labelled(bulk("Au", cubic=True), energy=-1.0)
    if change == "cell":
        atoms.cell[0, 0] += 0.1
    elif change == "pbc":
        atoms.pbc = False
    elif change == "moments":
        atoms.set_initial_magnetic_moments([1.0, 0.0, 0.0, 0.0])
    else:
        atoms.symbols[0] = "Ag"
    assert find_label(atoms, "energy") is None


@pytest.mark.parametrize(
    ("atoms", "names", "message"),
    [
        (ase.Atoms("H"), ("energy",), "structure 1: it has no label 'energy'"),
        (ase.Atoms("H"), ("energy_per_atom",), "structure 1: it has no label 'energy_per_atom'"),
        (labelled(ase.Atoms("H"), energy=0.0), ("energy", "forces"), "structure 1: it has no label 'forces'"),
        (labelled(ase.Atoms("H"), energy=np.nan), ("energy",), "structure 1: its label 'energy' is not finite"),
        (labelled(ase.Atoms("H"), forces=[[0, np.nan, 0]]), ("forces",), "structure 1: its label 'forces' is not fin"),
        (labelled(bulk("Au"), energy=0.0), ("stress",), "structure 1: it has no label 'stress'"),
    ],
)
def test_a_missing_label_is_named_by_its_place(atoms, names, message):
    good = labelled(ase.Atoms("H"), energy=0.0, forces=np.zeros((1, 3)))
    with pytest.raises(ValueError, match=message):
        labels([good, atoms], names)


def test_unknown_label():
    with pytest.raises(ValueError, match="Labels are energy, .* Received: 'dipole'"):
        labels([labelled(ase.Atoms("H"), energy=0.0)], ("dipole",))

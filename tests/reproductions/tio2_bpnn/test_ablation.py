import ase
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.reproductions.tio2_bpnn import ablation


def oxide(n_units):
    atoms = ase.Atoms("TiO2" * n_units, positions=[[2.0 * k, 0, 0] for k in range(3 * n_units)])
    atoms.calc = SinglePointCalculator(atoms, energy=-2500.0 * n_units)
    return atoms


def test_the_few_functions_do_not_tell_elements_apart():
    functions = ablation.few_functions()
    assert [function.kind for function in functions] == ["G2"] * 8 + ["G5"] * 6
    assert len(set(functions)) == 14 and {function.neighbors for function in functions} == {()}


def test_structures_of_one_size_are_drawn_once_and_for_all():
    structures = [oxide(n_units) for n_units in (8, 2, 8, 8, 16, 8)]
    assert ablation.of_one_size(structures) == [structures[k] for k in (0, 2, 3, 5)]
    drawn = ablation.of_one_size(structures, 2)
    assert len(drawn) == 2 and [id(atoms) for atoms in ablation.of_one_size(structures, 2)] == list(map(id, drawn))


def test_labels_of_each_protocol():
    """The paper's has total energies and one element; atoms are Ti -1626.66972707 and O -433.23448532 eV."""
    atoms = oxide(1)
    paper, ours = ablation.labelled(atoms, False, False), ablation.labelled(atoms, True, True)
    assert str(paper.symbols) == "Ti3" and paper.get_potential_energy() == -2500.0
    assert str(ours.symbols) == "TiO2" and ours.get_potential_energy() == pytest.approx(-6.86130229, abs=1e-8)
    assert str(atoms.symbols) == "TiO2" and atoms.get_potential_energy() == -2500.0

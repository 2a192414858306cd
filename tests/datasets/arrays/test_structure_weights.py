import ase
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.arrays.structure_dataset import StructureDataset
from atomzoo.datasets.arrays.structure_weights import structure_weights


def dimer(forces=True, **info):
    atoms = ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]], info=info)
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0, forces=np.ones((2, 3)) if forces else None)
    return atoms


@pytest.fixture
def structures():
    return [dimer(), dimer(config_weight=2.0, energy_weight=0.5), dimer(forces=False), dimer(force_weight=4)]


def test_weights_of_info_and_of_labels_that_are_missing(structures):
    np.testing.assert_allclose(structure_weights(structures, "energy_per_atom"), [1, 1, 1, 1])
    np.testing.assert_allclose(structure_weights(structures, "forces"), np.array([1, 2, 0, 4]) * 4 / 7)
    assert not structure_weights(structures, "stress").any()


def test_a_batch_counts_its_structures_by_them(structures):
    """Rows of atoms: the weights of the structures over the number of atoms, so that a mean over rows is as wanted."""
    x, y, weights = StructureDataset(structures, ["Au"], 3.0, labels=("energy_per_atom", "forces"))[0]
    np.testing.assert_allclose(weights["forces"], np.repeat([1, 2, 0, 4], 2) * 4 / 7)
    assert not y["forces"][4:6].any() and y["forces"][6:].all()
    halves = StructureDataset(structures, ["Au"], 3.0, batch_size=2, labels=("forces",))
    np.testing.assert_allclose(np.mean([halves[k][2]["forces"] for k in (0, 1)]), 1.0)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf, "much", [1, 2]])
def test_bad_weights(weight):
    with pytest.raises(ValueError, match="structure 1: its config_weight must be a number that is not negative"):
        structure_weights([dimer(), dimer(config_weight=weight)], "energy")


def test_energies_count_by_their_errors():
    """Per atom, the error is that of the structure over its number of atoms: weights of 4 / 0.01 and 1 / 0.25."""
    atom = ase.Atoms("Au", info={"energy_sigma": 0.5})
    atom.calc = SinglePointCalculator(atom, energy=-1.0)
    structures = [dimer(energy_sigma=0.1), atom]
    np.testing.assert_allclose(structure_weights(structures, "energy_per_atom"), np.array([400, 4]) / 202)
    np.testing.assert_allclose(structure_weights(structures, "energy"), np.array([100, 4]) / 52)
    doubled = [dimer(energy_sigma=0.1), dimer(energy_sigma=0.1, energy_weight=2.0)]
    np.testing.assert_allclose(structure_weights(doubled, "energy"), [2 / 3, 4 / 3])
    np.testing.assert_allclose(structure_weights(doubled, "forces"), [1, 1])


def test_structures_that_do_not_count_need_no_error():
    unlabelled = ase.Atoms("Au")
    found = structure_weights([dimer(energy_sigma=0.1), unlabelled, dimer(energy_weight=0.0)], "energy")
    np.testing.assert_allclose(found, [3, 0, 0])


def test_errors_of_some_energies_only():
    with pytest.raises(ValueError, match="^structure 1: it has an energy without energy_sigma, which others have$"):
        structure_weights([dimer(energy_sigma=0.1), dimer()], "energy_per_atom")


@pytest.mark.parametrize("sigma", [-1.0, 0, np.nan, np.inf, "small", [1, 2]])
def test_bad_errors(sigma):
    with pytest.raises(ValueError, match="structure 1: its energy_sigma must be a positive number. Received: "):
        structure_weights([dimer(energy_sigma=1.0), dimer(energy_sigma=sigma)], "energy")

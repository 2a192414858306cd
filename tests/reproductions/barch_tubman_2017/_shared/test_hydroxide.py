import ase
import numpy as np
import pytest

from atomzoo.reproductions.barch_tubman_2017._shared import hydroxide
from tests.reproductions.barch_tubman_2017.hydroxide_examples import springs


def test_the_bridge_is_the_proton_between_the_oxygens():
    atoms = ase.Atoms("OHOHH", [[0, 0, 0], [-0.9, 0.2, 0], [2.5, 0, 0], [1.0, 0, 0], [3.2, 0.6, 0]])
    assert hydroxide.bridge(atoms) == pytest.approx({"oxygens": 2.5, "shorter": 1.0, "longer": 1.5, "asymmetry": 0.5})


def test_half_a_turn_leaves_the_symmetric_structure_as_it_is():
    turned = hydroxide.SYMMETRIC.positions[[2, 1, 0, 4, 3]] * [-1, -1, 1]
    np.testing.assert_allclose(turned, hydroxide.SYMMETRIC.positions)


def test_forces_are_those_of_the_functional_and_of_the_difference(monkeypatch):
    weak, stiff = ([springs(np.random.default_rng(seed), k) for seed in range(3)] for k in (20.0, 22.0))
    trained = []

    class Perfect:
        """What learns the difference, and knows its forces."""

        def __init__(self, structures, **options):
            trained.append([atoms.calc.results for atoms in structures])
            self.potential = self

        def evaluate_atoms(self, structures):
            pairs = zip(stiff, weak, strict=True)
            return [{"forces": second.get_forces() - first.get_forces()} for second, first in pairs]

    monkeypatch.setattr("atomzoo.train_potential", Perfect)
    hydroxide.train(weak, stiff, 0)
    differences, labels = trained
    for difference, label, first, second in zip(differences, labels, weak, stiff, strict=True):
        energy = second.get_potential_energy()
        assert difference == {"energy": pytest.approx(energy - first.get_potential_energy())}
        assert label["energy"] == energy
        np.testing.assert_allclose(label["forces"], second.get_forces())


def test_a_network_of_energies_alone():
    structures = [springs(np.random.default_rng(seed)) for seed in range(20)]
    for atoms in structures:
        del atoms.calc.results["forces"]
    potential = hydroxide.train(None, structures, 0, epochs=5)
    assert potential.core is not None and potential.elements == ["H", "O"]

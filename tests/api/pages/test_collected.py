import ase
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import prediction_errors
from atomzoo.pages.collected import Collected, Sample, group_of
from tests.examples import crystal, rattled, small_potential


@pytest.fixture(scope="module")
def potential():
    return small_potential(["Ti", "O"])


@pytest.fixture(scope="module")
def structures():
    found = rattled(crystal(["Ti", "O"]), 8) + rattled(crystal(["O"], pbc=False), 8, seed=1)
    for atoms in found[:4]:
        atoms.info["config_type"] = "first four"
    return found


@pytest.fixture(scope="module")
def results(potential, structures):
    return potential.evaluate_atoms(structures)


@pytest.fixture
def collected(potential, structures, results):
    made = Collected(potential)
    for k in (0, 5, 10, 15):
        made.add(structures[k : k + 5], results[k : k + 5])
    return made


def test_errors_are_those_of_prediction_errors(collected, structures, results):
    expected = prediction_errors(structures, results)
    found = collected.errors()[""]
    assert found.keys() == expected.keys() == {"energy", "energies", "forces", "stress"}
    for name, error in expected.items():
        assert (
            found[name].rmse == pytest.approx(error.rmse, rel=1e-12) and found[name].n_structures == error.n_structures
        )


def test_groups(collected, structures, results):
    assert list(collected.groups) == ["first four", "O2Ti2", "O4"]
    expected = prediction_errors(structures[4:8], results[4:8])["forces"].rmse
    assert collected.groups["O2Ti2"][""].errors()["forces"].rmse == pytest.approx(expected, rel=1e-12)


def test_parity_has_the_errors(collected, structures, results):
    rows = collected.parity["energy", ""].rows
    errors = [(r["energy"] - a.get_potential_energy()) / len(a) for a, r in zip(structures, results, strict=True)]
    np.testing.assert_allclose(rows[:, 1] - rows[:, 0], errors, atol=1e-9)
    assert len(collected.parity["stress", ""].rows) == 8 * 9


def test_the_worst_come_first(collected, structures, results):
    sizes = [np.sqrt(np.mean((r["forces"] - a.get_forces()) ** 2)) for a, r in zip(structures, results, strict=True)]
    name, worst = collected.worst
    assert name == "forces" and [found.place for found in worst] == np.argsort(sizes)[:-11:-1].tolist()
    assert worst[0].atoms.calc is None
    np.testing.assert_array_equal(worst[0].atoms.positions, structures[worst[0].place].positions)


def test_distances_from_the_training_range(potential, structures):
    made = Collected(potential)
    far = structures[0].copy()
    far.positions *= 3.0
    near = structures[0].copy()
    made.add([near, far], potential.evaluate_atoms([near, far]))
    near, far = made.distances[""].rows[:, 0]
    assert near < far and made.n_outside[""] >= 1
    assert np.isnan(made.distances[""].rows[:, 1:]).all() and made.errors() == {} and made.worst == ("energy", [])


def test_structures_without_forces_are_ordered_by_energy(potential):
    structures = [ase.Atoms("O2", [[0, 0, 0], [0, 0, 1.2 + 0.1 * k]]) for k in range(3)]
    results = potential.evaluate_atoms(structures)
    for atoms, result, error in zip(structures, results, (0.2, -0.6, 0.4), strict=True):
        atoms.calc = SinglePointCalculator(atoms, energy=result["energy"] - error)
    made = Collected(potential)
    made.add(structures, results, "a part", [7, 8, 9])
    name, worst = made.worst
    assert name == "energy" and [found.place for found in worst] == [8, 9, 7]
    assert [found.energy_error for found in worst] == pytest.approx([-0.3, 0.2, 0.1], abs=1e-9)


def test_a_sample_takes_all_alike():
    """Of two thousand rows in parts two hundred stay, evenly from all parts."""
    sample = Sample(200)
    for k in range(20):
        sample.add(np.full((100, 1), k))
    counts = np.bincount(sample.rows[:, 0].astype(int), minlength=20)
    assert len(sample.rows) == 200 and counts.min() >= 2 and counts.max() <= 25


@pytest.mark.parametrize(("info", "name"), [({}, "O2"), ({"config_type": "a\nb"}, "a b"), ({"config_type": 3}, "3")])
def test_names_of_groups(info, name):
    assert group_of(ase.Atoms("O2", info=info)) == name

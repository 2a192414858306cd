import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.models.potential.prediction_errors import ErrorSums, PredictionError, prediction_errors


def structure(n_atoms, **labels):
    atoms = ase.Atoms("Au" * n_atoms, positions=[[0, 0, 3 * k] for k in range(n_atoms)], cell=[9, 9, 9], pbc=True)
    atoms.calc = SinglePointCalculator(atoms, **labels)
    return atoms


def result(n_atoms, energy=0.0):
    zeros = {"energies": np.zeros(n_atoms), "forces": np.zeros((n_atoms, 3)), "stress": np.zeros((3, 3))}
    return {"energy": energy, **zeros}


def test_energies_are_per_atom():
    errors = prediction_errors([structure(1, energy=1.0), structure(2, energy=-4.0)], [result(1), result(2)])
    assert set(errors) == {"energy"}
    assert errors["energy"].mae == pytest.approx(1.5)  # of 1 and 4/2
    assert errors["energy"].rmse == pytest.approx(np.sqrt(2.5))


def test_energies_of_atoms():
    frames = [structure(1, energies=[1.0]), structure(2, energies=[2.0, -3.0])]
    errors = prediction_errors(frames, [{"energies": np.zeros(1)}, {"energies": np.array([0.0, 1.0])}])
    assert set(errors) == {"energies"} and errors["energies"].mae == pytest.approx(7 / 3)


def test_forces_and_stress_are_per_component():
    atoms = structure(2, forces=[[0, 0, 3.0], [0, 0, -3.0]], stress=[9.0, 0, 0, 0, 0, 9.0])
    errors = prediction_errors([atoms], [result(2)])
    assert errors["forces"].mae == pytest.approx(1.0) and errors["forces"].rmse == pytest.approx(np.sqrt(3.0))
    assert errors["stress"].mae == pytest.approx(3.0)  # xx, xy and yx of nine


def test_structures_without_labels_are_left_out():
    frames = [structure(1, energy=1.0), ase.Atoms("Au"), structure(1)]
    errors = prediction_errors(frames, [result(1)] * 3)
    assert errors["energy"].n_structures == 1
    assert prediction_errors(frames[1:], [result(1)] * 2) == {}


def test_parts_are_as_the_whole():
    structures = [structure(n, energy=float(n)) for n in (1, 2, 4, 8)]
    results = [result(n, energy=n + 0.25 * n * k) for k, n in enumerate((1, 2, 4, 8))]
    sums = ErrorSums()
    assert sums.errors() == {}
    for part in (slice(0, 1), slice(1, 4)):
        sums.add(structures[part], results[part])
    assert sums.errors() == prediction_errors(structures, results)
    assert sums.errors()["energy"] == PredictionError(0.375, 0.25 * 3.5**0.5, 4)


def test_labels_of_a_calculator_that_calculates():
    atoms = bulk("Cu")
    atoms.calc = EMT()
    errors = prediction_errors([atoms], [result(1)])
    assert errors["energy"].mae == pytest.approx(abs(atoms.get_potential_energy()))
    assert errors["stress"].mae == pytest.approx(np.abs(atoms.get_stress(voigt=False)).mean())


def test_a_structure_that_moved_has_no_labels():
    atoms = structure(2, energy=1.0, forces=np.ones((2, 3)))
    atoms.positions[0] += 0.1
    assert prediction_errors([atoms], [result(2)]) == {}


def test_a_label_that_is_not_finite_is_named():
    with pytest.raises(ValueError, match="structure 1: its label 'energy' is not finite"):
        prediction_errors([structure(1, energy=1.0), structure(1, energy=np.nan)], [result(1)] * 2)

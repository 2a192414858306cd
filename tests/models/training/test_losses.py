"""The loss, its weights and its units, against NumPy."""

import keras
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.layers import SymmetryFunction
from atomzoo.models.training.force_projections import random_directions
from atomzoo.models.training.inputs import prepared
from atomzoo.models.training.losses import fitted_labels, loss_weights, losses, relative_weights
from tests.examples import CUTOFF, crystal, rattled, small_potential
from tests.models.training.by_hand import mean_squares, squared_kernels

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
ELEMENTS = ["Ti", "O"]
FUNCTIONS = [SymmetryFunction("G2", CUTOFF, eta=0.5, rs=2.0), SymmetryFunction("G5", CUTOFF, eta=0.1, zeta=2)]
WEIGHTS = {"energy_per_atom": 2.0, "energies": 1.5, "forces": 0.3, "stress": 5.0, "projected_forces": 0.7}


@pytest.fixture(scope="module")
def mixed():
    """Crystals of 8 and 4 atoms, and clusters of 2, which have no stress."""
    large = crystal(ELEMENTS).repeat((2, 1, 1))
    clusters = rattled(crystal(ELEMENTS, pbc=False)[:2], 3, seed=2)
    return [*rattled(large, 2, seed=1), *rattled(crystal(ELEMENTS), 3, seed=5), *clusters]


@pytest.fixture(scope="module")
def potential():
    return small_potential(ELEMENTS, FUNCTIONS)


def compiled(potential, names, weight_decay=0.0):
    weights = {name: WEIGHTS[name] for name in names}
    potential.compile(
        loss=losses(names, potential.compute_dtype), loss_weights=weights, weight_decay=weight_decay, run_eagerly=True
    )
    return weights


def weighted(weights, squares):
    return sum(weight * squares[name] for name, weight in weights.items())


@pytest.mark.parametrize(
    "names",
    [
        ("energy_per_atom",),
        ("energies",),
        ("energy_per_atom", "forces"),
        ("energy_per_atom", "energies", "forces", "stress"),
    ],
    ids="+".join,
)
def test_loss_is_that_of_the_evaluation(potential, mixed, names):
    weights = compiled(potential, names)
    dataset = potential.dataset(mixed, None, names)
    expected = weighted(weights, mean_squares(potential, mixed))
    assert float(potential.loss_of(*dataset[0])) == pytest.approx(expected, rel=1e-11)


def test_loss_of_projected_forces(potential, mixed):
    names = ("energy_per_atom", "projected_forces")
    weights, directions = compiled(potential, names), random_directions(mixed, 3, seed=4)
    dataset = prepared(potential, potential.dataset(mixed, None), mixed, "projected", 3, seed=4)
    expected = weighted(weights, mean_squares(potential, mixed, directions))
    assert float(potential.loss_of(*dataset[0])) == pytest.approx(expected, rel=1e-6)  # rates are kept in float32


def test_keras_reports_the_same_loss(potential, mixed):
    """Two batches of 4 structures, of different sizes; weight decay is added once."""
    names = ("energy_per_atom", "forces", "stress")
    weights = compiled(potential, names, weight_decay=0.05)
    measured = potential.evaluate(potential.dataset(mixed, 4, names), verbose=0, return_dict=True)
    squares = mean_squares(potential, mixed)
    for name in names:
        assert measured[f"{name}_loss"] == pytest.approx(squares[name], rel=1e-5)
    expected = weighted(weights, squares) + 0.05 * squared_kernels(potential)
    assert measured["loss"] == pytest.approx(expected, rel=1e-5)


def test_weight_decay_counts_kernels_only(mixed):
    potential = small_potential(ELEMENTS, FUNCTIONS[:1], trainable_functions=("eta",))
    dataset, found = potential.dataset(mixed[-3:], None), []
    for variable in potential.trainable_variables:
        if variable.name == "bias":
            variable.assign(variable + 0.7)
    for decay in (0.0, 0.05):
        compiled(potential, ("energy_per_atom",), decay)
        found.append(float(potential.loss_of(*dataset[0])))
    assert found[1] - found[0] == pytest.approx(0.05 * squared_kernels(potential), rel=1e-9)


def test_weights_divide_by_the_squares_of_the_labels(mixed):
    names = ("energy_per_atom", "energies", "forces", "stress")
    weights = loss_weights(0.2, mixed, names, force_weight=3.0, stress_weight=5.0, energies_weight=7.0)
    forces = np.concatenate([atoms.get_forces() for atoms in mixed])
    stress = [atoms.get_stress(voigt=False) for atoms in mixed if atoms.pbc.all()]
    expected = {"energy_per_atom": 25.0, "energies": 7 * 25.0, "forces": 3 / np.mean(forces**2)}
    assert weights == pytest.approx(expected | {"stress": 5 / np.mean(np.square(stress))}, rel=1e-12)
    assert loss_weights(0.2, mixed, ("projected_forces",), 3.0) == pytest.approx(
        {"projected_forces": expected["forces"]}
    )


def test_labels_that_vanish_leave_finite_weights():
    resting = rattled(crystal(["Au"])[:1], 2)
    for atoms in resting:
        atoms.calc.results["stress"] = np.zeros(6)
    weights = loss_weights(1.0, resting, ("energy_per_atom", "forces", "stress"))
    assert weights == pytest.approx({"energy_per_atom": 1.0, "forces": 1e6, "stress": 1e10})


def test_labels_that_some_structures_lack(mixed):
    """The loss is the mean over those that have them; without any it cannot be."""
    some = [atoms.copy() for atoms in mixed]
    for k, (copy, atoms) in enumerate(zip(some, mixed, strict=True)):
        results = {"energy": atoms.get_potential_energy()} | ({"forces": atoms.get_forces()} if k % 2 else {})
        copy.calc = SinglePointCalculator(copy, **results)
    names = ("energy_per_atom", "forces")
    own = np.concatenate([atoms.get_forces() for atoms in mixed[1::2]])
    assert loss_weights(1.0, some, names)["forces"] == pytest.approx(1 / np.mean(own**2))
    potential = small_potential(ELEMENTS, FUNCTIONS)
    weights = compiled(potential, names)
    found = [mean_squares(potential, part)[name] for part, name in ((mixed, names[0]), (mixed[1::2], names[1]))]
    loss = potential.loss_of(*potential.dataset(some, None, names)[0])
    assert float(loss) == pytest.approx(weighted(weights, dict(zip(names, found, strict=True))), rel=1e-9)
    with pytest.raises(ValueError, match="No structure has the label 'stress'. Received: .* structures"):
        loss_weights(1.0, some, ("stress",))


def test_weights_for_ratios_of_squared_errors(mixed):
    ratios = {"forces": 0.1, "energies": 4.0}
    options = relative_weights(0.2, mixed, ratios)
    weights = loss_weights(0.2, mixed, ("energy_per_atom", *ratios), **options)
    for name, ratio in ratios.items():
        assert weights[name] / weights["energy_per_atom"] == pytest.approx(ratio)


def test_what_is_fitted():
    assert fitted_labels() == ("energy_per_atom",)
    assert fitted_labels("exact", stress=True, energies=True) == ("energy_per_atom", "energies", "forces", "stress")
    assert fitted_labels("projected") == ("energy_per_atom", "projected_forces")
    with pytest.raises(ValueError, match="`forces` must be one of None, 'exact', 'projected'. Received: True"):
        fitted_labels(True)
    with pytest.raises(ValueError, match='`stress` cannot be fitted with forces="projected". Received: stress=True'):
        fitted_labels("projected", stress=True)

import keras
import numpy as np
import pytest

from atomzoo.layers import SymmetryFunction
from atomzoo.models import fit_lbfgs
from atomzoo.models.training.cached_inputs import with_cached_features, with_cached_gradients
from atomzoo.models.training.lbfgs import Objective
from tests.examples import CUTOFF, crystal, rattled, small_potential
from tests.physics import assert_close, assert_gradient

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
ELEMENTS = ["Ti", "O"]
FUNCTIONS = [
    SymmetryFunction("G2", CUTOFF, eta=0.5, rs=2.0),
    SymmetryFunction("G3", CUTOFF, kappa=1.3),
    SymmetryFunction("G5", CUTOFF, eta=0.1, zeta=2),
]
WEIGHTS = {"energy": 2.0, "energies": 1.5, "forces": 0.3, "stress": 5.0}
ALL = tuple(WEIGHTS)


@pytest.fixture(scope="module")
def crystals():
    return rattled(crystal(ELEMENTS), 4, seed=5)


@pytest.fixture(scope="module")
def mixed(crystals):
    """Buckets of several sizes: 8 atoms, 4 atoms, 2 atoms in clusters."""
    large = crystal(ELEMENTS).repeat((2, 1, 1))
    return [*rattled(large, 2, seed=1), *crystals, *rattled(crystal(ELEMENTS, pbc=False)[:2], 3, seed=2)]


@pytest.fixture(scope="module")
def potential():
    return small_potential(ELEMENTS, FUNCTIONS)


def objective(potential, structures, weights, weight_decay=0.0):
    """As in `fit_lbfgs`."""
    potential.compile(loss=dict.fromkeys(weights, "mse"))
    cache = with_cached_gradients if potential.derivatives else with_cached_features
    data = cache(potential, potential.dataset(structures, labels=tuple(weights)))
    return Objective(potential, data, weights, weight_decay)


def by_numpy(potential, structures, weights):
    """The weighted mean of squared errors, from the evaluation of one structure after the other."""
    total = 0.0
    for atoms, result in zip(structures, potential.evaluate_atoms(structures), strict=True):
        squares = {"energy": ((result["energy"] - atoms.get_potential_energy()) / len(atoms)) ** 2}
        if "energies" in weights:
            squares["energies"] = np.mean((result["energies"] - atoms.get_potential_energies()) ** 2)
        if "forces" in weights:
            squares["forces"] = np.mean((result["forces"] - atoms.get_forces()) ** 2)
        if "stress" in weights:
            squares["stress"] = np.mean((result["stress"] - atoms.get_stress(voigt=False)) ** 2)
        total += sum(weight * squares[name] for name, weight in weights.items())
    return total / len(structures)


@pytest.mark.parametrize("trainable", [False, ("eta",)], ids=["networks", "eta"])
@pytest.mark.parametrize("names", [("energy",), ALL], ids=len)
def test_gradient(crystals, names, trainable):
    """With weight decay; by central differences."""
    weights = {name: WEIGHTS[name] for name in names}
    potential = small_potential(ELEMENTS, FUNCTIONS, trainable_functions=trainable)
    loss = objective(potential, crystals, weights, weight_decay=0.05)
    start = loss.start()
    assert len(start) == sum(np.asarray(v).size for v in potential.trainable_variables)
    assert_gradient(lambda batch: [loss(x)[0] for x in batch], loss(start)[1], start, 1e-7)


@pytest.mark.parametrize("names", [("energy",), ("energies",), ("energy", "forces"), ("energies", "forces")])
def test_loss_is_that_of_the_evaluation(potential, mixed, names):
    weights = {name: WEIGHTS[name] for name in names}
    loss = objective(potential, mixed, weights)
    assert loss(loss.start())[0] == pytest.approx(by_numpy(potential, mixed, weights), rel=1e-11)


def test_stress_in_the_loss(potential, crystals):
    losses = [objective(potential, crystals, {**WEIGHTS, "stress": weight}) for weight in (0.0, 5.0)]
    without, with_stress = (loss(loss.start())[0] for loss in losses)
    assert with_stress == pytest.approx(by_numpy(potential, crystals, WEIGHTS), rel=1e-11)
    assert with_stress > 1.01 * without


def test_buckets_together_and_one_by_one(potential, mixed):
    """Loss and gradient are means over structures, however they are padded; B = 1 too."""
    weights = {"energy": 1.0, "forces": 0.3}
    chosen = [mixed[0], mixed[2], mixed[-1]]
    assert len(potential.dataset(chosen).buckets) > 1
    together = objective(potential, chosen, weights)
    vector = together.start()
    expected = together(vector)
    losses, gradients = zip(*(objective(potential, [atoms], weights)(vector) for atoms in chosen), strict=True)
    assert expected[0] == pytest.approx(np.mean(losses), rel=1e-11)
    assert_close(expected[1], np.mean(gradients, axis=0), 1e-11)


def test_cached_features_give_the_same(potential, crystals):
    weights = {"energy": 1.0, "forces": 0.3}
    cached = objective(potential, crystals, weights)
    plain = Objective(potential, potential.dataset(crystals, labels=tuple(weights)), weights)
    for value, expected in zip(cached(plain.start()), plain(plain.start()), strict=True):
        assert_close(value, expected, 1e-11)


def test_weight_decay_counts_kernels_only(crystals):
    """0.05 scale^2 times the sum of the squared kernels; biases are free."""
    potential = small_potential(ELEMENTS, FUNCTIONS[:1])
    plain, decaying = (objective(potential, crystals, {"energy": 1.0}, decay) for decay in (0.0, 0.05))
    for variable in potential.trainable_variables:
        if variable.name == "bias":
            variable.assign(variable + 0.7)
    kernels = [np.asarray(v) for v in potential.trainable_variables if v.name == "kernel"]
    penalty = 0.05 * float(potential.atom_sum.scale) ** 2 * sum((kernel**2).sum() for kernel in kernels)
    assert decaying(decaying.start())[0] - plain(plain.start())[0] == pytest.approx(penalty, rel=1e-9)


@pytest.mark.parametrize(
    ("names", "trainable"), [(("energy",), False), (("energy", "forces"), False), (ALL, ("eta",))], ids=str
)
def test_the_loss_falls(crystals, names, trainable):
    weights, seen = {name: WEIGHTS[name] for name in names}, []
    potential = small_potential(ELEMENTS, FUNCTIONS, trainable_functions=trainable)
    before, etas = by_numpy(potential, crystals, weights), [f.eta for f in potential.functions]
    losses = fit_lbfgs(
        potential, potential.dataset(crystals, labels=names), 20, weights, callback=lambda *pair: seen.append(pair)
    )
    assert losses[0] < before and losses[-1] < 0.3 * before and (np.diff(losses) <= 0).all()
    assert seen == list(zip(range(1, len(losses) + 1), losses, strict=True)) and len(losses) <= 20
    assert by_numpy(potential, crystals, weights) == pytest.approx(losses[-1], rel=1e-9)
    assert ([f.eta for f in potential.functions] != etas) == bool(trainable)


def test_eta_stays_positive(crystals):
    """Where a negative one would fit better."""
    functions = [SymmetryFunction("G2", CUTOFF, eta=1e-4), *FUNCTIONS[:2]]
    potential = small_potential(ELEMENTS, functions, trainable_functions=("eta",))
    fit_lbfgs(potential, potential.dataset(crystals), 30)
    assert min(function.eta for function in potential.functions) >= 0


def test_seeds_reproduce(crystals):
    histories = []
    for seed in (0, 0, 1):
        potential = small_potential(ELEMENTS, FUNCTIONS[:1], seed=seed)
        histories.append(fit_lbfgs(potential, potential.dataset(crystals), 5))
    assert histories[0] == pytest.approx(histories[1], rel=1e-9)
    assert histories[0] != pytest.approx(histories[2], rel=1e-2)


def test_float32_falls_too(crystals):
    potential = small_potential(ELEMENTS, FUNCTIONS[:2], dtype="float32")
    before = by_numpy(potential, crystals, {"energy": 1.0})
    losses = fit_lbfgs(potential, potential.dataset(crystals), 20)
    assert losses[-1] < 0.3 * before
    assert by_numpy(potential, crystals, {"energy": 1.0}) == pytest.approx(losses[-1], rel=0.05)


def test_a_missing_label(potential, crystals):
    with pytest.raises(ValueError, match="The dataset has no labels 'forces'. Received: loss_weights={'energy': 1"):
        fit_lbfgs(potential, potential.dataset(crystals), 2, {"energy": 1.0, "forces": 0.1})

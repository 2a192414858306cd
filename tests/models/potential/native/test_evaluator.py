"""The C++ against the Keras layers, whose derivatives are those of TensorFlow."""

import threading
import warnings
from functools import partial

import ase
import numpy as np
import pytest
import tensorflow as tf

from atomzoo import ExtrapolationWarning, PotentialCalculator, global_minimum, relax
from atomzoo.layers import ChebyshevFunction, Descriptor, SymmetryFunction, SymmetryFunctionLayer
from atomzoo.models.potential.committee import Committee
from atomzoo.models.potential.native.build import NativeError
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from tests.examples import (
    ALL_COMPACT,
    ALL_PATHS,
    CUTOFF,
    ONE_OF_EACH,
    PATHS,
    crystal,
    small_potential,
    weighted,
    wide_core,
)
from tests.physics import assert_derivatives, assert_invariant

pytestmark = pytest.mark.usefixtures("compiler")
CHEBYSHEV = [
    ChebyshevFunction("T2", CUTOFF, 5),
    ChebyshevFunction("T3", 3.4, 3, weights=(("Ti", -1.0), ("O", 2.0))),
    ChebyshevFunction("T2", 3.4, 2, weights=(("O", 1.5),)),
    ChebyshevFunction("T3", CUTOFF, 0),
]
CASES = {
    "one element": {"elements": ["Au"], "functions": ALL_PATHS},
    "two elements": {"functions": ALL_PATHS, "activation": {"Ti": ["silu", "softplus", "twist"], "O": "sigmoid"}},
    "chebyshev": {"functions": [*CHEBYSHEV, *ONE_OF_EACH], "scaling": "z-score", "core": wide_core()},
    "compact": {"functions": [*ALL_COMPACT, *weighted(ALL_COMPACT, {"Ti": 0.5, "O": 0.3})], "scaling": "none"},
    "polynomial": {"cutoff_function": "polynomial", "activation": "gelu", "scaling": "min-max-centered"},
    "tanh": {"cutoff_function": "tanh", "activation": "exponential", "scaling": "centered"},
    "columns": {
        "feature_columns": {"Ti": [3, 1, 4], "O": range(7)},
        "scaling": "principal-components",
        "hidden": {"Ti": (3,), "O": (5, 4)},
    },
}


def case(name):
    return small_potential(**{"elements": ["Ti", "O"], "functions": ONE_OF_EACH, **CASES[name]})


def structures(elements):
    """Bulk, smaller than the cutoff and larger; a slab, a wire, a cluster; atoms alone, at one point, and on a line."""
    repeated = crystal(elements).repeat((2, 2, 2))
    repeated.rattle(0.1, seed=0)
    a, b = elements[0], elements[-1]
    return [
        crystal(elements),
        repeated,
        *(crystal(elements, pbc) for pbc in ((1, 1, 0), (0, 0, 1), False)),
        ase.Atoms(a),
        ase.Atoms(b, cell=3 * [2.5], pbc=True),
        ase.Atoms([a, b, a], [[0, 0, 0], [0, 0, 0], [0, 0, 2.0]]),
        ase.Atoms([a, b, a], [[0, 0, -1.5], [0, 0, 0], [0, 0, 1.5]]),
    ]


def assert_equal(found, expected):
    for result, other in zip(found, expected, strict=True):
        assert result.keys() == other.keys() and result["n_outside"] == other["n_outside"]
        for name in ("energy", "interaction_energy"):
            assert result[name] == pytest.approx(other[name], rel=1e-12, abs=1e-13)
        np.testing.assert_allclose(result["energies"], other["energies"], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(result["features"], other["features"], rtol=1e-12, atol=1e-13)
        for name in ("forces", "stress"):
            np.testing.assert_allclose(result[name], other[name], rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", CASES)
def test_equal_to_keras(name):
    potential = case(name)
    given = structures(potential.elements)
    found = potential.evaluate_atoms(given, "native")
    assert potential.engine == "native"
    assert_equal(found, potential.evaluate_atoms(given, "tensorflow"))
    assert potential.engine == "tensorflow"
    assert max(np.abs(result["forces"]).max() for result in found) > 0.01
    assert max(np.abs(result["stress"]).max() for result in found) > 1e-3
    assert {result["n_outside"] > 0 for result in found} == {True, False}
    assert np.isnan(found[0]["features"]).any() == (name == "columns")


@pytest.mark.parametrize("name", CASES)
def test_gradients_of_features_are_those_of_keras(name):
    potential = case(name)
    pairs = potential.evaluator.pairs(structures(potential.elements))
    found, expected = potential.engines.feature_gradients(pairs), potential.evaluator.gradients(pairs)
    for index, element in enumerate(potential.elements):
        of_element = pairs.species[pairs.first] == index
        taken = (potential.atomic_network.feature_columns or {}).get(element, slice(None))
        np.testing.assert_allclose(found[of_element][..., taken], expected[of_element][..., taken], rtol=0, atol=1e-11)
    assert np.abs(found).max() > 0.01
    values, expected = potential.engines.features(pairs), potential.evaluator.values(pairs)
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)


def test_pairs_counted_twice():
    layer = SymmetryFunctionLayer(ONE_OF_EACH, ["Au"], double_count=True, dtype="float64")
    potential = NeuralNetworkPotential(layer, small_potential(["Au"]).atomic_network)
    assert_equal(*(potential.evaluate_atoms([crystal(["Au"])], engine) for engine in ("native", "tensorflow")))


def test_float32_is_evaluated_in_float64():
    potential = small_potential(["Ti", "O"], dtype="float32")
    single, double = (potential.evaluate_atoms(crystal(["Ti", "O"]), e) for e in ("tensorflow", "native"))
    assert double["energy"] == pytest.approx(single["energy"], rel=1e-5)
    np.testing.assert_allclose(double["forces"], single["forces"], rtol=0, atol=1e-5)
    assert_derivatives(partial(potential.evaluate_atoms, engine="native"), crystal(["Ti", "O"]))


@pytest.mark.parametrize("pbc", [True, (1, 1, 0), (0, 0, 1), False], ids=str)
def test_physics(pbc):
    functions = [PATHS["radial"][1], PATHS["linear"][1], *PATHS["wide"], *PATHS["narrow"]]
    potential = small_potential(["Ti", "O"], functions, core=wide_core())
    evaluate = partial(potential.evaluate_atoms, engine="native")
    assert_derivatives(evaluate, crystal(["Ti", "O"], pbc))
    assert_invariant(evaluate, crystal(["Ti", "O"], pbc))


def test_structures_that_move_have_the_results_of_new_ones():
    """To the last bit: kept neighbor lists make no difference, nor do those of other structures in between."""
    potential, fresh = case("two elements"), case("two elements")
    rng, moving = np.random.default_rng(0), [crystal(["Ti", "O"]), crystal(["Ti", "O"], False)]
    for step in range(12):
        results = potential.evaluate_atoms(moving)
        for atoms, result in zip(moving, results, strict=True):
            fresh.evaluate_atoms(ase.Atoms("Ti"))  # so that it keeps nothing
            alone = fresh.evaluate_atoms(atoms)
            assert all(np.array_equal(result[name], alone[name]) for name in result)
        for atoms in moving:
            atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
        if step == 6:
            moving[0].set_cell(1.01 * moving[0].cell, scale_atoms=True)
        if step == 8:
            moving[1].symbols[0] = "O"
    assert potential.engine == "native"


def double_the_range(potential):
    potential.feature_scaling.maximum.assign(2 * np.array(potential.feature_scaling.maximum))


def adapt(potential):
    n_features = potential.descriptor.n_features
    potential.feature_scaling.adapt(np.random.default_rng(0).random((9, n_features)), np.arange(9) % 2)


CHANGES = {
    "scale": lambda potential: potential.atom_sum.scale.assign(3.0),
    "shifts": lambda potential: potential.atom_sum.shifts.assign([1.0, 2.0]),
    "bias": lambda potential: potential.atomic_network.stacks[1][-1].bias.assign([0.5]),
    "range": double_the_range,
    "eta": lambda potential: potential.descriptor.trainable_variables[0].assign([0.3]),
    "adapt": adapt,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_new_weights_are_seen(change):
    potential = small_potential(["Ti", "O"], ONE_OF_EACH[1:4], trainable_functions=("eta",))
    atoms = crystal(["Ti", "O"])
    before = potential.evaluate_atoms(atoms)
    change(potential)
    after = potential.evaluate_atoms(atoms)
    assert potential.engine == "native" and (after["energy"] != before["energy"])
    assert_equal([after], [potential.evaluate_atoms(atoms, "tensorflow")])


@pytest.mark.compiled
def test_weights_that_a_compiled_function_changes_are_seen():
    """Python sees nothing of the assignment."""
    potential = small_potential(["Au"])
    bias = potential.atomic_network.stacks[0][0].bias

    @tf.function
    def step():
        bias.assign(bias + 0.1)

    atoms, energies = crystal(["Au"]), []
    atoms.calc = PotentialCalculator(potential)
    for _ in range(3):
        atoms.positions += 0.1  # the same structure to the potential, another one to ASE
        energies.append(atoms.get_potential_energy())
        step()
    assert len(set(np.round(energies, 6))) == 3


@pytest.mark.parametrize("engine", ["native", "tensorflow"])
def test_calculators_and_relaxation_take_the_engine(engine):
    potential = small_potential(["Au"], PATHS["radial"])
    atoms = crystal(["Au"], False)
    atoms.calc = PotentialCalculator(potential, engine=engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        atoms.get_forces()
        assert potential.engine == engine
        potential.evaluate_atoms(atoms, {"native": "tensorflow", "tensorflow": "native"}[engine])
        relax(atoms, potential, max_steps=2, engine=engine)
        assert potential.engine == engine
        global_minimum(potential, [atoms], hops=0, engine=engine)
    assert potential.engine == engine
    committee = Committee([potential, small_potential(["Au"], seed=1)])
    committee.evaluate_atoms(atoms, engine)
    assert [member.engine for member in committee.potentials] == 2 * [engine]


def test_the_warning_is_the_same():
    potential, messages = small_potential(["Ti", "O"]), []
    atoms = crystal(["Ti", "O"])
    atoms.positions[0] += 0.4
    for engine in ("native", "tensorflow"):
        atoms.calc = PotentialCalculator(potential, engine=engine)
        with pytest.warns(ExtrapolationWarning) as record:
            atoms.get_potential_energy()
        messages += [str(warning.message) for warning in record if warning.category is ExtrapolationWarning]
    assert len(messages) == 2 and messages[0] == messages[1]


class Counting(Descriptor):
    """Layers of a user."""

    n_features = 1

    def call(self, displacements, neighbor_species, triplets=None):
        squares = tf.reduce_sum(displacements**2, axis=-1) / self.cutoff**2
        return tf.reduce_sum(tf.where(neighbor_species >= 0, (1 - squares) ** 2, 0.0), axis=-1, keepdims=True)


class Shifted(SymmetryFunctionLayer):
    def call(self, *args, **kwargs):
        return super().call(*args, **kwargs) + 1.0


def own_descriptor(layer):
    return NeuralNetworkPotential(layer, small_potential(["Au"], ALL_PATHS[: layer.n_features]).atomic_network)


RADII = [SymmetryFunction("G1", radius) for radius in np.linspace(2.0, 4.0, 65)]
REFUSED = {
    "own layer": (lambda: own_descriptor(Counting(["Au"], 3.0, dtype="float64")), "evaluates a .*Received: Counting"),
    "derived": (lambda: own_descriptor(Shifted(ALL_PATHS[:3], ["Au"], dtype="float64")), "Received: Shifted"),
    "activation": (lambda: small_potential(["Au"], activation="hard_tanh"), "no activation 'hard_tanh' of Au"),
    "cutoffs": (lambda: small_potential(["Au"], RADII), "there are more than 64 cutoff radii"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cplusplus_does_not_know_is_left_to_keras(make, message):
    potential, atoms = make(), crystal(["Au"])
    with pytest.raises(NativeError, match=message) as error:
        potential.evaluate_atoms(atoms, "native")
    assert "\n" not in str(error.value)
    found = potential.evaluate_atoms(atoms)
    assert potential.engine == "tensorflow"
    assert_equal([found], [potential.evaluate_atoms(atoms, "tensorflow")])


def test_weights_that_are_not_finite():
    potential, atoms = small_potential(["Au"]), crystal(["Au"])
    scale = float(np.asarray(potential.atom_sum.scale))
    potential.evaluate_atoms(atoms)
    potential.atom_sum.scale.assign(np.nan)
    assert np.isnan(potential.evaluate_atoms(atoms)["energy"])
    with pytest.raises(NativeError, match="must be finite. Received: nan"):
        potential.evaluate_atoms(atoms, "native")
    potential.atom_sum.scale.assign(scale)
    potential.evaluate_atoms(atoms)
    assert potential.engine == "native"


def test_bad_input_is_one_line():
    potential, good = small_potential(["Au"]), crystal(["Au"])
    bad = good.copy()
    bad.positions[1, 2] = np.nan
    for engine in ("native", "tensorflow"):
        assert potential.evaluate_atoms([], engine) == []
        with pytest.raises(ValueError, match="structure 1: the position of atom 1 is not finite"):
            potential.evaluate_atoms([good, bad], engine)
        with pytest.raises(ValueError, match="structure 0: element 'Pt' is not among"):
            potential.evaluate_atoms(ase.Atoms("Pt"), engine)
    with pytest.raises(ValueError, match="`engine` must be one of auto, tensorflow, native. Received: engine='fast'"):
        potential.evaluate_atoms(good, "fast")


def test_several_threads():
    potential = small_potential(["Au"], ALL_PATHS)
    given = [crystal(["Au"]).repeat((n, 2, 1)) for n in (1, 2, 3)]
    expected, found = potential.evaluate_atoms(given), [[], [], []]

    def run(k):
        found[k] = [potential.evaluate_atoms(given[k])["energy"] for _ in range(30)]

    threads = [threading.Thread(target=run, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [set(energies) for energies in found] == [{result["energy"]} for result in expected]

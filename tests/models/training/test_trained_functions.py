"""Training of symmetry functions: rates, scaling that follows without changing energies, paths."""

import keras
import matplotlib.figure
import numpy as np
import pytest

from atomzoo import load_potential, save_potential
from atomzoo.models.training.train_potential import train_potential
from atomzoo.models.training.trained_functions import (
    FollowingScaling,
    ParameterPaths,
    jumps,
    plot_paths,
    readapt,
    two_rates,
)
from tests.examples import ELEMENTS, PATHS, crystal, rattled, small_potential

pytestmark = [
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow"),
    pytest.mark.compiled,
]
FUNCTIONS = PATHS["radial"] + PATHS["linear"]
TRAINED = ("eta", "rs", "kappa")


@pytest.fixture
def potential():
    return small_potential(ELEMENTS["two"], FUNCTIONS, trainable_functions=TRAINED)


def energies(potential, structures):
    return np.asarray(potential(potential.dataset(structures, len(structures))[0][0])["energy"])


@pytest.mark.parametrize("optimizer", [keras.optimizers.Adam, keras.optimizers.RMSprop])
def test_the_rate_of_functions(optimizer):
    """One step on the same gradient is `function_rate` times as long for eta, and no other for a kernel."""
    schedule, steps = keras.optimizers.schedules.CosineDecay(1e-3, 100), {}
    for rate in (1.0, 7.0):
        for name in ("eta", "kernel"):
            weight = keras.Variable(np.array([2.0, 3.0]), name=name, dtype="float64")
            chosen = two_rates(optimizer, schedule, function_rate=rate)
            chosen.build([weight])
            chosen.apply([keras.ops.convert_to_tensor([0.3, -0.1], dtype="float64")])
            steps[name, rate] = np.array(weight) - [2.0, 3.0]
    assert (steps["eta", 1.0] * [-1, 1] > 1e-4).all()
    np.testing.assert_allclose(steps["eta", 7.0], 7 * steps["eta", 1.0], rtol=1e-6)
    np.testing.assert_array_equal(steps["kernel", 7.0], steps["kernel", 1.0])


def test_relative_steps_are_those_of_the_logarithm():
    """The first step of Adam is the learning rate, whatever the gradient: of eta in units of eta, of rs in A."""
    for name, expected in (("eta", [2.0 * 0.01, 8.0 * 0.01]), ("rs", [0.01, 0.01])):
        weight = keras.Variable(np.array([2.0, 8.0]), name=name, dtype="float64")
        chosen = two_rates(keras.optimizers.Adam, 0.01, function_rate=1.0, relative=True)
        chosen.build([weight])
        chosen.apply([keras.ops.convert_to_tensor([-0.3, -0.1], dtype="float64")])
        np.testing.assert_allclose(np.array(weight) - [2.0, 8.0], expected, rtol=1e-4)


def test_a_rate_that_is_not_positive():
    with pytest.raises(ValueError, match="must be positive. Received: function_rate=0"):
        two_rates(keras.optimizers.Adam, 1e-3, function_rate=0)


@pytest.mark.parametrize(("scaling", "columns"), [("min-max", None), ("z-score", {"Ti": [0, 2, 9], "O": [1, 4]})])
def test_readapting_changes_the_scaling_but_no_energy(scaling, columns):
    options = {"trainable_functions": TRAINED, "scaling": scaling, "feature_columns": columns}
    potential = small_potential(ELEMENTS["two"], FUNCTIONS, **options)
    for weight in potential.descriptor.trainable_variables:  # as if trained
        weight.assign(np.array(weight) * 1.3 + 0.1)
    structures = rattled(crystal(ELEMENTS["two"]), 3, seed=8)
    before = energies(potential, structures)
    features = potential.evaluator.features(structures)
    species = np.array([ELEMENTS["two"].index(symbol) for atoms in structures for symbol in atoms.symbols])
    readapt(potential, np.concatenate(features), species)
    np.testing.assert_allclose(energies(potential, structures), before, rtol=0, atol=1e-10)
    scaled = np.asarray(potential.feature_scaling(np.concatenate(features), species))
    if scaling == "min-max":
        for index in range(2):
            np.testing.assert_allclose(scaled[species == index].min(axis=0), -1, atol=1e-9)
            np.testing.assert_allclose(scaled[species == index].max(axis=0), 1, atol=1e-9)
    else:
        assert np.abs(scaled[species == 0].mean(axis=0)).max() < 1e-9


def test_scaling_follows_after_each_epoch(potential):
    structures = rattled(crystal(ELEMENTS["two"]), 6)
    dataset = potential.dataset(structures, batch_size=2)
    potential.compile(two_rates(keras.optimizers.Adam, 0.01, function_rate=3.0))
    potential.fit(dataset, epochs=2, callbacks=[FollowingScaling(structures)], verbose=0)
    features = np.concatenate(potential.evaluator.features(structures))
    symbols = np.concatenate([atoms.get_chemical_symbols() for atoms in structures])
    for index, element in enumerate(ELEMENTS["two"]):
        of_element = features[symbols == element]
        np.testing.assert_allclose(np.asarray(potential.feature_scaling.minimum)[index], of_element.min(axis=0))
        np.testing.assert_allclose(np.asarray(potential.feature_scaling.maximum)[index], of_element.max(axis=0))


def test_paths_begin_at_the_start_and_end_at_the_end(potential):
    paths, dataset = ParameterPaths(), potential.dataset(rattled(crystal(ELEMENTS["two"]), 4), batch_size=2)
    potential.compile(keras.optimizers.Adam(0.02))
    potential.fit(dataset, epochs=3, callbacks=[paths], verbose=0)
    names = ["radial eta", "radial rs", "radial kappa", "angular eta", "angular rs"]
    assert sorted(paths.paths) == sorted(names)
    radial = potential.descriptor.radial.factors
    np.testing.assert_array_equal(paths.paths["radial rs"][0], [2.0, 0.0])
    np.testing.assert_array_equal(paths.paths["radial rs"][-1], np.asarray(radial.rs))
    assert paths.paths["angular eta"].shape == (4, 2) and paths.paths["radial kappa"][0] == [1.3]
    assert all((np.abs(np.diff(path, axis=0)).max(axis=1) > 0).all() for path in paths.paths.values())


def test_eta_is_never_negative():
    """Also where a step is longer than it: eta 0.02 at a rate of 0.05."""
    potential = small_potential(["Au"], PATHS["linear"], trainable_functions=("eta",))
    paths, dataset = ParameterPaths(), potential.dataset(rattled(crystal(["Au"]), 4), batch_size=2)
    potential.compile(keras.optimizers.Adam(0.05))
    potential.fit(dataset, epochs=6, callbacks=[paths], verbose=0)
    path = paths.paths["angular eta"]
    assert (path >= 0).all() and np.abs(path[-1] - path[0]).max() > 0.05


def test_jumps_are_drawn_in_color():
    path = np.array([[0.0, 1.0, 2.0], [0.2, 1.1, 1.4], [0.3, 1.2, 1.1]])
    assert jumps(path).tolist() == [False, False, True]
    assert not jumps(np.array([[2.0, 2.0], [2.1, 1.5]])).any()  # to where they all began
    axes = matplotlib.figure.Figure().subplots()
    plot_paths(axes, path, "eta")
    assert [line.get_color() for line in axes.lines] == ["tab:gray", "tab:gray", "tab:red"]
    np.testing.assert_array_equal(axes.lines[2].get_ydata(), path[:, 2])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:structure 39")  # an atom that came close by chance
def test_training_of_functions_lowers_the_error_and_is_saved(tmp_path):
    """Too few functions, badly chosen: those that may move fit better."""
    structures, losses = rattled(crystal(["Au"]), 40, distance=0.15), {}
    for trained in (False, TRAINED):
        options = {"trainable_functions": trained, "epochs": 40, "validation_fraction": 0.0}
        options |= {"forces": None, "stress": False}
        options |= {"hidden": (6,), "batch_size": 4, "optimizer": two_rates(keras.optimizers.Adam, 0.01, 5.0)}
        training = train_potential(structures, PATHS["radial"][1:2], **options)
        losses[bool(trained)] = training.history["loss"][-1]
    assert losses[True] < 0.85 * losses[False]
    start = PATHS["radial"][1]
    (function,) = training.potential.functions
    assert abs(function.rs - start.rs) > 0.02 and function.eta >= 0
    save_potential(training.potential, tmp_path / "trained.keras")
    loaded = load_potential(tmp_path / "trained.keras")
    assert loaded.functions == training.potential.functions
    np.testing.assert_array_equal(energies(loaded, structures[:2]), energies(training.potential, structures[:2]))

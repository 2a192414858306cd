"""The network of Barch and Tubman (2017) as they describe it: a functional Keras model of one cluster size.

Symmetry functions whose parameters are trained, batch normalization, convolutions of width 1 over the atoms, a fixed
sum; RMSprop on energies; then relaxed in another process, by SciPy on gradients of TensorFlow.
"""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers, ops

from atomzoo import NeuralNetworkPotential, relax
from atomzoo.datasets import gold_clusters
from atomzoo.layers import AtomicNetwork, FeatureScaling, SymmetryFunction, SymmetryFunctionLayer
from atomzoo.models.potential.gradients import value_and_gradient
from tests.physics import assert_close, assert_gradient

pytestmark = [
    pytest.mark.skipif(
        keras.backend.backend() != "tensorflow",
        reason="on JAX, Keras's BatchNormalization and Conv1D round float64 to float32",
    ),
    pytest.mark.compiled,
]

FUNCTIONS = [
    *(SymmetryFunction("G2", 6.5, eta=eta, rs=rs) for eta, rs in ((0.04, 0.0), (0.4, 0.0), (4.0, 2.5), (4.0, 3.0))),
    *(SymmetryFunction("G3", 6.5, kappa=kappa) for kappa in (0.5, 1.0)),
    *(SymmetryFunction("G5", 6.5, eta=0.03, zeta=zeta, lambda_=lambda_) for zeta in (1, 4) for lambda_ in (-1, 1)),
]
NEIGHBORS = [[1, 2], [0, 2], [0, 1]]  # of each atom of Au3, whose periodic images are beyond the cutoff

RELAX = """
import sys
import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize
import atomzoo.layers

def energy_and_gradient(x):
    positions = tf.constant(x.reshape(1, 3, 3))
    with tf.GradientTape() as tape:
        tape.watch(positions)
        neighbors = tf.gather(positions, [[1, 2], [0, 2], [0, 1]], axis=1)
        energy = model(neighbors - positions[:, :, None])
    return energy.numpy()[0], tape.gradient(energy, positions).numpy().ravel()

model = keras.saving.load_model(sys.argv[1])
start = np.load(sys.argv[2])
result = minimize(energy_and_gradient, start, jac=True, method="BFGS", options={"gtol": 1e-6})
np.savez(sys.argv[3], start=energy_and_gradient(start)[0], energy=result.fun, positions=result.x, gradient=result.jac)
"""


def paper_network(hidden=(15, 15)):
    """From displacements (B, A, M, 3) of one element to energies (B,)."""
    options = {"dtype": "float64"}
    displacements = keras.Input((3, 2, 3), **options)
    species = ops.zeros_like(displacements[..., 0], dtype="int32")
    values = SymmetryFunctionLayer(FUNCTIONS, ["Au"], trainable=("eta", "rs", "kappa"), **options)(
        displacements, species
    )
    values = layers.BatchNormalization(**options)(values)
    for width in hidden:
        values = layers.Conv1D(width, 1, activation="tanh", **options)(values)
    values = layers.Conv1D(1, 1, **options)(values)
    return keras.Model(displacements, ops.sum(values, axis=(1, 2)))


def displacements(positions):
    """(B, 3, 2, 3) of positions (B, 3, 3)."""
    return ops.take(positions, NEIGHBORS, axis=1) - ops.convert_to_tensor(positions)[:, :, None]


def as_potential(model):
    """The `NeuralNetworkPotential` with the layers and weights of a network."""
    descriptor, normalization, *convolutions = [layer for layer in model.layers if layer.weights]
    copy = SymmetryFunctionLayer(FUNCTIONS, ["Au"], trainable=("eta", "rs", "kappa"), dtype="float64")
    network = AtomicNetwork(["Au"], copy.n_features, (15, 15), dtype="float64")
    scaling = FeatureScaling(1, copy.n_features, "batch-normalization", dtype="float64")
    potential = NeuralNetworkPotential(copy, network, scaling)
    copy.set_weights(descriptor.get_weights())
    network.set_weights([weight for layer in convolutions for weight in layer.get_weights()])
    ones = np.ones(copy.n_features)
    scaling.set_statistics(0, -ones, ones, 0 * ones, ones, count=0)  # z-scores of mean 0 and deviation 1 change nothing
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    for name in names:
        (weight,) = [weight for weight in scaling.second_step.weights if weight.name == name]
        weight.assign(np.asarray(getattr(normalization, name))[None])
    return potential


@pytest.fixture(scope="module")
def trained():
    """The trained network, positions and energies, in eV from their mean, of the structures held out."""
    keras.utils.set_random_seed(0)
    parts = gold_clusters.load_data(3)
    positions = [np.stack([atoms.positions for atoms in part]) for part in parts]
    energies = [np.array([atoms.get_potential_energy() for atoms in part]) for part in parts]
    energies = [values - energies[0].mean() for values in energies]
    model = paper_network()
    model.compile("rmsprop", loss="mse")
    model.fit(displacements(positions[0]), energies[0], batch_size=32, epochs=30, verbose=0)
    return model, positions[1], energies[1]


def test_learns_energies_it_has_not_seen(trained):
    model, positions, energies = trained
    errors = model.predict(displacements(positions), verbose=0) - energies
    assert np.sqrt(np.mean(errors**2)) < 0.3 * energies.std()


def test_all_parameters_of_the_functions_are_trained(trained):
    layer = next(layer for layer in trained[0].layers if isinstance(layer, SymmetryFunctionLayer))
    fresh = SymmetryFunctionLayer(FUNCTIONS, ["Au"], trainable=("eta", "rs", "kappa"), dtype="float64")
    fresh.build()
    moved = {"eta": [], "rs": [], "kappa": []}
    for weight, start in zip(layer.trainable_variables, fresh.trainable_variables, strict=True):
        moved[weight.name] += np.abs(np.asarray(weight) - np.asarray(start)).tolist()
    assert [len(values) for values in moved.values()] == [5, 5, 2]  # of four G2 and the one factor that all G5 share
    assert all(value > 1e-3 for values in moved.values() for value in values)


def test_forces_are_those_of_the_energy(trained):
    model, positions, _ = trained

    def energy(x):
        return model(displacements(x))

    gradient = value_and_gradient(energy, positions[:1])[1]
    assert_gradient(energy, np.asarray(gradient)[0], positions[0])


def test_is_the_potential_of_these_layers(trained):
    """The same energies, and forces that are the gradient's."""
    model, positions, _ = trained
    potential, structures = as_potential(trained[0]), gold_clusters.load_data(3)[1][:3]
    results = potential.evaluate_atoms(structures)
    energies, gradient = value_and_gradient(lambda x: model(displacements(x)), positions[:3])
    assert_close([result["energy"] for result in results], energies, 1e-12)
    assert_close([-result["forces"] for result in results], gradient, 1e-11)


def test_relaxes_in_another_process(trained, tmp_path):
    """By SciPy on TensorFlow's gradient; `relax` arrives at the same minimum."""
    model, positions, _ = trained
    model.save(tmp_path / "gold.keras")
    np.save(tmp_path / "start.npy", positions[0].ravel())
    files = [str(tmp_path / name) for name in ("gold.keras", "start.npy", "relaxed.npz")]
    subprocess.run([sys.executable, "-c", RELAX, *files], check=True, capture_output=True)
    result = np.load(files[2])
    relaxed = result["positions"].reshape(1, 3, 3)
    at_start, at_end = (float(model(displacements(x))[0]) for x in (positions[:1], relaxed))
    assert_close([result["start"], result["energy"]], [at_start, at_end], 1e-12)
    assert at_end < at_start and np.abs(result["gradient"]).max() < 1e-5
    distances = np.linalg.norm(displacements(relaxed)[0], axis=-1)
    assert ((2.4 < distances) & (distances < 3.6)).all()
    minimum = relax(gold_clusters.load_data(3)[1][0], as_potential(model), fmax=1e-6)
    assert minimum.energy == pytest.approx(result["energy"], abs=1e-9)
    expected = np.sort([minimum.atoms.get_distance(*pair) for pair in ((0, 1), (0, 2), (1, 2))])
    np.testing.assert_allclose(np.sort(distances[[0, 0, 1], [0, 1, 1]]), expected, atol=1e-5)

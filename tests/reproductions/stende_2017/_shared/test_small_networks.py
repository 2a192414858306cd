import keras
import numpy as np
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.stende_2017._shared.small_networks import (
    fit_adam,
    fit_lbfgs,
    output_and_gradient,
    sigmoid_network,
)

pytestmark = pytest.mark.compiled

X = np.linspace(-1.0, 1.0, 40)[:, None]
Y = np.concatenate([np.sin(3 * X), X**2], axis=1)


def test_a_network_is_what_its_formula_says():
    model = sigmoid_network(1, (3,), 2, seed=5)
    (w, b), (v, c) = (layer.get_weights() for layer in model.layers)
    np.testing.assert_allclose(model(X), 1 / (1 + np.exp(-(X @ w + b))) @ v + c)
    assert model.dtype == "float64"


def test_seeds():
    def weights(seed, limit=None):
        return np.concatenate([w.ravel() for w in sigmoid_network(2, (30,), 1, seed, limit=limit).get_weights()])

    np.testing.assert_array_equal(weights(1), weights(1))
    assert (weights(1) != weights(2)).any()
    drawn = weights(1, limit=0.1)
    assert 0.09 < np.abs(drawn).max() <= 0.1 and len(set(drawn)) == len(drawn)  # biases too


def test_gradient_is_that_of_the_chosen_output():
    model, step = sigmoid_network(1, (4,), 2, seed=0), 1e-5
    value, gradient = output_and_gradient(model, X, column=1)
    np.testing.assert_allclose(value, np.asarray(model(X))[:, 1])
    difference = (np.asarray(model(X + step)) - np.asarray(model(X - step)))[:, 1] / (2 * step)
    np.testing.assert_allclose(gradient[:, 0], difference, rtol=1e-7)
    assert np.abs(gradient).min() > 0


def test_lbfgs_fits_all_outputs():
    model = sigmoid_network(1, (8,), 2, seed=0)
    fit_lbfgs(model, X, Y, 200)
    np.testing.assert_allclose(model(X), Y, atol=0.01)


def test_lbfgs_of_one_output_only():
    model = sigmoid_network(1, (8,), 2, seed=0)
    fit_lbfgs(model, X, Y, 100, weights=np.array([1.0, 0.0]))
    errors = np.abs(model(X) - Y).max(axis=0)
    assert errors[0] < 0.02 < 0.1 < errors[1]


def test_adam_works_through_all_batches():
    x, y = X.astype("float32"), Y.astype("float32")
    few, many = (sigmoid_network(1, (5,), 2, seed=3, dtype="float32") for _ in range(2))
    fit_adam(few, x, y, epochs=100, batch_size=40, seed=0, learning_rate=0.01)
    fit_adam(many, x, y, epochs=100, batch_size=4, seed=0, learning_rate=0.01)
    assert np.mean((many(x) - y) ** 2) < 0.7 * np.mean((few(x) - y) ** 2)

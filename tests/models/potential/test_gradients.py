import keras
import numpy as np
import pytest
from keras import ops

from atomzoo.models.potential.gradients import compiled, value_and_gradient


def test_value_and_gradient():
    value, gradient = value_and_gradient(lambda x: x**2, np.array([[3.0, 4.0]]))
    assert np.asarray(value).tolist() == [[9, 16]] and np.asarray(gradient).tolist() == [[6, 8]]


def test_the_first_of_a_tuple_is_differentiated():
    (square, double), gradient = value_and_gradient(lambda x: (x**2, 2 * x), np.array([3.0]))
    assert float(square[0]) == 9 and float(double[0]) == 6 and float(gradient[0]) == 6


def test_second_and_third_derivatives():
    def derivative(function):
        return lambda x: value_and_gradient(function, x)[1]

    x = np.array([2.0, -1.0])
    second = derivative(derivative(lambda x: x**4))
    assert np.asarray(second(x)).tolist() == [48, 12]
    assert np.asarray(derivative(second)(x)).tolist() == [48, -24]


def test_what_does_not_depend_on_the_argument_has_zero_gradient():
    _, gradient = value_and_gradient(lambda x: ops.ones((2,)), np.array([1.0, 2.0]))
    assert np.asarray(gradient).tolist() == [0, 0]


@pytest.mark.compiled
def test_compiled_sees_the_weights_as_they_are():
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    layer.build((None, 2))
    run = compiled(lambda x: layer(x), layer)
    x = np.array([[1.0, 2.0]], dtype="float32")
    assert float(run(x)[0, 0]) == 3
    layer.kernel.assign([[10.0], [1.0]])
    assert float(run(x)[0, 0]) == 12


@pytest.mark.compiled
def test_compiled_runs_once_in_python_for_equal_shapes():
    layer, traces = keras.layers.Dense(1), []
    layer.build((None, 2))

    def function(x, nothing):
        traces.append(x.shape)
        return value_and_gradient(layer, x)

    run = compiled(function, layer)
    for seed in range(3):
        value, gradient = run(np.random.default_rng(seed).normal(size=(4, 2)).astype("float32"), None)
        assert value.shape == (4, 1)
        np.testing.assert_allclose(np.asarray(gradient), np.tile(np.asarray(layer.kernel)[:, 0], (4, 1)))
    run(np.zeros((5, 2), "float32"), None)
    assert [tuple(shape) for shape in traces] == [(4, 2), (5, 2)]


@pytest.mark.compiled
def test_many_potentials_in_one_process_are_nothing_to_warn_of(caplog):
    def doubled(x):
        return 2 * x

    for _ in range(8):
        layer = keras.layers.Dense(1)
        assert float(compiled(doubled, layer)(np.array([1.0]))[0]) == 2
    assert not caplog.records

"""The elementary functions of the C++, in a small program: against NumPy, Keras, and their own differences."""

import subprocess

import numpy as np
import pytest

from atomzoo.layers import CosineCutoff, PolynomialCutoff, TanhCutoff
from atomzoo.layers.activations import get_activation
from atomzoo.layers.descriptors.compact_functions import SUBTYPES
from atomzoo.layers.descriptors.compact_profiles import compact_profiles
from atomzoo.models.potential.native.build import FLAGS, SOURCES
from atomzoo.models.potential.native.network_text import ACTIVATIONS
from tests.physics import assert_close

STEP = 1e-5


@pytest.fixture(scope="module")
def primitives(compiler, tmp_path_factory):
    """A function of the program's arguments and numbers x, which returns values and slopes."""
    program = tmp_path_factory.mktemp("primitives") / "primitives"
    flags = [flag for flag in FLAGS if flag not in ("-shared", "-O3")]
    source = __file__.replace("test_primitives.py", "primitives.cpp")
    subprocess.run(["g++", "-O1", *flags, f"-I{SOURCES}", source, "-o", program], check=True)

    def evaluate(*arguments, x):
        text = "\n".join(f"{value:.17g}" for value in x)
        command = [program, *map(str, arguments)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        return np.array([line.split() for line in done.stdout.splitlines()], dtype="float64").T

    return evaluate


def assert_slopes(evaluate, x, tolerance=1e-8):
    """The slopes are those of the values."""
    _, slopes = evaluate(x)
    expected = (evaluate(x + STEP)[0] - evaluate(x - STEP)[0]) / (2 * STEP)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(slopes, expected, rtol=tolerance, atol=tolerance)


def test_exponential(primitives):
    x = np.concatenate([np.linspace(-707, 708, 3001), np.linspace(-2, 2, 3001), [0.0, 1e-300, -1e-300]])
    values, _ = primitives("exponential", x=x)
    assert (np.abs(values / np.exp(x) - 1) < 4e-16).all()
    assert primitives("exponential", x=[-708.5, -1e308])[0].tolist() == [0.0, 0.0]
    assert np.isfinite(primitives("exponential", x=[1e308])[0]).all()


def test_cosine_and_sine_of_a_half_turn(primitives):
    x = np.linspace(0, 1, 1001)
    cosine, sine = primitives("half_turn", x=x)
    np.testing.assert_allclose(cosine, np.cos(np.pi * x), rtol=0, atol=5e-16)
    np.testing.assert_allclose(sine, np.sin(np.pi * x), rtol=0, atol=5e-16)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(primitives, name):
    x = np.linspace(-4.03, 4.01, 50)
    values, _ = primitives("activation", ACTIVATIONS[name], x=x)
    assert_close(values, get_activation(name)(x), 1e-14)
    assert_slopes(lambda x: primitives("activation", ACTIVATIONS[name], x=x), x)


@pytest.mark.parametrize(
    ("layer", "arguments"),
    [
        (CosineCutoff(3.0, dtype="float64"), ("cosine", 3.0, 0.0, 0, 0)),
        (CosineCutoff(3.0, inner_fraction=0.4, dtype="float64"), ("cosine", 3.0, 0.4, 0, 0)),
        (TanhCutoff(3.0, dtype="float64"), ("tanh", 3.0, 0.0, 0, 0)),
        (TanhCutoff(3.0, normalized=True, dtype="float64"), ("tanh", 3.0, 0.0, 1, 0)),
        *(
            (
                PolynomialCutoff(3.0, order=order, inner_fraction=0.1, dtype="float64"),
                ("polynomial", 3.0, 0.1, 0, order),
            )
            for order in (1, 2, 3, 4)
        ),
    ],
)
def test_cutoff_functions(primitives, layer, arguments):
    r = np.array([0.05, 0.7, 1.1, 1.5, 2.2, 2.9, 2.99, 3.01, 5.0])
    values, slopes = primitives("cutoff", *arguments, x=r)
    assert_close(values, layer(r), 1e-15)
    assert_slopes(lambda r: primitives("cutoff", *arguments, x=r), r)
    assert values[-1] == slopes[-1] == 0.0


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_compact_profiles(primitives, subtype):
    r = np.array([-1.5, 0.05, 0.7, 0.99, 1.01, 1.5, 2.2, 2.9, 2.99, 3.01, 5.0])
    values, slopes = primitives("compact", -1.0, 3.0, subtype, x=r)
    assert_close(values, np.asarray(compact_profiles(r, [(-1.0, 3.0, subtype)]))[0], 1e-15)
    assert_slopes(lambda r: primitives("compact", -1.0, 3.0, subtype, x=r), r)
    assert values[0] == slopes[0] == values[-1] == slopes[-1] == 0.0
    center, slope = primitives("compact", -1.0, 3.0, subtype, x=[1.0])
    assert center == [1.0] and slope == [0.0]


@pytest.mark.parametrize(("low", "high"), [(0, 180), (-120, 120), (60, 300), (30, 100)])
@pytest.mark.parametrize("subtype", ["p1", "p2a", "e"])
def test_compact_functions_of_an_angle(primitives, low, high, subtype):
    """Slopes are with respect to the cosine: finite where that of the angle is not."""
    cosine = np.array([-0.9, -0.7, -0.1, 0.2, 0.8, 0.9])
    radians = (np.radians(low), np.radians(high), subtype.rstrip("a"))
    values, _ = primitives("angular", low, high, subtype, x=cosine)
    np.testing.assert_allclose(
        values, np.asarray(compact_profiles(np.arccos(cosine), [radians]))[0], rtol=0, atol=1e-14
    )
    assert_slopes(lambda x: primitives("angular", low, high, subtype, x=x), cosine, 1e-6)
    ends = np.array([1.0, -1.0, np.nextafter(1, 2), np.nextafter(-1, -2), np.nextafter(1, 0), np.nextafter(-1, 0)])
    values, slopes = primitives("angular", low, high, subtype, x=ends)
    nearby = primitives("angular", low, high, subtype, x=ends * (1 - 1e-9))
    np.testing.assert_allclose(values, nearby[0], rtol=0, atol=1e-7)
    np.testing.assert_allclose(slopes, nearby[1], rtol=0, atol=1e-3)

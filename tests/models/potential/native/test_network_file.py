"""Damaged texts of a potential: numbers that ask for much memory or time are refused, in messages that are not long."""

import ctypes

import pytest

from atomzoo.layers import ChebyshevFunction
from atomzoo.models.potential.native.build import library
from atomzoo.models.potential.native.network_text import network_text
from tests.examples import CUTOFF, ONE_OF_EACH, small_potential

pytestmark = pytest.mark.usefixtures("compiler")
CHEBYSHEV = [ChebyshevFunction("T2", CUTOFF, 3), ChebyshevFunction("T3", CUTOFF, 2)]
BAD = {
    "elements Ti O": ("elements Ti Ti", "line 10: an element is named twice"),
    "T2 cutoff 4.0 order 3": ("T2 cutoff 4.0 order 501", "the order is too large"),
    "T3 cutoff 4.0 order 2": ("T3 cutoff 4.0 order 51", "the order is too large"),
    "G1 cutoff 4.0": ("G1 cutoff 1e300", "the cutoff must be from 0.1 to 100 A"),
    "G2 cutoff 4.0": ("G2 cutoff 1e-300", "the cutoff must be from 0.1 to 100 A"),
    "pair_count 1": ("pair_count " + 5000 * "9", "line 12: '99999"),
    "layer tanh": ("layer tanhh", "the potential: there is no activation 'tanhh'"),
    "energy_scale": (5000 * "9", "'energy_scale' must stand here, not '999"),
}


@pytest.fixture(scope="module")
def text():
    return network_text(small_potential(["Ti", "O"], [*ONE_OF_EACH, *CHEBYSHEV]))


def refusal(text):
    problem = ctypes.create_string_buffer(500)
    pointer = library().atomzoo_new(text.encode(), problem, len(problem))
    if pointer:
        library().atomzoo_delete(pointer)
    return problem.value.decode()


def test_as_it_is(text):
    assert refusal(text) == ""


@pytest.mark.parametrize("old", BAD)
def test_bad_texts(old, text):
    new, message = BAD[old]
    assert old in text
    found = refusal(text.replace(old, new, 1))
    assert message in found and found.startswith("the potential") and len(found) < 300

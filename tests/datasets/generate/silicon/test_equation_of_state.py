"""Birch and Murnaghan's equation against its textbook form, ASE's fit, and a common tangent drawn another way."""

import numpy as np
import pytest
from ase.eos import birchmurnaghan

from atomzoo.datasets.generate.silicon.equation_of_state import EquationOfState, transition_pressure

OPEN, DENSE = (-5.4, 0.6, 4.2, 19.5), (-5.1, 0.7, 4.5, 14.5)  # energy, bulk modulus, its derivative, volume


def curve(parameters, n=7):
    volumes = np.linspace(0.8, 1.05, n) * parameters[3]
    return EquationOfState.fit(volumes, birchmurnaghan(volumes, *parameters))


@pytest.mark.parametrize("parameters", [OPEN, DENSE])
def test_fit_recovers_the_parameters(parameters):
    energy, modulus, _, volume = parameters
    fit = curve(parameters)
    assert fit.equilibrium_volume == pytest.approx(volume, rel=1e-8)
    assert fit.bulk_modulus == pytest.approx(modulus, rel=1e-6)
    assert fit.energy(volume) == pytest.approx(energy, abs=1e-9)


def test_pressure_is_the_negative_slope():
    fit, volume, step = curve(OPEN), 16.0, 1e-4
    slope = (fit.energy(volume + step) - fit.energy(volume - step)) / (2 * step)
    assert fit.pressure(volume) == pytest.approx(-slope, rel=1e-7)
    assert fit.enthalpy(float(fit.pressure(volume))) == pytest.approx(
        float(fit.energy(volume) + fit.pressure(volume) * volume), abs=1e-9
    )


def test_common_tangent():
    """The line of that slope touches both curves, and lies below them."""
    first, second = curve(OPEN), curve(DENSE)
    pressure = transition_pressure(first, second)
    volumes = np.linspace(11, 21, 100001)
    intercepts = [np.min(fit.energy(volumes) + pressure * volumes) for fit in (first, second)]
    assert intercepts[0] == pytest.approx(intercepts[1], abs=1e-7)
    assert 0.03 < pressure < 0.1
    assert np.isnan(transition_pressure(second, first, highest=0.01))


def test_what_cannot_be_fitted():
    with pytest.raises(ValueError, match="at least four volumes. Received: 3$"):
        EquationOfState.fit([1.0, 2.0, 3.0], [1.0, 0.0, 1.0])
    with pytest.raises(ValueError, match="must have a minimum over volume. Received: "):
        EquationOfState.fit([10.0, 11.0, 12.0, 13.0], [1.0, 2.0, 3.0, 4.0])

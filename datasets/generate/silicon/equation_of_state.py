"""Birch and Murnaghan's equation of state of a crystal, and the pressure at which two phases are in equilibrium."""

from dataclasses import dataclass

import numpy as np
import pandas
from ase import units
from scipy.optimize import brentq

SMALLEST_VOLUME = 0.5  # of that at equilibrium


@dataclass(frozen=True)
class EquationOfState:
    """Energy over volume: a polynomial of degree three in V^(-2/3), Birch and Murnaghan's third-order equation.

    Args:
        coefficients: (4,), eV per atom times powers of Å^2, the highest degree first.

    Example:
        >>> volumes = np.array([12.0, 14.0, 16.0, 18.0])
        >>> curve = EquationOfState.fit(volumes, 0.02 * (volumes ** (-2 / 3) / 15 ** (-2 / 3) - 1) ** 2)
        >>> round(curve.equilibrium_volume, 6), bool(abs(curve.pressure(15.0)) < 1e-9)
        (15.0, True)
    """

    coefficients: np.ndarray

    @classmethod
    def fit(cls, volumes, energies):
        """Fit energies (eV per atom) at four volumes (Å^3 per atom) or more.

        Raises:
            ValueError: fewer than four volumes, or no minimum of the energy.
        """
        if len(volumes) < 4:
            raise ValueError(f"An equation of state needs at least four volumes. Received: {len(volumes)}")
        curve = cls(np.polyfit(np.asarray(volumes) ** (-2 / 3), energies, 3))
        if not np.isfinite(curve.equilibrium_volume):
            raise ValueError(f"Energies must have a minimum over volume. Received: {np.round(energies, 4).tolist()}")
        return curve

    @property
    def equilibrium_volume(self):
        """Volume of the minimum, Å^3 per atom (NaN if there is none)."""
        roots = np.roots(np.polyder(self.coefficients))
        roots = [x.real for x in roots if abs(x.imag) < 1e-12 and x.real > 0]
        minima = [x for x in roots if np.polyval(np.polyder(self.coefficients, 2), x) > 0]
        return float(minima[0] ** -1.5) if minima else float("nan")

    @property
    def bulk_modulus(self):
        """-V dP/dV at the minimum, eV/Å^3."""
        volume = self.equilibrium_volume
        x = volume ** (-2 / 3)
        # dx/dV = -2/3 x/V; the first derivative of the energy is zero here
        return float(volume * np.polyval(np.polyder(self.coefficients, 2), x) * (2 / 3 * x / volume) ** 2)

    def energy(self, volume):
        """Energy, eV per atom, at a volume, Å^3 per atom."""
        return np.polyval(self.coefficients, np.asarray(volume) ** (-2 / 3))

    def pressure(self, volume):
        """Pressure -dE/dV, eV/Å^3, at a volume, Å^3 per atom."""
        volume = np.asarray(volume)
        return np.polyval(np.polyder(self.coefficients), volume ** (-2 / 3)) * 2 / 3 * volume ** (-5 / 3)

    @property
    def highest_pressure(self):
        """Up to which the curve is believed, eV/Å^3: that at half of the equilibrium volume."""
        return float(self.pressure(SMALLEST_VOLUME * self.equilibrium_volume))

    def enthalpy(self, pressure):
        """Lowest E + PV, eV per atom, at a pressure, eV/Å^3, up to `highest_pressure`."""
        reach = self.equilibrium_volume * np.array([SMALLEST_VOLUME, 1.2])
        volume = brentq(lambda v: self.pressure(v) - pressure, *reach)
        return float(self.energy(volume) + pressure * volume)


def transition_pressure(first, second, highest=0.5):
    """Pressure at which two phases have the same enthalpy: the slope of the common tangent of their curves.

    Args:
        first: `EquationOfState` of the phase that is stable at low pressure.
        second: that of the other.
        highest: pressure up to which is looked, eV/Å^3, or less if a curve ends before.

    Returns:
        float, eV/Å^3; NaN if their order does not change between zero and `highest`.
    """
    pressures = np.linspace(0, min(highest, first.highest_pressure, second.highest_pressure), 101)
    differences = [second.enthalpy(p) - first.enthalpy(p) for p in pressures]
    changes = np.flatnonzero(np.diff(np.sign(differences)))
    if len(changes) == 0:
        return float("nan")
    interval = pressures[changes[0] : changes[0] + 2]
    return float(brentq(lambda p: second.enthalpy(p) - first.enthalpy(p), *interval))


def equations_of_state(points):
    """Fit an equation of state to each of several phases, diamond among them.

    Args:
        points: pandas.DataFrame with `phase`, `volume` (Å^3 per atom) and `energy` (eV per atom).

    Returns:
        pandas.DataFrame, a row for each phase: `volume` (Å^3 per atom), `energy` (above diamond, eV per atom),
        `bulk_modulus` (GPa), `transition` (the pressure at which diamond turns into it, GPa), `residual` (root mean
        square of the fit, meV per atom).
    """
    groups = dict(list(points.groupby("phase", sort=False)))
    fits = {phase: EquationOfState.fit(rows["volume"], rows["energy"]) for phase, rows in groups.items()}
    diamond = fits["diamond"]
    lowest = diamond.energy(diamond.equilibrium_volume)
    rows = {
        phase: {
            "volume": fit.equilibrium_volume,
            "energy": float(fit.energy(fit.equilibrium_volume) - lowest),
            "bulk_modulus": fit.bulk_modulus / units.GPa,
            "transition": transition_pressure(diamond, fit) / units.GPa if phase != "diamond" else float("nan"),
            "residual": 1e3 * np.sqrt(np.mean((fit.energy(groups[phase]["volume"]) - groups[phase]["energy"]) ** 2)),
        }
        for phase, fit in fits.items()
    }
    return pandas.DataFrame.from_dict(rows, orient="index")

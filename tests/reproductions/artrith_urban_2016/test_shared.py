import numpy as np
import pandas
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.reproductions.artrith_urban_2016 import _shared


class Constant:
    """A potential with forces of 3 and 0 eV/A along x."""

    def evaluate_atoms(self, structures):
        return [{"forces": np.array([[3.0, 0, 0], [0, 0, 0]])} for _ in structures]


def test_force_errors_are_per_component():
    atoms = bulk("MgO", "rocksalt", a=4.2)
    atoms.calc = SinglePointCalculator(atoms, energy=0.0, forces=np.zeros((2, 3)))
    found = _shared.force_errors(Constant(), [atoms])
    assert found["test_force_rmse_eV_per_A"] == pytest.approx((9 / 6) ** 0.5)
    assert found["test_force_mae_eV_per_A"] == pytest.approx(0.5)


def test_groups():
    table = pandas.DataFrame({"file": "abc", "atoms": [6, 23, 95], "Ti": [2, 8, 32]}, index=range(3))
    sizes = {name: chosen.tolist() for name, chosen in _shared._by_size(table).items()}
    assert list(sizes.values()) == [[True, False, False], [False, True, False], [False, False, True]]
    oxygen = {name: chosen.tolist() for name, chosen in _shared._by_stoichiometry(table).items()}
    assert oxygen == {"TiO2": [True, False, False], "O vacancies": [False, True, True]}

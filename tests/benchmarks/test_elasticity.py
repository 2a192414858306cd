"""The elastic constants that others are compared with, and how."""

import math

import pytest

from benchmarks import elasticity
from tests.lammps_program import needs_lammps


@needs_lammps
def test_silicon_of_the_labels():
    """E. R. Cowley, Phys. Rev. Lett. 60, 2379 (1988): C11 151.4, C12 76.4, C44 56.4 GPa."""
    found = elasticity.reference("silicon")
    assert found == pytest.approx({"C11": 151.4, "C12": 76.4, "C44": 56.4}, rel=0.01)


def test_the_largest_deviation_counts():
    row = elasticity.row("silicon", "x", {"C11": 99.0, "C12": 55.0}, {"C11": 100.0, "C12": 50.0}, math.nan)
    assert row == ["silicon", "x", "C11 99.0, C12 55.0", "10.0 %", "-"]

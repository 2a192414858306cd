"""What is varied, and the exponents; how fast is for a quiet machine to say."""

import pytest

from benchmarks import scaling


def test_exponents():
    rows = [("native", "atoms", n, n, 40.0, 10.0, 1.0) for n in (10, 100, 1000)]
    rows += [("native", "neighbors", n, 8, n, n**1.5, 1.0) for n in (10, 20, 40)]
    rows[0] = ("native", "atoms", 10, 10, 40.0, 99.0, 1.0)  # calls count in the smallest
    assert scaling.exponent(rows, "atoms") == pytest.approx(1.0)
    assert scaling.exponent(rows, "neighbors") == pytest.approx(1.5)


@pytest.mark.parametrize(("n_elements", "n_functions"), [(1, 8), (5, 60)])
def test_as_many_functions_whatever_the_elements(n_elements, n_functions):
    potential = scaling._potential(["Si", "Ge", "C", "Sn", "Pb"][:n_elements], 6.0, n_functions)
    kinds = [function.kind for function in potential.functions]
    assert kinds.count("G2") == kinds.count("G5") == n_functions // 2 == potential.descriptor.n_features // 2


@pytest.mark.slow
def test_smallest_case():
    found = scaling.measured("native", cells=1, cutoff=3.6, n_functions=8, n_elements=2)
    assert found["atoms"] == 8 and found["neighbors"] > 4 and found["time"] > 0

"""When a recipe is as good as another, told from curves of errors over time."""

import pytest

from benchmarks import training


def test_summary():
    curves = {
        ("silicon", "Adam, exact forces"): [(1.0, 0.9, 9.0), (50.0, 0.2, 5.0), (100.0, 0.3, 4.0), (101.0, 0.2, 4.0)]
    }
    curves["silicon", "default (L-BFGS)"] = [(2.0, 0.5, 8.0), (10.0, 0.1, 1.0)]
    curves["silicon", "Adam, 8 directions"] = [(2.0, 0.5, 8.0)]
    rows = training.summary(curves)
    assert rows[0] == ("silicon", "Adam, exact forces", "101", "0.2", "4", "50", "1.0")
    assert rows[1] == ("silicon", "default (L-BFGS)", "10", "0.1", "1", "10", "5.0")
    assert rows[2][-2:] == ("never", "")


@pytest.mark.slow
def test_errors_are_measured_while_training():
    rows = training.measured("silicon", "default (L-BFGS)", quick=True)
    assert len(rows) >= 2 and rows[-1][0] > rows[0][0] > 0 and rows[-1][1] < 5

"""Which structures train and test, and that a training is measured."""

import pytest

from benchmarks import default_functions


def test_structures_are_drawn_once_and_always_the_same():
    found = default_functions.drawn(list(range(1000)), 200)
    assert len(set(found)) == 200 and found == default_functions.drawn(list(range(1000)), 200)


@pytest.mark.slow
def test_a_training_is_measured():
    row = default_functions.measured("gold", "preset", quick=True)
    assert row[:4] == ["gold", "preset", 36, "6.5"] and row[6] == 3 and float(row[4]) > 0

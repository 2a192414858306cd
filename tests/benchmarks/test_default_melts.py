"""That melts run and their distances are measured."""

import pytest

from benchmarks import default_melts


@pytest.mark.slow
def test_a_short_run():
    name, temperature, shortest, runs, part = default_melts.measured("silicon", quick=True)
    runs = [float(distance) for distance in runs.split(", ")]
    assert (name, temperature) == ("silicon", "4000") and 1.0 < float(shortest) < 2.2
    assert len(runs) == 5 and float(part) == pytest.approx(min(runs) / float(shortest), abs=0.01)

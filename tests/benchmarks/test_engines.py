"""The benchmark runs; how fast is for a quiet machine to say."""

import pytest

from benchmarks.engines import CASES, measured


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["native", "tensorflow"])
def test_smallest_cases(engine):
    for case, n_atoms in zip(CASES, (3, 5, 5, 512, 512, 512, 480), strict=True):
        found = measured(case, engine, quick=True)
        assert found["atoms"] == n_atoms and 0 < found["minimum"] <= found["median"]

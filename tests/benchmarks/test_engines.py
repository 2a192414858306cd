"""The benchmark runs; how fast is for a quiet machine to say."""

import pytest

from benchmarks.engines import CASES, measured


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["native", "tensorflow"])
def test_smallest_cases(engine):
    for case in CASES[:3:2]:
        found = measured(case, engine, quick=True)
        assert found["atoms"] == (3 if case.startswith("Au") else 512) and 0 < found["minimum"] <= found["median"]

import numpy as np
import pytest

from atomzoo.models.validation.check import BAD, GOOD, LOOK, graded, worse


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(-1.0, GOOD), (1.0, GOOD), (1.1, LOOK), (2.0, LOOK), (2.1, BAD), (np.nan, BAD), (np.inf, BAD)],
)
def test_verdicts(value, verdict):
    assert graded(value, 1.0, 2.0) == verdict


def test_the_worse_counts():
    assert worse(GOOD, LOOK) == LOOK and worse(BAD, GOOD, LOOK) == BAD and worse(GOOD) == GOOD

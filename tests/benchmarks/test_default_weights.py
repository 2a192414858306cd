"""What chooses the weights is neither trained on nor tested, and a training is measured."""

import pytest

from benchmarks import default_weights
from benchmarks.default_functions import N_TEST, N_TRAIN, SETS


def test_structures_to_train_on_and_to_choose_by():
    train, others = default_weights.pool("gold")
    of_training = {atoms.positions.tobytes() for atoms in SETS["gold"]()[0]}
    both = [atoms.positions.tobytes() for atoms in (*train, *others)]
    assert (len(train), len(others)) == (N_TRAIN, N_TEST)
    assert len(set(both)) == len(both) and set(both) <= of_training


@pytest.mark.slow
def test_a_training_is_measured():
    row = default_weights.measured("gold", "1, 1", quick=True)
    assert row[:2] == ["gold", "1, 1"] and row[4] == "" and row[5] == 3 and float(row[2]) > 0

import pandas

from atomzoo.reproductions.barch_tubman_2017.studies.table_2_weight_decay import average, choose
from atomzoo.reproductions.barch_tubman_2017.table_2 import WEIGHT_DECAY
from atomzoo.reproductions.report import recorded


def means(train, held_out):
    columns = {("train_mse_eV2", 3): train, ("held_out_mse_eV2", 3): held_out}
    return pandas.DataFrame(columns, index=[1e-6, 1e-5, 1e-4])


def test_the_smallest_held_out_error_wins():
    decay, relative = choose(means([4e-6, 5e-6, 9e-6], [9e-6, 6e-6, 12e-6]))
    assert decay == 1e-5
    assert list(relative) == [1.5, 1.0, 2.0]


def test_but_not_by_fitting_the_noise():
    assert choose(means([3e-8, 5e-6, 9e-6], [3e-6, 6e-6, 12e-6]))[0] == 1e-5


def test_the_table_is_trained_with_the_recorded_choice():
    rows = pandas.read_csv(recorded("barch-tubman-2017") / "table_2_weight_decay.csv")
    assert choose(average(rows))[0] == WEIGHT_DECAY

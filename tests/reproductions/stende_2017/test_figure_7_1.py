"""Figure 7.1: the samplings, and a quick run."""

import shutil

import numpy as np
import pandas
import pytest

from atomzoo.datasets.engines.lammps import _path
from atomzoo.reproductions.stende_2017 import figure_7_1


def test_samplings():
    """A constant force of 4 eV/A: every tenth step; all of them with alpha = 3; every seventh (30 / 4) with 30."""
    samples = figure_7_1.samplings(np.full((71, 2, 3), 4 / np.sqrt(3)))
    assert {name: len(values) for name, values in samples.items()} == {"uniform": 16, "alpha_3": 142, "alpha_30": 22}
    np.testing.assert_allclose(samples["alpha_30"], 4)


def test_shares_beside_the_thesis():
    """Of forces of 1 and 3 eV/A half are low; equation 7.2 takes each third step of the first, each of the second."""
    forces = np.zeros((60, 2, 3))
    forces[:, 0, 0], forces[:, 1, 2] = 1.0, -3.0
    table = figure_7_1.beside_paper(figure_7_1.samplings(forces), [forces]).set_index("quantity")["ours"]
    assert table["low forces, to"] == "2: 50.0 % (every 10th step); 25.0 % (eq. 7.2, α = 3 eV/Å)"
    assert table["high forces, to"] == "4: 50.0 % (every 10th step); 75.0 % (eq. 7.2, α = 3 eV/Å)"
    assert table["effect of the sampling"].endswith("every tenth step takes 10 %, equation 7.2 67 %")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("lmp", path=_path()) is None, reason="runs LAMMPS: needs lmp on PATH")
def test_quick_run(tmp_path):
    figure_7_1.run(quick=True, output=tmp_path)
    rows = pandas.read_csv(tmp_path / "figure_7_1.csv")
    for name in figure_7_1.SAMPLINGS:
        assert rows[f"{name}_fraction"].sum() == pytest.approx(1, abs=1e-4)
    middles = (rows["force_from_eV_per_A"] + rows["force_to_eV_per_A"]) / 2
    assert (middles * rows["alpha_3_fraction"]).sum() > 1.05 * (middles * rows["uniform_fraction"]).sum()
    assert "Quick run" in (tmp_path / "figure_7_1.md").read_text()
    assert (tmp_path / "figure_7_1.png").stat().st_size > 10_000

import keras
import pandas
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("imports the training, which needs TensorFlow", allow_module_level=True)

from atomzoo.datasets.water_hydroxide import load_stationary
from atomzoo.reproductions.barch_tubman_2017 import water_hydroxide
from atomzoo.reproductions.barch_tubman_2017._shared.hydroxide import proton_transfer


def pretend(train, jobs, partial, description):
    """In place of `run_jobs`: networks that are CCSD(T), but for 1 meV and 0.001 A."""
    partial.write_text("")
    truth = proton_transfer(*load_stationary())
    found = truth | {"minimum_above_meV": 1.0, "minimum_oxygens_A": truth["minimum_oxygens_A"] + 1e-3}
    others = {"test_rmse_meV_per_atom": 0.5, "test_structures": 9, "converged": True}
    return pandas.DataFrame([{**job, "structures": 800 // job["part"], **found, **others} for job in jobs])


def test_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(water_hydroxide, "run_jobs", pretend)
    water_hydroxide.run(seeds=2, output=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *(f"water_hydroxide.{ending}" for ending in ("csv", "md", "png")),
        "water_hydroxide_paper.csv",
    ]
    text = (tmp_path / "water_hydroxide.md").read_text()
    lines = [line.split(" | ") for line in text.splitlines()]
    assert [line[1] for line in lines if line[0] == "| networks, with PBE0"] == ["800", "400", "200"]
    assert "* O-O: 0.001 ± " in text and "* energy of the minimum: 1 ± " in text
    assert "* barrier: 0 ± 0 meV (aim: 2)" in text


def test_every_method_part_and_seed():
    jobs = pandas.DataFrame(water_hydroxide.jobs(seeds=None, quick=False))
    assert len(jobs) == len(jobs.drop_duplicates()) == 2 * 3 * 5

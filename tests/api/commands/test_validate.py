import ase.io
import pytest
from ase.build import bulk

from atomzoo import save_potential
from atomzoo.models.validation import dynamics
from tests.api.pages.parsed import Page
from tests.models.validation.examples import random_potential, silicon


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A tenth of a picosecond."""
    monkeypatch.setattr(dynamics.run_nve, "__defaults__", (0, 0.1))


def test_a_name_of_the_zoo(atomzoo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, text, error = atomzoo("validate", "si-stillinger-weber", "--temperature", 500)
    assert code == 0 and error == "" and "written to si-stillinger-weber.validation.html" in text
    page = Page(tmp_path / "si-stillinger-weber.validation.html")
    verdicts = [row[1:3] for row in page.rows("good")]
    assert verdicts[:3] == [[n, "Si diamond"] for n in ("energy over volume", "elastic constants", "phonons at Gamma")]
    assert verdicts[-1] == ["extrapolation", "Si64 at 500 K"]
    assert page.loads == [] and page.tags.count("svg") == 6 and "C11 150" in page.rows("good")[1][3]
    assert all(word in text for word in ("good", "Si diamond", "20.021 Å³/atom"))


def test_a_bad_potential(atomzoo, tmp_path):
    save_potential(random_potential(1), tmp_path / "a.keras")
    ase.io.write(tmp_path / "si.extxyz", silicon())
    code, text, _ = atomzoo("validate", tmp_path / "a.keras", tmp_path / "si.extxyz", "-o", tmp_path / "b.html")
    assert code == 0 and "bad" in text
    assert len(Page(tmp_path / "b.html").rows("bad")) >= 3


def test_no_report(atomzoo, tmp_path):
    save_potential(random_potential(), tmp_path / "a.keras")
    code, text, _ = atomzoo("validate", tmp_path / "a.keras", "--no-report")
    assert code == 0 and "written" not in text and [path.name for path in tmp_path.iterdir()] == ["a.keras"]


def test_errors_are_one_line(fails, tmp_path):
    save_potential(random_potential(), tmp_path / "a.keras")
    ase.io.write(tmp_path / "cu.extxyz", bulk("Cu"))
    assert "there is no file" in fails("validate", tmp_path / "b.keras")
    assert "there is no file" in fails("validate", tmp_path / "a.keras", tmp_path / "no.extxyz")
    assert "element 'Cu' is not among" in fails("validate", tmp_path / "a.keras", tmp_path / "cu.extxyz")
    assert "must be above 0. Received: -1.0" in fails("validate", tmp_path / "a.keras", "--temperature", -1)
    assert "There is no folder" in fails("validate", tmp_path / "a.keras", "-o", tmp_path / "no" / "a.html")

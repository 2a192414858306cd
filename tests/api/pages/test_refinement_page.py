from types import SimpleNamespace

import ase
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.pages.refinement_page import write_refinement_page
from tests.api.pages.parsed import Page


def row(number, network, engine, relaxed, difference):
    energies = {"network_eV": network, "engine_eV": engine, "relaxed_eV": relaxed}
    return {"round": number, "calls": 3 + number, **energies, "difference_eV": difference}


@pytest.fixture
def result():
    lowest = ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]])
    lowest.calc = SinglePointCalculator(lowest, energy=-5.25)
    rounds = [row(0, -5.0, -5.1, None, 0.1), row(1, -5.2, -5.25, -5.25, 0.0)]
    return SimpleNamespace(rounds=rounds, lowest=lowest, n_calls=4, converged=True, message="<converged>")


def test_rounds(result, tmp_path):
    write_refinement_page(tmp_path / "a.html", "au2.extxyz", result, 1e-3, "atomzoo refine", 5.0)
    page = Page(tmp_path / "a.html")
    assert page.tables[0][1:] == [
        ["0", "3", "-5.000000", "-5.100000", "-", "100.000"],
        ["1", "4", "-5.200000", "-5.250000", "-5.250000", "0.000"],
    ]
    assert "&lt;converged&gt;" in page.source and "-5.250000 eV" in page.source and page.loads == []


def test_no_rounds(result, tmp_path):
    result.rounds = []
    write_refinement_page(tmp_path / "a.html", "au2.extxyz", result, 1e-3, "atomzoo refine", 5.0)
    assert "svg" not in Page(tmp_path / "a.html").tags

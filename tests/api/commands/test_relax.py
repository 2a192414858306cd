import sys
from functools import partial

import ase.io
import pytest

from atomzoo import load_potential, relax, save_potential

# not the function of the same name
relaxation = sys.modules["atomzoo.models.relaxation.relax"]
pytestmark = pytest.mark.filterwarnings("ignore::atomzoo.models.potential.extrapolation.ExtrapolationWarning")


def test_atoms(atomzoo, model, gold, tmp_path):
    gold[0].write(tmp_path / "a.extxyz")
    code, text, error = atomzoo("relax", model, tmp_path / "a.extxyz", "-o", tmp_path / "b.extxyz", "--fmax", 0.01)
    assert code == 0 and error == "" and " yes" in text
    relaxed = ase.io.read(tmp_path / "b.extxyz")
    assert (relaxed.get_forces() ** 2).sum(axis=1).max() <= 0.01**2
    columns = text.splitlines()[1].split()
    assert float(columns[3]) <= float(columns[2])


def test_a_float32_model_relaxes_in_float64(atomzoo, model, gold, tmp_path):
    """To forces that the rounding of float32 would not let it reach."""
    save_potential(load_potential(model, dtype="float32"), tmp_path / "single.keras")
    gold[0].write(tmp_path / "a.extxyz")
    start = tmp_path / "a.extxyz"
    code, _, error = atomzoo("relax", tmp_path / "single.keras", start, "-o", tmp_path / "b.extxyz", "--fmax", 1e-7)
    assert code == 0 and error == ""
    assert (ase.io.read(tmp_path / "b.extxyz").get_forces() ** 2).sum(axis=1).max() <= 1e-7**2


def test_exit_code_if_not_converged(atomzoo, model, gold, tmp_path, monkeypatch):
    monkeypatch.setattr("atomzoo.models.relaxation.relax.relax", partial(relax, max_steps=0))
    gold[0].write(tmp_path / "a.extxyz")
    code, text, error = atomzoo("relax", model, tmp_path / "a.extxyz", "-o", tmp_path / "b.extxyz")
    assert code == 3 and " no: " in text and error == ""
    assert len(ase.io.read(tmp_path / "b.extxyz")) == 3


def test_cell_of_a_cluster(fails, model, gold, tmp_path):
    cluster = gold[0].copy()
    cluster.pbc = False
    cluster.write(tmp_path / "a.extxyz")
    assert "periodic" in fails("relax", model, tmp_path / "a.extxyz", "--cell")


def test_unknown_element(fails, model, tmp_path):
    ase.io.write(tmp_path / "a.xyz", ase.Atoms("Cu"))
    assert "element 'Cu'" in fails("relax", model, tmp_path / "a.xyz", "-o", tmp_path / "b.xyz")


def test_bad_fmax(fails, model, gold_file, tmp_path):
    assert "fmax" in fails("relax", model, gold_file, "--fmax", -1)


def test_pressure_is_in_gpa(atomzoo, model, gold, tmp_path, monkeypatch):
    received = []
    at_once = partial(relax, max_steps=0)
    monkeypatch.setattr(relaxation, "relax", lambda *args, **named: received.append(named) or at_once(*args, **named))
    gold[0].write(tmp_path / "a.extxyz")
    code, _, error = atomzoo("relax", model, tmp_path / "a.extxyz", "--cell", "--pressure", 2)
    assert code == 3 and error == ""
    assert received[0]["pressure"] == pytest.approx(2 * 0.00624150907)  # eV/A^3


def test_pressure_without_cell(fails, model, gold_file):
    assert "A pressure needs a cell that is relaxed" in fails("relax", model, gold_file, "--pressure", 2)


def test_a_writer_that_fails_is_found_out_before_the_work(fails, model, gold_file, tmp_path, monkeypatch):
    monkeypatch.setattr(relaxation, "relax", None)
    assert "ASE cannot write these" in fails("relax", model, gold_file, "-o", tmp_path / "relaxed.pwi")

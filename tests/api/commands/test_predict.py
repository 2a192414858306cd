import weakref

import ase
import ase.io
import numpy as np
import pytest
from ase.build import bulk

from atomzoo import load_potential
from atomzoo.datasets.io import reading
from atomzoo.models.potential import evaluation

DIMER = ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 2.5]])


def test_results_and_errors(atomzoo, model, gold, gold_file, tmp_path):
    code, text, error = atomzoo("predict", model, gold_file, "-o", tmp_path / "out.extxyz")
    assert code == 0 and error == ""
    assert "and 20 more" in text
    expected = load_potential(model).evaluate_atoms(gold)
    written = ase.io.read(tmp_path / "out.extxyz", index=":")
    for atoms, result in zip(written, expected, strict=True):
        assert atoms.get_potential_energy() == pytest.approx(result["energy"], abs=1e-7)
        np.testing.assert_allclose(atoms.get_forces(), result["forces"], atol=1e-7)
        np.testing.assert_allclose(atoms.get_stress(voigt=False), result["stress"], atol=1e-7)
    difference = [(r["energy"] - a.get_potential_energy()) / 3 for a, r in zip(gold, expected, strict=True)]
    rmse = 1e3 * np.sqrt(np.mean(np.square(difference)))
    (row,) = [line.split() for line in text.splitlines() if line.startswith("energy ")]
    assert row[1] == "meV/atom" and float(row[3]) == pytest.approx(rmse, rel=1e-3) and row[4] == "30"
    assert "force component" in text


def test_without_labels_and_periodicity(atomzoo, model, gold, tmp_path):
    cluster = gold[0].copy()
    cluster.pbc = False
    cluster.write(tmp_path / "a.xyz")
    code, text, error = atomzoo("predict", model, tmp_path / "a.xyz", "-o", tmp_path / "b.xyz")
    assert code == 0 and error == "" and "RMSE" not in text
    assert "stress" not in ase.io.read(tmp_path / "b.xyz").calc.results


def test_extrapolation_is_told(atomzoo, model, tmp_path):
    ase.io.write(tmp_path / "a.extxyz", [DIMER] * 7)
    code, _, error = atomzoo("predict", model, tmp_path / "a.extxyz")
    lines = error.splitlines()
    assert code == 0 and len(lines) == 6
    assert lines[0].startswith("atomzoo: warning: structure 0, atom ") and "outside its range" in lines[0]
    assert lines[-1] == "atomzoo: warning: 7 of 7 structures have such values"


def test_a_file_larger_than_the_memory(atomzoo, model, gold, gold_file, tmp_path, monkeypatch):
    """No more structures are held than are evaluated together; all that is printed and written is the same."""
    whole = atomzoo("predict", model, gold_file, "-o", tmp_path / "whole.extxyz")
    held, most, iread = [], [], reading.iread_structures

    def counted(*args):
        for atoms in iread(*args):
            held.append(weakref.ref(atoms))
            most.append(sum(each() is not None for each in held))
            yield atoms

    monkeypatch.setattr(reading, "iread_structures", counted)
    monkeypatch.setattr(evaluation.batches, "__defaults__", (12,))  # four structures
    parts = atomzoo("predict", model, gold_file, "-o", tmp_path / "parts.extxyz")
    assert parts[0] == whole[0] == 0 and parts[2] == whole[2]
    assert parts[1].replace("parts", "whole") == whole[1]
    assert (tmp_path / "parts.extxyz").read_bytes() == (tmp_path / "whole.extxyz").read_bytes()
    assert len(held) == 30 and max(most) <= 9  # those that are evaluated, and those that come next


def test_an_error_in_a_later_part_leaves_the_output_as_it_was(fails, model, gold, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation.batches, "__defaults__", (3,))
    ase.io.write(tmp_path / "a.extxyz", [*gold[:3], bulk("Cu")])
    (tmp_path / "b.extxyz").write_text("as it was")
    message = fails("predict", model, tmp_path / "a.extxyz", "-o", tmp_path / "b.extxyz")
    assert "structure 3: element 'Cu' is not among the model's elements ['Au']" in message
    assert (tmp_path / "b.extxyz").read_text() == "as it was" and len(list(tmp_path.iterdir())) == 2


def test_some_structures_of_a_file(atomzoo, model, gold_file):
    code, text, _ = atomzoo("predict", model, f"{gold_file}@3:5")
    assert code == 0 and [line.split()[0] for line in text.splitlines()[1:3]] == ["0", "1"]


@pytest.mark.parametrize(
    ("atoms", "message"),
    [
        (bulk("Cu"), "structure 1: element 'Cu' is not among the model's elements ['Au']"),
        (ase.Atoms("Au", positions=[[0, np.inf, 0]]), "frame 1: the position of atom 0 is not finite"),
        (ase.Atoms("Au2", positions=[[0, 0, 0], [0, 0, 0.01]]), "frame 1: atoms 0 and 1 are 0.01 A apart"),
        (ase.Atoms("Au", cell=[4, 0, 4], pbc=True), "frame 1: it is periodic, but its cell spans no volume"),
    ],
)
def test_bad_structures(fails, model, tmp_path, atoms, message):
    ase.io.write(tmp_path / "a.extxyz", [DIMER, atoms])
    (tmp_path / "b.extxyz").write_text("as it was")
    assert message in fails("predict", model, tmp_path / "a.extxyz", "-o", tmp_path / "b.extxyz")


@pytest.mark.parametrize(("content", "message"), [(b"", "is empty"), (b"no\nstructure\n", "cannot read")])
def test_unreadable_structures(fails, model, tmp_path, content, message):
    (tmp_path / "a.extxyz").write_bytes(content)
    assert message in fails("predict", model, tmp_path / "a.extxyz")


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_truncated_model(fails, model, gold_file, tmp_path, part):
    content = model.read_bytes()
    (tmp_path / "cut.keras").write_bytes(content[: int(part * len(content))])
    assert "cut.keras" in fails("predict", tmp_path / "cut.keras", gold_file)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.unknown", "try .extxyz"),
        ("no/out.extxyz", "There is no folder"),
        ("POSCAR", "1 Atoms object"),
        ("a.pwi", "espresso-in"),
    ],
)
def test_bad_output(fails, model, gold_file, tmp_path, name, message):
    assert message in fails("predict", model, gold_file, "-o", tmp_path / name)


@pytest.mark.parametrize("name", ["out.extxyz.gz", "out.extxyz.bz2", "out.extxyz.xz", "out.traj.gz"])
def test_compressed_output(atomzoo, model, gold, tmp_path, name):
    ase.io.write(tmp_path / "a.extxyz", gold[:2])
    code, text, error = atomzoo("predict", model, tmp_path / "a.extxyz", "-o", tmp_path / name)
    assert code == 0 and error == "" and name in text.replace("\n", "")
    assert (tmp_path / name).read_bytes()[:2] in (b"\x1f\x8b", b"BZ", b"\xfd7")
    written = ase.io.read(tmp_path / name, index=":")
    expected = load_potential(model).evaluate_atoms(gold[:2])
    np.testing.assert_allclose([a.get_potential_energy() for a in written], [r["energy"] for r in expected], atol=1e-7)


def test_a_writer_that_fails_is_found_out_before_the_work(fails, model, gold_file, tmp_path, monkeypatch):
    monkeypatch.setattr("atomzoo.NeuralNetworkPotential.evaluate_atoms", None)
    assert "ASE cannot write these" in fails("predict", model, gold_file, "-o", tmp_path / "a.pwi")

"""Programs beside atomzoo: what is missing is said, what is there is timed and compared; stand-ins for n2p2."""

import sys

import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.models.formats import n2p2
from benchmarks import peer_programs, peers

STAND_IN = f"""#!{sys.executable}
from pathlib import Path
n_atoms = sum(line.startswith("atom ") for line in Path("input.data").open())
assert Path("input.nn").exists() and Path("scaling.data").exists() and Path("weights.014.data").exists()
Path("energy.out").write_text(f"# header\\n1 {{n_atoms}} 0.0 {{n_atoms * 2.0}} 0.0 0.0\\n")
sum(range(5_000 * n_atoms))
"""


def test_missing_programs_are_named(monkeypatch, tmp_path):
    monkeypatch.delenv("N2P2_BIN", raising=False)
    monkeypatch.setenv("AENET_BIN", str(tmp_path))
    assert peer_programs.n2p2("G5", tmp_path, 1) == "no nnp-predict in N2P2_BIN"
    assert peer_programs.aenet("G5", tmp_path, 1) == "no predict.x in AENET_BIN"


def test_time_of_an_atom_is_a_difference(monkeypatch, tmp_path):
    """Of two sizes; the energy of the smaller is compared with that of atomzoo."""
    program = tmp_path / "nnp-predict"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setenv("N2P2_BIN", str(tmp_path))
    found = peer_programs.n2p2("G5", tmp_path, 1)
    assert found["what"] == "energy, forces" and found["time"] > 0
    atoms, potential = peer_programs.case("G5")
    assert found["difference"] == pytest.approx(abs(1024.0 / potential.evaluate_atoms(atoms)["energy"] - 1))


def test_potential_of_a_folder(tmp_path):
    """Written in Bohr and Hartree, it is the same potential; its structure can be made longer."""
    atoms, potential = peer_programs.case("G5")
    n2p2.write_n2p2(potential, tmp_path, "Bohr", "Hartree")
    atoms.calc = SinglePointCalculator(atoms, energy=1.0, forces=0 * atoms.positions)
    n2p2.write_input_data([atoms], tmp_path / "input.data", "Bohr", "Hartree")
    found, read = peer_programs.case(str(tmp_path))
    assert len(peer_programs.case(str(tmp_path), 2)[0]) == 1024
    assert read.evaluate_atoms(found)["energy"] == pytest.approx(potential.evaluate_atoms(atoms)["energy"], rel=1e-9)


def test_a_folder_without_a_potential_is_found_out_first(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["peers", "--potential", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        peers.main()
    assert str(tmp_path) in capsys.readouterr().err.splitlines()[-1]


def test_figure_shows_what_was_measured():
    rows = [("G5", "atomzoo, Python", "energy, forces", "8.1", "1", ""), ("G5", "dscribe", "not measured", "", "", "")]
    left, right = peers.figure(rows + [("G4", "n2p2, nnp-predict", "energy, forces", "150", "9", "2e-13")]).axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["atomzoo, Python"]
    assert [bar.get_width() for bar in right.patches] == [150.0]

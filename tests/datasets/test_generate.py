"""The command: what it asks of the engine, how it ends on errors, and the final files."""

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

import atomzoo.datasets
from atomzoo.datasets import generate
from atomzoo.datasets.gold_isomers import gold_isomers


class Still:
    """Labels every structure with an energy that depends on x only."""

    def single_point(self, atoms):
        atoms = atoms.copy()
        atoms.calc = SinglePointCalculator(atoms, energy=atoms.positions[0, 0], forces=np.zeros((len(atoms), 3)))
        return atoms

    def dynamics(self, atoms, steps, folder):
        (Path(folder) / "pw.in").write_text("settings")
        return [self.single_point(atoms) for _ in range(steps)]


def test_sizes_take_turns_by_the_part_done(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(generate, "gold_engine", Still)
    output = str(tmp_path / "au{atoms}.extxyz")
    command = ["gold-clusters", "--atoms", "2", "3", "-o", output]
    generate.main([*command, "--steps", "150", "450"])
    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == ["Au2", "Au3", "Au3", "Au3"]
    generate.main([*command, "--steps", "150", "600"])  # extends
    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == ["Au3"]
    assert len(ase.io.read(tmp_path / "au3.extxyz", index=":")) == 600


def test_rigid_moves_show_the_egg_box_only():
    energies = generate.egg_box(Still(), gold_isomers(3)["triangle"])
    assert energies.shape == (10,)
    assert 0.3 < np.ptp(energies) < 1  # A moved in x


def test_splits_of_the_embedded_files(tmp_path, capsys):
    path = Path(atomzoo.datasets.__file__).parent / "data" / "gold_clusters" / "au3.extxyz"
    generate.main(["splits", str(path), "-o", str(tmp_path)])
    row = "| Au3 | 900 | 855 | 769/86 | 770/85 | -2688.99205 | -2688.86579 | 0.09517 | -2688.34486 | -197.63727 |"
    assert capsys.readouterr().out.strip() == row
    ours, embedded = (ase.io.read(p, index=":") for p in (tmp_path / "au3.extxyz", path))
    assert ours[7].info.keys() == embedded[7].info.keys()
    np.testing.assert_array_equal(ours[7].get_forces(), embedded[7].get_forces())


@pytest.mark.parametrize("arguments, message", [
    (["gold-clusters", "--atoms", "6", "--steps", "9"], "Gold clusters have 2 to 5 atoms here. Received: 6"),
    (["gold-clusters", "--atoms", "2", "3", "--steps", "9", "9", "9"], r"--steps .* Received: \[9, 9, 9\]"),
    (["gold-clusters", "--atoms", "2", "3", "--steps", "9", "-o", "a"], "-o must contain {atoms} .* Received: a"),
    (["gold-clusters", "--atoms", "2", "--steps", "9"], "apt-get install .* Received: no pw.x on PATH"),
    (["splits", "missing.extxyz", "-o", "out"], "missing.extxyz"),
])
def test_errors_are_one_line(arguments, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=message) as end:
        generate.main(arguments)
    assert "\n" not in str(end.value.code)

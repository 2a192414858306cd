"""What the commands for gold clusters ask of the engine, and the final files."""

from pathlib import Path

import ase.io
import numpy as np
import pytest

import atomzoo.datasets
from atomzoo.datasets import gold_clusters
from atomzoo.datasets.generate.__main__ import main
from atomzoo.datasets.generate.gold_clusters import rigid_energies
from atomzoo.datasets.gold_isomers import gold_isomers
from tests.datasets.generate.still import Still


def test_sizes_take_turns_by_the_part_done(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(gold_clusters, "reference_engine", Still)
    output = str(tmp_path / "au{atoms}.extxyz")
    command = ["gold-clusters", "--atoms", "2", "3", "-o", output]
    main([*command, "--steps", "150", "450"])
    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == ["Au2", "Au3", "Au3", "Au3"]
    main([*command, "--steps", "150", "600"])  # extends
    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == ["Au3"]
    assert len(ase.io.read(tmp_path / "au3.extxyz", index=":")) == 600


@pytest.mark.parametrize("turned", [False, True])
def test_a_rigid_cluster_moved_and_turned(turned):
    """Energies of `Still` show where the first atom is, in x."""
    atoms, seen = gold_isomers(3)["triangle"], []

    class Seeing(Still):
        def single_point(self, atoms):
            seen.append(atoms)
            return super().single_point(atoms)

    energies = rigid_energies(Seeing(), atoms, turned)
    assert energies.shape == (10,) and 0.3 < np.ptp(energies) < 3
    middles = np.array([copy.positions.mean(axis=0) for copy in seen]) - atoms.positions.mean(axis=0)
    assert np.allclose(middles, 0, atol=1e-9) if turned else (np.ptp(middles, axis=0) > 0.3).all()
    for copy in seen:
        np.testing.assert_allclose(copy.get_all_distances(), atoms.get_all_distances(), atol=1e-9)


def test_splits_of_the_embedded_files(tmp_path, capsys):
    path = Path(atomzoo.datasets.__file__).parent / "data" / "gold_clusters" / "au3.extxyz"
    main(["splits", str(path), "-o", str(tmp_path)])
    row = "| Au3 | 1583 | 1569 | 1412/157 | 1412/157 | -2688.98941 | -2688.81280 | 0.10243 | -2688.58151 | -197.63708 |"
    assert capsys.readouterr().out.strip() == row
    ours, embedded = (ase.io.read(p, index=":") for p in (tmp_path / "au3.extxyz", path))
    assert ours[7].info.keys() == embedded[7].info.keys()
    np.testing.assert_array_equal(ours[7].get_forces(), embedded[7].get_forces())

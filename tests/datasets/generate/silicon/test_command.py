"""Commands of the silicon data with a pair potential in place of pw.x: they resume, pack, fit and measure."""

from concurrent.futures import ThreadPoolExecutor

import ase.io
import numpy as np
import pandas
import pytest
from ase import units
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.engines import LabelError, jobs
from atomzoo.datasets.generate.__main__ import main
from atomzoo.datasets.generate.silicon import accuracy, labelling
from atomzoo.datasets.generate.silicon.curves import energy_volume
from atomzoo.datasets.generate.silicon.equation_of_state import equations_of_state
from atomzoo.datasets.generate.silicon.phases import build
from atomzoo.datasets.io.mixed_cells import read_mixed


class PairEngine:
    """Lennard-Jones, whose cutoff energy and k-points change the energy a little."""

    def __init__(self, **changes):
        self.shift = 0.01 * ("kpoints" in changes) - 0.1 * np.log(changes.get("wavefunction_cutoff", 20.0))
        self.calls = 0

    def single_point(self, atoms):
        self.calls += 1
        if atoms.info.get("index") == 4:
            raise LabelError("pw.x gave no energy. Received: convergence NOT achieved")
        atoms = atoms.copy()
        calculator = LennardJones(sigma=2.2, epsilon=0.5, rc=5.0)
        results = {name: calculator.get_property(name, atoms) for name in ("energy", "forces", "stress")}
        results["energy"] += self.shift * len(atoms)
        atoms.calc = SinglePointCalculator(atoms, **results)
        return atoms


@pytest.fixture(autouse=True)
def pair_engine(monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "executor", lambda *_: ThreadPoolExecutor(1))  # which sees what is patched
    for module in (labelling, accuracy):
        monkeypatch.setattr(module, "reference_engine", PairEngine)

    def small(index):
        atoms = build(("diamond", "hcp", "fcc")[index % 3], 15.0 + index)
        atoms.info = {"phase": ("diamond", "hcp", "fcc")[index % 3], "kind": "symmetric", "index": index}
        return atoms

    monkeypatch.setattr(labelling, "structure", small)
    monkeypatch.chdir(tmp_path)


def indices(path):
    return [atoms.info["index"] for atoms in labelling.whole_frames(path)]


def test_labelling_resumes_after_a_kill(tmp_path, capsys):
    main(["silicon", "label", "--until", "6", "-o", "labels.extxyz"])
    assert indices("labels.extxyz") == [0, 1, 2, 3, 5]
    assert {atoms.info["kpoint_length"] for atoms in labelling.whole_frames("labels.extxyz")} == {30.0}
    assert "4: pw.x gave no energy. Received: convergence NOT achieved" in capsys.readouterr().out
    whole = (tmp_path / "labels.extxyz").read_bytes()
    for cut in (1, 40, 400):
        (tmp_path / "labels.extxyz").write_bytes(whole[:-cut])
        main(["silicon", "label", "--until", "6", "-o", "labels.extxyz"])
        assert sorted(indices("labels.extxyz")) == [0, 1, 2, 3, 5]


def test_pack(capsys):
    main(["silicon", "label", "--until", "12", "-o", "labels.extxyz"])
    main(["silicon", "pack", "labels.extxyz", "-o", "silicon.npz"])
    structures = read_mixed("silicon.npz")
    assert [atoms.info["index"] for atoms in structures] == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11]
    out = capsys.readouterr().out
    assert "11 structures; 0.0 s of CPU time each" in out
    row = next(line for line in out.splitlines() if line.startswith("diamond"))
    assert row.split()[1:] == ["4", "4", "0"]  # symmetric, all, test


def test_labels_go_on_from_a_packed_file():
    main(["silicon", "label", "--until", "8", "-o", "first.extxyz"])
    main(["silicon", "pack", "first.extxyz", "-o", "first.npz"])
    main(["silicon", "label", "--start", "6", "--until", "12", "-o", "more.extxyz"])
    assert indices("more.extxyz") == [6, 7, 8, 9, 10, 11]
    main(["silicon", "pack", "first.npz", "more.extxyz", "-o", "silicon.npz"])
    assert [atoms.info["index"] for atoms in read_mixed("silicon.npz")] == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11]


def test_labels_of_few_kpoints_are_made_again(monkeypatch, capsys):
    monkeypatch.setattr(labelling, "KPOINT_LENGTH", 18.0)
    main(["silicon", "label", "--until", "4", "-o", "coarse.extxyz"])
    monkeypatch.setattr(labelling, "KPOINT_LENGTH", 30.0)
    main(["silicon", "label", "--start", "6", "--until", "8", "-o", "dense.extxyz"])
    main(["silicon", "pack", "coarse.extxyz", "dense.extxyz", "-o", "silicon.npz"])
    main(["silicon", "relabel", "silicon.npz", "-o", "again.extxyz"])
    assert "4 structures have fewer k-points than those of 30.0 Å" in capsys.readouterr().out
    assert indices("again.extxyz") == [2, 0, 1, 3]  # one atom in fcc, two in hcp and diamond
    main(["silicon", "pack", "silicon.npz", "again.extxyz", "-o", "silicon.npz"])
    assert "4 labels replaced: energies by 0.0 meV/atom (rms), 0.0 at most" in capsys.readouterr().out
    structures = read_mixed("silicon.npz")
    assert [atoms.info["index"] for atoms in structures] == [0, 1, 2, 3, 6, 7]
    assert {atoms.info["kpoint_length"] for atoms in structures} == {30.0}


def test_relaxed_phases_and_their_curves(monkeypatch, capsys):
    volumes = {"fcc": (11.0, 12.0, 13.0, 14.0, 15.0), "diamond": (15.0, 17.0, 19.0, 21.0, 23.0), "hcp": (11.0, 14.0)}
    monkeypatch.setattr(labelling, "VOLUMES", volumes)
    main(["silicon", "relax", "-o", "relaxed.extxyz"])
    frames = labelling.whole_frames("relaxed.extxyz")
    relaxed = [atoms for atoms in frames if atoms.info["relaxed"]]
    assert len(relaxed) == 12 and len(frames) > 12
    hcp = [atoms for atoms in relaxed if atoms.info["phase"] == "hcp"][-1]
    assert hcp.get_volume() / 2 == pytest.approx(14.0)
    assert np.ptp(hcp.get_stress()[:3]) < 0.01  # the shape of the cell has relaxed
    main(["silicon", "relax", "-o", "relaxed.extxyz"])
    assert len(labelling.whole_frames("relaxed.extxyz")) == len(frames)
    frames = [atoms for atoms in frames if atoms.info["phase"] != "hcp"]
    ase.io.write("curves.extxyz", frames)
    main(["silicon", "curves", "curves.extxyz", "-o", "energy_volume.csv"])
    energies = pandas.read_csv("energy_volume.csv")
    assert list(energies.columns) == ["phase", "volume", "energy"] and len(energies) == 10
    table = equations_of_state(energy_volume(frames))
    assert table.loc["fcc", "energy"] < 0 and table.loc["fcc", "volume"] < table.loc["diamond", "volume"]
    assert f"{table.loc['fcc', 'volume']:.3f}" in capsys.readouterr().out


def test_errors_of_kpoints_and_cutoff(capsys):
    main(["silicon", "label", "--until", "3", "-o", "labels.extxyz"])
    main(["silicon", "kpoints", "labels.extxyz", "--each", "2"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and "energy -10.00 meV/atom, forces 0.0000 eV/Å (rms), pressure -0.00 GPa" in lines[0]
    main(["silicon", "cutoff"])
    *crystals, fit = capsys.readouterr().out.splitlines()
    for line in crystals:  # 2/3 of 0.1 eV, over the volume
        volume = float(line.split(", ")[1].split()[0])
        assert f"missing pressure {0.2 / 3 / volume / units.GPa:.2f} GPa" in line
    assert 0.0667 * 11 < float(fit.split()[1]) < 0.0667 * 20


def test_errors_are_one_line(capsys):
    with pytest.raises(SystemExit, match="^Error: "):
        main(["silicon", "pack", "nowhere.extxyz", "-o", "silicon.npz"])

"""H3O2-: dynamics that go on where they were, and the labels of both methods in one file."""

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import water_hydroxide as data
from atomzoo.datasets.generate import water_hydroxide
from atomzoo.datasets.generate.__main__ import main
from atomzoo.datasets.generate.water_hydroxide import START, dynamics


class Springs:
    """Harmonic to where the atoms were at first."""

    def __init__(self, fails_after=10**9):
        self.calls, self.fails_after = 0, fails_after

    def single_point(self, atoms):
        self.calls += 1
        if self.calls > self.fails_after:
            raise KeyboardInterrupt
        moved = atoms.positions - START.positions
        labelled = atoms.copy()
        results = {"energy": 5.0 * np.sum(moved**2), "forces": -10.0 * moved}
        labelled.calc = SinglePointCalculator(labelled, **results)
        return labelled


def test_dynamics_of_springs(tmp_path):
    """Temperatures of many frames; labels belong to their frames."""
    path = tmp_path / "start.extxyz"
    dynamics(path, 300, 300, Springs())
    frames = ase.io.read(path, ":")
    assert len(frames) == 300
    assert 200 < np.mean([atoms.get_temperature() for atoms in frames]) < 400
    again = Springs().single_point(frames[-1])
    np.testing.assert_allclose(frames[-1].get_forces(), again.get_forces(), atol=1e-6)
    assert frames[-1].get_potential_energy() == pytest.approx(again.get_potential_energy(), abs=1e-6)


def test_a_run_that_was_stopped_goes_on(tmp_path):
    path = tmp_path / "start.extxyz"
    with pytest.raises(KeyboardInterrupt):
        dynamics(path, 300, 20, Springs(fails_after=20))
    before = ase.io.read(path, ":")
    assert 0 < len(before) < 20
    dynamics(path, 300, 20, Springs())
    after = ase.io.read(path, ":")
    assert len(after) == 20 and after[: len(before)] == before
    moves = [np.abs(b.positions - a.positions).max() for a, b in zip(after, after[1:], strict=False)]
    assert max(moves) < 0.3
    momenta = [atoms.get_momenta() for atoms in after[len(before) - 1 : len(before) + 1]]
    assert np.corrcoef(*(momentum.ravel() for momentum in momenta))[0, 1] > 0.5  # velocities are kept


@pytest.fixture
def cheap(monkeypatch):
    """Both methods in the smallest basis."""
    pytest.importorskip("pyscf")
    monkeypatch.setattr(data, "BASIS", "sto-3g")


def test_labels_of_both_methods_in_one_file(cheap, tmp_path, capsys):
    drawn, forces, energies, packed = (
        str(tmp_path / f"{name}.extxyz") for name in ("drawn", "pbe0", "ccsdt", "water_hydroxide")
    )
    moved = START.copy()
    moved.positions[1, 0] += 0.1
    ase.io.write(drawn, [START, moved])
    for method, path in (("pbe0", forces), ("ccsd(t)", energies)):
        main(["water-hydroxide", "label", drawn, "--method", method, "--processes", "1", "-o", path])
    main(["water-hydroxide", "pack", forces, energies, "-o", packed])
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["2 of 2 labelled"] * 2 and printed[2].startswith("2 structures; CCSD(T) minus PBE0")
    for atoms, start in zip(ase.io.read(packed, ":"), (START, moved), strict=True):
        alone = [data.reference_engine(method).single_point(start) for method in data.METHODS]
        assert atoms.get_potential_energy() == pytest.approx(alone[0].get_potential_energy(), abs=1e-6)
        np.testing.assert_allclose(atoms.get_forces(), alone[0].get_forces(), atol=1e-6)
        assert atoms.info["ccsdt_energy"] == pytest.approx(alone[1].get_potential_energy(), abs=1e-5)


def labelled(energy, **info):
    atoms = Atoms("H", info=info)
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=np.zeros((1, 3)))
    return atoms


def test_what_one_method_lacks_is_left_out(tmp_path):
    structures = [labelled(float(n)) for n in range(5)]
    ase.io.write(tmp_path / "ccsdt.extxyz", [labelled(-1.0 * n, source=n) for n in (0, 3, 4)])
    found = water_hydroxide.pack(structures, tmp_path / "ccsdt.extxyz")
    assert [atoms.get_potential_energy() for atoms in found] == [0.0, 3.0, 4.0]
    assert [atoms.info["ccsdt_energy"] for atoms in found] == [0.0, -3.0, -4.0]


@pytest.mark.parametrize("source", [1, 7, -1])
def test_energies_of_other_structures_are_refused(tmp_path, source):
    """Those of a file that does not belong to the list would be taken for its own."""
    structures = [labelled(0.0), labelled(1.0)]
    structures[1].positions += 0.01
    ase.io.write(tmp_path / "ccsdt.extxyz", labelled(-1.0, source=source))
    with pytest.raises(ValueError, match=f"of the structures before it. Received: another, source={source}$"):
        water_hydroxide.pack(structures, tmp_path / "ccsdt.extxyz")


def test_what_is_high_is_left_out(tmp_path, capsys):
    energies = water_hydroxide.MINIMUM + np.array([0.0, 1.6, 1.4])
    ase.io.write(tmp_path / "pbe0.extxyz", [labelled(energy) for energy in energies])
    main(["water-hydroxide", "low", str(tmp_path / "pbe0.extxyz"), "-o", str(tmp_path / "low.extxyz")])
    kept = [atoms.get_potential_energy() for atoms in ase.io.read(tmp_path / "low.extxyz", ":")]
    np.testing.assert_allclose(kept, energies[[0, 2]], atol=1e-6)
    assert capsys.readouterr().out == "2 of 3 structures\n"


def test_files_to_pack_come_in_pairs(tmp_path):
    with pytest.raises(SystemExit, match="^Error: Files come in pairs, by PBE0 and by CCSD.T.. Received: 1$"):
        main(["water-hydroxide", "pack", "pbe0.extxyz", "-o", str(tmp_path / "packed.extxyz")])


def test_engines():
    engines = [data.reference_engine(method) for method in data.METHODS]
    assert [(engine.frozen_core, engine.forces, engine.charge) for engine in engines] == [
        (False, True, -1),
        (True, False, -1),
    ]
    with pytest.raises(ValueError, match="must be one of .* Received: method='mp2'"):
        data.reference_engine("mp2")


def test_the_start_is_a_hydrogen_bond():
    distances = START.get_all_distances()
    assert 2.4 < distances[0, 2] < 2.5 and START.get_angle(0, 1, 2) > 175
    assert np.allclose(distances[[0, 2], [3, 4]], 0.97, atol=0.06)

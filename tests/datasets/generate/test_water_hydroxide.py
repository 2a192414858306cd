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
    assert frames[-1].info["temperature"] == 300


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


def test_what_one_method_lacks_is_left_out(tmp_path):
    paths = [tmp_path / name for name in ("pbe0.extxyz", "ccsdt.extxyz")]
    for path, sources in zip(paths, ([0, 1, 3], [0, 3, 4]), strict=True):
        for source in sources:
            atoms = Atoms("H", info={"source": source})
            atoms.calc = SinglePointCalculator(atoms, energy=1.0 * source, forces=np.zeros((1, 3)))
            ase.io.write(path, atoms, append=True)
    found = water_hydroxide.pack(*paths, tmp_path / "packed.extxyz")
    assert [atoms.info for atoms in found] == [{"ccsdt_energy": 0.0}, {"ccsdt_energy": 3.0}]


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

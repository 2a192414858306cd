"""The chunked driver, with an engine that needs no pw.x: turns, new starts, failures, kills."""

import shutil
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.engines import ChunkedDynamics, LabelError

RECORDED = Path(__file__).parent / "recorded" / "au2_md.out"
STARTS = {name: Atoms("Au2", [[0, 0, 0], [d, 0, 0]], cell=[10] * 3, pbc=True) for name, d in (("a", 2.5), ("b", 3.0))}


class Drift:
    """Moves the first atom by 0.1 A a step; fails at once on the starts whose number is in `failing`."""

    def __init__(self, failing=()):
        self.starts, self.failing = [], failing

    def dynamics(self, atoms, steps, folder):
        (Path(folder) / "pw.in").write_text("settings")
        self.starts.append(atoms.copy())
        if len(self.starts) - 1 in self.failing:
            raise LabelError("pw.x gave no energy. Received: nothing")
        frames = [atoms.copy() for _ in range(steps)]
        for step, frame in enumerate(frames):
            frame.positions[0, 0] -= 0.1 * step
            frame.calc = SinglePointCalculator(frame, energy=-1.0 - step, forces=np.full((2, 3), 0.5))
        return frames


def run(engine, path, chunks):
    dynamics = ChunkedDynamics(engine, path, STARTS, chunk_steps=3)
    for _ in range(chunks):
        dynamics.run_chunk()
    return dynamics.frames


def test_isomers_take_turns_and_odd_visits_continue(tmp_path):
    engine = Drift()
    frames = run(engine, tmp_path / "au2.extxyz", 5)
    assert [frame.info["isomer"] for frame in frames[::3]] == ["a", "b", "a", "b", "a"]
    assert [frame.info["step"] for frame in frames] == list(range(15))
    np.testing.assert_array_equal(engine.starts[2].positions, frames[2].positions)
    np.testing.assert_array_equal(engine.starts[3].positions, frames[5].positions)
    for visit in (0, 4):
        assert 0.01 < np.abs(engine.starts[visit].positions - STARTS["a"].positions).max() < 0.3
    assert not np.allclose(engine.starts[0].positions, engine.starts[4].positions)


def test_file_has_all_and_nothing_else_is_left(tmp_path):
    run(Drift(), tmp_path / "au2.extxyz", 2)
    frames = ase.io.read(tmp_path / "au2.extxyz", index=":")
    assert [frame.get_potential_energy() for frame in frames] == [-1, -2, -3] * 2
    assert frames[4].get_forces()[1, 2] == 0.5
    assert frames[4].info | {"chunk": 1, "isomer": "b", "step": 4} == frames[4].info
    assert sorted(path.name for path in tmp_path.iterdir()) == ["au2.extxyz", "au2.in"]


def test_stopping_between_chunks_changes_nothing(tmp_path):
    at_once = run(Drift(), tmp_path / "at_once.extxyz", 4)
    for _ in range(4):
        pieces = run(Drift(), tmp_path / "pieces.extxyz", 1)
    np.testing.assert_allclose([f.positions for f in pieces], [f.positions for f in at_once], atol=1e-7)


def test_failed_start_begins_anew_at_the_isomer(tmp_path):
    engine = Drift(failing=[2])
    frames = run(engine, tmp_path / "au2.extxyz", 3)
    assert len(frames) == 9
    assert frames[-1].info["isomer"] == "a"
    assert np.abs(engine.starts[3].positions - STARTS["a"].positions).max() < 0.3
    assert not np.allclose(engine.starts[3].positions, engine.starts[0].positions)


def test_two_failures_raise_and_keep_the_file(tmp_path):
    run(Drift(), tmp_path / "au2.extxyz", 2)
    before = (tmp_path / "au2.extxyz").read_bytes()
    with pytest.raises(LabelError):
        run(Drift(failing=[0, 1]), tmp_path / "au2.extxyz", 1)
    assert (tmp_path / "au2.extxyz").read_bytes() == before


def test_steps_of_a_killed_chunk_are_recovered_once(tmp_path):
    path, work = tmp_path / "au2.extxyz", tmp_path / "au2.extxyz.work"
    run(Drift(), path, 1)

    def leave_killed_chunk():
        work.mkdir()
        start = STARTS["b"].copy()
        start.info = {"chunk": 1, "isomer": "b"}
        ase.io.write(work / "start.extxyz", start)
        shutil.copy(RECORDED, work / "pw.out")
        (work / "pw.in").write_text("settings")

    leave_killed_chunk()
    frames = ChunkedDynamics(Drift(), path, STARTS).frames
    assert [frame.info["isomer"] for frame in frames] == ["a"] * 3 + ["b"] * 4
    assert not work.exists()
    leave_killed_chunk()  # as if killed after the file was written, before the work folder was removed
    assert len(ChunkedDynamics(Drift(), path, STARTS).frames) == 7
    assert len(run(Drift(), path, 1)) == 10


def test_other_settings_are_not_mixed(tmp_path):
    class Finer(Drift):
        text = "ecutrho = 300\nnstep = 9\nATOMIC_POSITIONS angstrom\nAu 1 2 3"

        def dynamics(self, atoms, steps, folder):
            frames = super().dynamics(atoms, steps, folder)
            (Path(folder) / "pw.in").write_text(self.text)
            return frames

    path = tmp_path / "au2.extxyz"
    run(Drift(), path, 1)
    before = path.read_bytes()
    for _ in range(2):  # the second finds nothing left of the first
        with pytest.raises(ValueError, match="' has been made with other settings.* Received: ecutrho = 300$"):
            run(Finer(), path, 1)
        assert path.read_bytes() == before and not (tmp_path / "au2.extxyz.work").exists()
    path.with_suffix(".in").write_text(Finer.text.replace("9", "150").replace("1 2 3", "4 5 6"))
    assert len(run(Finer(), path, 1)) == 6

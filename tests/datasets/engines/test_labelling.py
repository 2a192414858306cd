"""Labels one by one, with an engine that needs no pw.x: turns, kills, failures."""

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.engines import LabelError, LabelledFile, label_in_turns


class Counting:
    """The energy is x of the first atom; structures whose x is in `failing` cannot be labelled."""

    def __init__(self, failing=()):
        self.failing, self.labelled = failing, []

    def single_point(self, atoms):
        x = round(atoms.positions[0, 0], 6)
        if x in self.failing:
            raise LabelError(f"pw.x gave no energy. Received: {x}")
        self.labelled.append(x)
        atoms = atoms.copy()
        atoms.calc = SinglePointCalculator(atoms, energy=x, forces=np.full((2, 3), 0.5))
        return atoms


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "sampled.extxyz"
    ase.io.write(path, [Atoms("H2", [[k, 0, 0], [k, 0, 0.75]], cell=[9] * 3, pbc=True) for k in range(6)])
    return path


def energies(path):
    return [atoms.get_potential_energy() for atoms in ase.io.read(path, index=":")]


def test_a_killed_run_goes_on(source, tmp_path):
    path, engine = tmp_path / "set.extxyz", Counting()
    file = LabelledFile(engine, source, path)
    assert [file.label_next() for _ in range(3)] == [True] * 3
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])  # killed within the last line of the third frame
    file = LabelledFile(engine, source, path)
    assert file.n_labelled == 2
    while file.label_next():
        pass
    assert engine.labelled == [0, 1, 2, 2, 3, 4, 5] and energies(path) == [0, 1, 2, 3, 4, 5]
    assert path.read_bytes()[: len(whole)] == whole
    last = ase.io.read(path)
    assert last.info["source"] == 5 and last.get_forces()[1, 2] == 0.5


def test_what_cannot_be_labelled_is_left_out(source, tmp_path):
    path = tmp_path / "set.extxyz"
    label_in_turns({"set": LabelledFile(Counting([2, 5]), source, path)}, 9, report=[].append)
    assert energies(path) == [0, 1, 3, 4]
    assert LabelledFile(Counting(), source, path).n_labelled == 4


def test_two_failures_in_a_row_raise(source, tmp_path):
    file = LabelledFile(Counting([0, 1]), source, tmp_path / "set.extxyz")
    with pytest.raises(LabelError, match="Received: 1.0"):
        file.label_next()


def test_the_file_with_the_fewest_is_next(source, tmp_path):
    engine, lines = Counting(), []
    files = {name: LabelledFile(engine, source, tmp_path / f"{name}.extxyz") for name in ("a", "b")}
    files["a"].label_next()
    label_in_turns(files, 3, lines.append)
    assert engine.labelled == [0, 0, 1, 1, 2, 2]
    assert lines == ["a: 3 of 3 labelled", "b: 3 of 3 labelled"]


def test_the_structures_are_not_overwritten(source):
    before = source.read_bytes()
    with pytest.raises(ValueError, match="not written over their structures. Received: .*sampled.extxyz"):
        LabelledFile(Counting(), source, source.parent / "." / source.name)
    assert source.read_bytes() == before


def test_the_rest_in_a_pool(source, tmp_path, monkeypatch):
    """The same file as by one process, gaps and errors too."""
    monkeypatch.syspath_prepend(Path(__file__).parents[3])  # where the processes find `Counting`
    one, many = (LabelledFile(Counting([2, 5]), source, tmp_path / f"{name}.extxyz") for name in ("one", "many"))
    while one.label_next():
        pass
    many.label_next()
    many.label_rest(2)
    assert many.path.read_bytes() == one.path.read_bytes() and many.n_labelled == 4
    file = LabelledFile(Counting([3, 4]), source, tmp_path / "failing.extxyz")
    with pytest.raises(LabelError, match="Received: 4.0"):
        file.label_rest(2)
    assert energies(file.path) == [0, 1, 2]

import ase
import ase.io
import numpy as np
import pytest

from atomzoo.datasets.engines import LabelError
from atomzoo.models.active_learning.loop_folder import BudgetSpent, LabelCalculator, LoopFolder
from tests.models.engines import EMTEngine, labelled, triangles

SETTINGS = {"seed": 0, "limits": {"range": 0.0}, "hidden": (3,)}


class Unused:
    def label(self, structures):
        raise AssertionError("a finished label is repeated")


def same(first, second):
    return first == second and first.get_potential_energy() == second.get_potential_energy()


def test_a_label_is_asked_for_once(tmp_path):
    engine, (first, second) = EMTEngine(), triangles(2)
    loop = LoopFolder(tmp_path / "a", engine, [], SETTINGS)
    labels = loop.label([first, second, first])
    assert engine.n_calls == loop.n_calls == 2 and same(labels[0], labels[2])
    assert labels[1].get_potential_energy() == pytest.approx(second.get_potential_energy(), abs=1e-6)
    np.testing.assert_allclose(labels[1].get_forces(), second.get_forces(), atol=1e-6)
    # another process, and a structure that differs by less than a file holds
    again = LoopFolder(tmp_path / "a", Unused(), [], SETTINGS)
    nearly = second.copy()
    nearly.positions += 3e-10
    assert again.n_calls == 2 and all(map(same, again.label([first, nearly]), labels[:2]))
    assert all(map(same, again.labels, loop.labels))
    moved = first.copy()
    moved.positions[0, 0] += 1e-6
    for other in (moved, ase.Atoms("Cu3", first.positions), ase.Atoms("Au3", first.positions, cell=[9, 9, 9])):
        with pytest.raises(AssertionError, match="repeated"):
            again.label([other])


def test_what_is_labelled_is_what_is_written(tmp_path):
    atoms = triangles(1)[0]
    atoms.positions += np.pi
    (label,) = LoopFolder(tmp_path, EMTEngine(), [], SETTINGS).label([atoms])
    assert np.abs(label.positions - atoms.positions).max() > 0
    np.testing.assert_array_equal(label.positions, np.round(atoms.positions, 8))
    assert label.get_potential_energy() == labelled(label).get_potential_energy()


def test_budget(tmp_path):
    engine, structures = EMTEngine(), triangles(3)
    loop = LoopFolder(tmp_path, engine, [], SETTINGS, budget=2)
    with pytest.raises(BudgetSpent, match="the budget of 2 calls is spent"):
        loop.label(structures)
    assert engine.n_calls == 2 and len(loop.label(structures[:2])) == 2
    assert len(LoopFolder(tmp_path, engine, [], SETTINGS, budget=3).label(structures)) == 3
    assert engine.n_calls == 3


def test_files_of_a_killed_process_are_not_read(tmp_path):
    LoopFolder(tmp_path, EMTEngine(), [], SETTINGS).label(triangles(1))
    (tmp_path / "labels" / ".0001-77.extxyz").write_text("3\nLatt")
    assert LoopFolder(tmp_path, EMTEngine(), [], SETTINGS).n_calls == 1


def test_an_engine_that_fails_leaves_no_label(tmp_path):
    class Failing:
        def label(self, structures):
            raise ValueError("no convergence")

    loop = LoopFolder(tmp_path, Failing(), [], SETTINGS)
    with pytest.raises(ValueError, match="no convergence"):
        loop.label(triangles(1))
    assert loop.n_calls == 0 and not list((tmp_path / "labels").iterdir())


def test_what_cannot_be_labelled_is_left_out(tmp_path):
    class Some(EMTEngine):
        def label(self, structures):
            if self.n_calls == 1:
                self.n_calls += 1
                raise LabelError("no convergence")
            return super().label(structures)

    structures = triangles(3)
    loop = LoopFolder(tmp_path, Some(), [], SETTINGS)
    assert [atoms == new for atoms, new in zip(structures[::2], loop.label_possible(structures), strict=True)]
    assert loop.n_calls == 2
    with pytest.raises(LabelError):
        LoopFolder(tmp_path / "b", Some(), [], SETTINGS).label(structures)


def test_a_label_is_never_overwritten(tmp_path):
    LoopFolder(tmp_path, EMTEngine(), [], SETTINGS).label(triangles(3))
    (tmp_path / "labels" / "0001.extxyz").unlink()
    last = (tmp_path / "labels" / "0002.extxyz").read_bytes()
    loop = LoopFolder(tmp_path, EMTEngine(), [], SETTINGS)
    loop.label(triangles(1, seed=9))
    assert [path.name for path in sorted((tmp_path / "labels").iterdir())] == [f"000{k}.extxyz" for k in (0, 2, 3)]
    assert (tmp_path / "labels" / "0002.extxyz").read_bytes() == last
    assert LoopFolder(tmp_path, EMTEngine(), [], SETTINGS).n_calls == loop.n_calls == 3


def test_results_are_made_once(tmp_path):
    loop = LoopFolder(tmp_path, Unused(), triangles(1), SETTINGS)
    made = loop.structures("round_0/added", lambda: triangles(2, seed=7))
    assert loop.structures("round_0/none", list) == [] == loop.structures("round_0/none", None)
    assert loop.numbers("round_0/row", lambda: {"a": 0.1}) == {"a": 0.1} == loop.numbers("round_0/row", None)
    again = LoopFolder(tmp_path, Unused(), triangles(1), SETTINGS)
    assert all(map(same, again.structures("round_0/added", None), made))
    assert len(again.data(0)) == 1 and [len(again.data(1)), again.data(1)[1] == made[0]] == [3, True]
    loop.log([{"round": 0, "a": 0.1}, {"round": 1, "a": None}])
    assert (tmp_path / "log.csv").read_text() == "round,a\n0,0.1\n1,\n"


def test_an_engine_that_has_labelled_nothing_may_be_corrected(tmp_path):
    """Networks and candidates of a first round do not depend on it; once there is a label it stays."""
    LoopFolder(tmp_path, Unused(), triangles(2), {**SETTINGS, "engine": "Lammps(pair='misspelt')"})
    loop = LoopFolder(tmp_path, EMTEngine(), triangles(2), {**SETTINGS, "engine": "Lammps(pair='right')"})
    loop.label(triangles(1))
    with pytest.raises(ValueError, match=r"other settings. Received: engine=Lammps\(pair='third'\) after .*'right'"):
        LoopFolder(tmp_path, EMTEngine(), triangles(2), {**SETTINGS, "engine": "Lammps(pair='third')"})


def test_another_loop_may_not_go_on_here(tmp_path):
    LoopFolder(tmp_path, EMTEngine(), triangles(2), {**SETTINGS, "engine": EMTEngine()}).label(triangles(1))
    LoopFolder(tmp_path, EMTEngine(), triangles(2), {**SETTINGS, "engine": EMTEngine()})
    with pytest.raises(ValueError, match="other settings. Received: seed=1 after 0"):
        LoopFolder(tmp_path, EMTEngine(), triangles(2), {**SETTINGS, "engine": EMTEngine(), "seed": 1})
    with pytest.raises(ValueError, match="Received: engine=.*Unused.* after .*EMTEngine"):
        LoopFolder(tmp_path, EMTEngine(), triangles(2), {**SETTINGS, "engine": Unused()})
    with pytest.raises(ValueError, match="Received: data="):
        LoopFolder(tmp_path, EMTEngine(), triangles(2, seed=1), {**SETTINGS, "engine": EMTEngine()})
    other = triangles(2)
    other[1].calc.results["forces"][0, 0] += 1e-6
    with pytest.raises(ValueError, match="Received: data="):
        LoopFolder(tmp_path, EMTEngine(), other, {**SETTINGS, "engine": EMTEngine()})


def test_calculator(tmp_path):
    loop = LoopFolder(tmp_path, EMTEngine(), [], SETTINGS)
    atoms = triangles(1)[0]
    expected = atoms.get_potential_energy(), atoms.get_forces()
    atoms.calc = LabelCalculator(loop.label)
    assert atoms.get_potential_energy() == pytest.approx(expected[0], abs=1e-6)
    np.testing.assert_allclose(atoms.get_forces(), expected[1], atol=1e-6)
    assert loop.n_calls == 1

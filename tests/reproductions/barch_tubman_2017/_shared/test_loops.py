import shutil

import keras
import numpy as np
import pytest

from atomzoo.datasets import gold_clusters
from atomzoo.reproductions.barch_tubman_2017._shared import loops
from atomzoo.reproductions.barch_tubman_2017._shared.free_clusters import is_free
from tests.models.engines import triangles
from tests.reproductions.barch_tubman_2017.conftest import Engine

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="training needs TensorFlow")


@pytest.mark.slow
def test_a_recorded_loop_is_replayed_without_the_engine(recorded, tmp_path):
    assert recorded.result.converged and recorded.result.n_calls > 0
    (again,) = loops.closed_loops(None, True, tmp_path)
    assert again.n_computed == 0 and again.folder == tmp_path / "recorded" / "au3"
    assert again.rounds == recorded.rounds and again.lowest_energy == recorded.lowest_energy
    assert again.rounds[-1]["isomer"] == "triangle"
    assert len(again.added) == recorded.result.n_calls
    assert again.start.get_potential_energy() == min(a.get_potential_energy() for a in triangles(16, bond=2.85))


@pytest.mark.slow
def test_a_record_holds_the_first_network_and_those_of_the_last_round(recorded):
    kept = sorted(str(path.relative_to(recorded.folder)) for path in recorded.folder.rglob("*.keras"))
    last = f"round_{len(recorded.rounds) - 1}"
    assert len(recorded.rounds) > 1
    assert kept == sorted(["round_0/potential_0.keras", f"{last}/potential_0.keras", f"{last}/potential_1.keras"])


@pytest.mark.slow
@pytest.mark.parametrize("n_atoms, isomer", [(3, "linear"), (4, "y"), (5, "w")])
def test_the_record_of_dft_is_that_of_these_data_and_settings(n_atoms, isomer, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")  # no pw.x
    shutil.copytree(loops.RECORDED / f"au{n_atoms}", tmp_path / "record")
    loop = loops.close_loop(n_atoms, tmp_path / "record")
    assert loop.n_computed == 0 and loop.result.converged and loop.result.n_calls <= loops.BUDGET
    first, last = loop.rounds[0], loop.rounds[-1]
    assert first["engine_eV"] < loop.start.get_potential_energy()
    assert last["difference_eV"] <= 1e-3 and last["isomer"] == isomer and last["gradient_norm_eV_per_A"] < 1e-6


@pytest.mark.slow
def test_what_a_record_lacks_is_computed(recorded, tmp_path, monkeypatch):
    folder = tmp_path / "au3"
    shutil.copytree(recorded.folder, folder)
    last = folder / f"round_{len(recorded.rounds) - 1}"
    for path in (last / "row.json", last / "added.extxyz", max((folder / "labels").iterdir())):
        path.unlink()
    with pytest.raises(ValueError, match="pw.x is needed"):
        loops.close_loop(3, folder)
    monkeypatch.setattr(gold_clusters, "reference_engine", Engine)
    loop = loops.close_loop(3, folder)
    assert loop.n_computed == 1 and loop.rounds == recorded.rounds


@pytest.mark.slow
def test_a_record_of_other_data_is_refused(recorded, monkeypatch):
    monkeypatch.setattr(loops, "training_data", lambda n_atoms: triangles(15))
    with pytest.raises(ValueError, match="of a loop with other settings"):
        loops.close_loop(3, recorded.folder)


def test_data_of_the_loops():
    train, validation = gold_clusters.load_data(5)
    free = [atoms.get_potential_energy() for atoms in (*train, *validation) if is_free(atoms)]
    chosen = loops.training_data(5)
    assert [atoms.get_potential_energy() for atoms in chosen] == free
    assert 0 < len(free) < len(train) + len(validation) and not any(atoms.pbc.any() for atoms in chosen)


def test_frames_are_lowered_and_labels_count_as_much(monkeypatch):
    """A pretended network that is 0.5 eV above the labels of the loop, but for one that it knows nothing of."""
    data, added, calls = triangles(10), triangles(3, seed=5), []
    for atoms in added:
        atoms.info["role"] = "isomer"

    class Network:
        def evaluate_atoms(self, structures):
            heights = [0.5, 0.5, -100.0]
            return [{"energy": a.get_potential_energy() + h} for a, h in zip(structures, heights, strict=True)]

    def pretend(structures, seed, iterations, functions, core, force_weight=1.0):
        assert functions == "barch-tubman-2017"
        calls.append((structures, seed, iterations, force_weight))
        return Network()

    monkeypatch.setattr(loops, "train_on_forces", pretend)
    loops.TRAIN([*data, *added], 7)
    (alone, *first), (structures, *second) = calls
    assert alone == data and [first, second] == [[7, 666, 1.0], [7, 2000, 0.1]]
    assert [structures.count(atoms) for atoms in (*data, *added)] == 10 * [1] + 3 * [3]
    for frame, lowered in zip(data, structures[:10], strict=True):
        assert lowered.get_potential_energy() == pytest.approx(frame.get_potential_energy() - 0.5)
        np.testing.assert_array_equal(lowered.get_forces(), frame.get_forces())
    calls.clear()
    loops.TRAIN(data, 7)
    assert calls == [(data, 7, 2000, 1.0)]


def test_the_engine_is_that_of_the_data_wherever_they_are():
    text = repr(loops._Engine())
    assert str(gold_clusters.FOLDER) not in text and "Au.blyp-q11.gth" in text
    assert f"density_cutoff={gold_clusters.DENSITY_CUTOFF}" in text


def test_bad_arguments(tmp_path, monkeypatch):
    monkeypatch.setattr(loops, "RECORDED", tmp_path / "none")
    with pytest.raises(ValueError, match="for one seed. Received: seeds=3"):
        loops.closed_loops(3, False, tmp_path)
    with pytest.raises(ValueError, match="replays the record of Au3. Received: '.*none', where it is not"):
        loops.closed_loops(None, True, tmp_path)

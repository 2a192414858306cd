import keras
import numpy as np
import pytest

from atomzoo import load_potential
from atomzoo.datasets import gold_clusters
from atomzoo.datasets.arrays.suspicious import SuspiciousDataWarning
from atomzoo.datasets.splits import split_structures
from atomzoo.layers import SymmetryFunction
from atomzoo.models.training import committee_on_cluster
from atomzoo.models.training.train_committee import train_committee

OPTIONS = {
    "functions": [SymmetryFunction("G2", 5.0, eta=0.1, neighbors=("Au",))],
    "hidden": (2,),
    "epochs": 4,
    "optimizer": "adam",
}


@pytest.fixture
def structures():
    return gold_clusters.load_data(2)[0][:20]


@pytest.fixture
def here(monkeypatch):
    """In place of a cluster: the last job first, in this process. A list of what members go on from."""
    states = []

    def completed(function, jobs, scheduler):
        assert scheduler == "tcp://there:1"
        for number, job in reversed(list(enumerate(jobs))):
            states.append(job["state"])
            try:
                yield number, function(**job), None
            except ValueError as error:
                yield number, None, error

    monkeypatch.setattr(committee_on_cluster, "completed", completed)
    return states


def assert_same(found, expected, folder):
    """Trainings that are what they would have been, and nothing but their files."""
    for k, (one, other) in enumerate(zip(found, expected, strict=True), 1):
        assert one.history == other.history and str(one.recipe) == str(other.recipe)
        assert list(map(id, one.train)) == list(map(id, other.train))
        assert list(map(id, one.validation)) == list(map(id, other.validation))
        for a, b in zip(
            load_potential(folder / f"a-{k}.keras").get_weights(), other.potential.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(a, b)
    names = [f"a-{k}{suffix}" for k in range(1, len(expected) + 1) for suffix in (".csv", ".keras")]
    assert sorted(path.name for path in folder.glob("a*")) == names


def test_members_are_what_they_would_be_here(structures, here, tmp_path):
    """Callbacks stay here; a line is told of each."""
    expected, lines = train_committee(structures, 2, tmp_path / "whole.keras", **OPTIONS), []
    callbacks = [keras.callbacks.LambdaCallback(on_train_begin=lambda logs: pytest.fail("called"))]
    options = {**OPTIONS, "callbacks": callbacks, "tell": lines.append, "scheduler": "tcp://there:1"}
    found = train_committee(structures, 2, tmp_path / "a.keras", **options)
    assert_same(found, expected, tmp_path)
    assert [line.split(":")[0] for line in lines] == ["a-2.keras", "a-1.keras"]
    assert lines[1].endswith("; 2 of 2 are trained") and here == [None, None]


def test_a_member_that_failed_is_tried_again(structures, here, tmp_path, monkeypatch):
    """The others are kept, and with `resume` not trained again."""
    expected = train_committee(structures, 2, tmp_path / "whole.keras", **OPTIONS)
    train = committee_on_cluster.train_member

    def fails(seed, **options):
        if seed == 0:
            raise ValueError("no memory")
        return train(seed=seed, **options)

    monkeypatch.setattr(committee_on_cluster, "train_member", fails)
    options = {**OPTIONS, "scheduler": "tcp://there:1"}
    with pytest.raises(ValueError, match="^'.*/a-1.keras' failed twice: ValueError: no memory$"):
        train_committee(structures, 2, tmp_path / "a.keras", **options)
    assert sorted(path.name for path in tmp_path.glob("a*")) == ["a-2.checkpoint", "a-2.keras"]
    monkeypatch.setattr(committee_on_cluster, "train_member", train)
    goes_on, train_potential = [], committee_on_cluster.train_potential

    def watched(checkpoint, resume, **options):
        goes_on.append((resume, checkpoint.exists()))
        return train_potential(checkpoint=checkpoint, resume=resume, **options)

    monkeypatch.setattr(committee_on_cluster, "train_potential", watched)
    found = train_committee(structures, 2, tmp_path / "a.keras", resume=True, **options)
    assert_same(found, expected, tmp_path)
    assert [state is None for state in here] == [True, True, False, True]
    assert goes_on == [(True, True), (False, False)]


def test_only_keras_files_are_written(structures, here, tmp_path):
    with pytest.raises(ValueError, match="must end in .keras. Received: '.*a.h5'"):
        train_committee(structures, 2, tmp_path / "a.h5", scheduler="tcp://there:1", **OPTIONS)
    assert here == [] and not list(tmp_path.iterdir())


@pytest.mark.parametrize("scheduler", [None, "tcp://there:1"])
def test_a_label_that_is_off_is_warned_of_once(structures, here, tmp_path, scheduler):
    """Also that of a held-out structure, by its number among all."""
    (held_out, *_) = split_structures(structures, 0.1, 0)[1]
    held_out.calc.results["energy"] += 1e4
    with pytest.warns(SuspiciousDataWarning) as warned:
        train_committee(structures, 2, tmp_path / "a.keras", scheduler=scheduler, **OPTIONS)
    lines = [str(each.message) for each in warned if each.category is SuspiciousDataWarning]
    assert [line.split(":")[0] for line in lines] == [f"structure {structures.index(held_out)}"]


@pytest.mark.slow
def test_on_workers_of_a_cluster(structures, cluster, tmp_path):
    for _ in range(2):
        cluster.worker()
    expected = train_committee(structures, 2, tmp_path / "whole.keras", **OPTIONS)
    options = {**OPTIONS, "scheduler": cluster.address, "tell": (lines := []).append}
    found = train_committee(structures, 2, tmp_path / "a.keras", **options)
    assert len(lines) == 2 and lines[1].endswith("; 2 of 2 are trained")
    for one, other in zip(found, expected, strict=True):
        assert one.history["val_loss"] == pytest.approx(other.history["val_loss"], rel=1e-6)
    assert sorted(path.name for path in tmp_path.glob("a*")) == ["a-1.csv", "a-1.keras", "a-2.csv", "a-2.keras"]

"""A loop of Au3 by effective-medium theory in place of DFT, and its record."""

import os
from functools import partial

import pytest
from filelock import FileLock

from atomzoo.datasets import gold_clusters
from atomzoo.models.active_learning.refine import train_on_forces
from atomzoo.reproductions.barch_tubman_2017._shared import loops
from tests.models.engines import FUNCTIONS, EMTEngine, triangles


class Engine(EMTEngine):
    def __repr__(self):
        return "EMT"


class NoEngine(Engine):
    def label(self, structures):
        raise ValueError("pw.x is needed")


def use(monkeypatch, record, engine):
    """Small loops of triangles, all of them too large, by an engine of ours."""
    monkeypatch.setattr(loops, "RECORDED", record)
    monkeypatch.setattr(loops, "training_data", lambda n_atoms: triangles(16, bond=2.85))
    train = partial(train_on_forces, functions=FUNCTIONS, hidden=(8,), iterations=200)
    monkeypatch.setattr(loops, "TRAIN", train)
    monkeypatch.setattr(loops, "N_NETWORKS", 2)
    monkeypatch.setattr(gold_clusters, "reference_engine", engine)


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """The folder of records, and the `ClosedLoop` of its run, or replayed where the other process of tests ran it."""
    folder = tmp_path_factory.getbasetemp()
    record = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "recorded"
    record.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as monkeypatch, FileLock(record.with_suffix(".lock")):
        use(monkeypatch, record, Engine)
        return record, loops.close_loop(3, record / "au3")


@pytest.fixture
def recorded(first, monkeypatch):
    """The recorded `ClosedLoop`, in an environment without an engine."""
    record, loop = first
    use(monkeypatch, record, NoEngine)
    return loop

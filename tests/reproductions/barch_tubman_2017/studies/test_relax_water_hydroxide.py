"""Relaxations by an engine that begin with a network: where they end, and that they go on."""

import numpy as np
import pytest

from atomzoo import train_potential
from atomzoo.datasets.generate.water_hydroxide import START
from atomzoo.reproductions.barch_tubman_2017.studies import relax_water_hydroxide as study
from tests.reproductions.barch_tubman_2017.hydroxide_examples import by_springs, springs


class Springs:
    """An engine that counts."""

    n_calls = 0

    def __repr__(self):
        return "Springs"

    def label(self, structures):
        self.n_calls += len(structures)
        return [by_springs(atoms) for atoms in structures]


@pytest.fixture(scope="module")
def potential():
    rng = np.random.default_rng(0)
    return train_potential([springs(rng) for _ in range(60)], hidden=(10,), epochs=100, dtype="float64").potential


def test_relaxes_to_the_minimum_of_the_engine(potential, tmp_path):
    start, engine = springs(np.random.default_rng(5)), Springs()
    steps = study.relaxed(potential, start, tmp_path / "loop", engine)
    assert np.abs(steps[-1].get_forces()).max() <= study.FMAX and engine.n_calls == len(steps)
    np.testing.assert_allclose(steps[-1].get_all_distances(), START.get_all_distances(), atol=1e-3)
    again = Springs()
    same = study.relaxed(potential, start, tmp_path / "loop", again)
    assert again.n_calls == 0
    np.testing.assert_array_equal([a.positions for a in same], [a.positions for a in steps])


def test_a_relaxation_that_does_not_arrive(potential, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "FMAX", 1e-12)
    with pytest.raises(ValueError, match=r"forces of 1e-12 eV/A. Received: \d+ steps"):
        study.relaxed(potential, springs(np.random.default_rng(5)), tmp_path, Springs())

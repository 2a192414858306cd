import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from keras import ops

from atomzoo.layers import Descriptor, SymmetryFunctionLayer
from atomzoo.models.potential import feature_cache
from atomzoo.models.potential.evaluation import DescriptorEvaluator
from atomzoo.models.potential.feature_cache import cached_features, cached_projections, default_folder
from tests.examples import PATHS, crystal, rattled
from tests.physics import assert_close

ELEMENTS = ["Ti", "O"]
RADIAL = PATHS["radial"][:2]
FUNCTIONS = [PATHS[name][0] for name in ("radial", "linear", "narrow")]

pytestmark = [
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's threads"),
]


def layer(functions=RADIAL, **options):
    return SymmetryFunctionLayer(functions, ELEMENTS, dtype="float64", **options)


@pytest.fixture(scope="module")
def structures():
    """Periodic and not, of different sizes and numbers of neighbors; one without any."""
    clusters = [atoms[:3] for atoms in rattled(crystal(ELEMENTS, pbc=False), 2, seed=1)]
    lonely = crystal(ELEMENTS, pbc=False)[:1]
    return [*clusters, *rattled(crystal(ELEMENTS), 3), lonely, crystal(ELEMENTS) * (2, 1, 1)]


def test_values_are_those_of_the_descriptor(structures, tmp_path):
    features = cached_features(structures, layer(FUNCTIONS), tmp_path)
    expected = np.concatenate(DescriptorEvaluator(layer(FUNCTIONS)).features(structures))
    assert features.dtype == np.float64 and features.shape == expected.shape
    assert_close(features, expected, 1e-13)
    assert not features.flags.writeable and isinstance(features, np.memmap)


def test_nothing_is_evaluated_twice(structures, tmp_path, monkeypatch):
    first, done = np.array(cached_features(structures, layer(), tmp_path)), []
    monkeypatch.setattr(feature_cache, "_evaluate", lambda *_: done.append(1))
    again = cached_features(structures, layer(), tmp_path)
    np.testing.assert_array_equal(again, first)
    assert not done and np.ptp(first) > 0.1


@pytest.mark.parametrize("change", ["position", "cell", "element", "function", "cutoff", "order"])
def test_whatever_changes_values_makes_another_file(structures, tmp_path, change):
    cached_features(structures, layer(), tmp_path)
    changed, functions, options = [atoms.copy() for atoms in structures], list(RADIAL), {}
    if change == "position":
        changed[0].positions[0, 0] += 1e-9
    elif change == "cell":
        changed[3].cell[0, 0] += 1e-9
    elif change == "element":
        changed[0].symbols[0] = "O" if changed[0].symbols[0] == "Ti" else "Ti"
    elif change == "function":
        functions = functions[:-1]
    elif change == "cutoff":
        options = {"cutoff_function": "tanh"}
    else:
        changed = changed[::-1]
    cached_features(changed, layer(functions, **options), tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 2


def test_labels_make_no_other_file(structures, tmp_path):
    cached_features(structures, layer(), tmp_path)
    cached_features([atoms.copy() for atoms in structures], layer(), tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 1


@pytest.mark.parametrize("content", ["cut", "empty", "other", "pickle"])
def test_a_damaged_file_is_made_anew(structures, tmp_path, content):
    expected = np.array(cached_features(structures, layer(), tmp_path))
    (path,) = tmp_path.glob("*.npy")
    whole = path.read_bytes()
    if content == "pickle":
        np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    else:
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "other": b"PK\x03\x04" + 200 * b"x"}[content])
    np.testing.assert_array_equal(cached_features(structures, layer(), tmp_path), expected)


def test_an_error_leaves_no_file(structures, tmp_path, monkeypatch):
    def fail(descriptor, structures, directions, values, progress):
        values[:1] = 1.0
        raise MemoryError

    monkeypatch.setattr(feature_cache, "_evaluate", fail)
    with pytest.raises(MemoryError):
        cached_features(structures, layer(), tmp_path)
    monkeypatch.undo()
    assert not list(tmp_path.glob("[!.]*.npy"))
    features = cached_features(structures, layer(), tmp_path)
    assert_close(features, np.concatenate(DescriptorEvaluator(layer()).features(structures)), 1e-13)
    assert len([path for path in tmp_path.iterdir() if path.suffix == ".npy"]) == 1


def test_of_those_that_start_at_once_one_evaluates(structures, tmp_path, monkeypatch):
    """The lock is one of the system: it does not matter whether threads or processes wait for it."""
    evaluate, calls = feature_cache._evaluate, []

    def slow(*arguments):
        calls.append(arguments)
        time.sleep(0.3)
        evaluate(*arguments)

    monkeypatch.setattr(feature_cache, "_evaluate", slow)
    with ThreadPoolExecutor(3) as pool:
        arguments = [(structures, layer(), tmp_path)] * 3
        first, second, third = pool.map(lambda given: cached_features(*given), arguments)
    assert len(calls) == 1
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, third)


def test_progress_counts_structures(structures, tmp_path, monkeypatch):
    monkeypatch.setattr(feature_cache, "BATCH", 8)
    counts = []
    cached_features(structures, layer(), tmp_path, progress=counts.append)
    assert counts == sorted(counts) and len(counts) > 2 and counts[-1] == len(structures)


def test_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "atomzoo"
    cached_features([crystal(ELEMENTS)], layer())
    assert len(list((tmp_path / "atomzoo").glob("*.npy"))) == 1


class Count(Descriptor):
    """Of a user: how many neighbors there are, smoothed by a power."""

    def __init__(self, elements, cutoff, power=2, **kwargs):
        super().__init__(elements, cutoff, **kwargs)
        self.n_features, self.power = 1, power

    def call(self, displacements, neighbor_species, triplets=None):
        smooth = ops.maximum(1 - ops.sum(displacements**2, axis=-1) / self.cutoff**2, 0) ** self.power
        return ops.sum(ops.where(neighbor_species >= 0, smooth, 0 * smooth), axis=-1, keepdims=True)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


def test_any_descriptor(structures, tmp_path):
    two, three = (cached_features(structures, Count(ELEMENTS, 4.0, n, dtype="float64"), tmp_path) for n in (2, 3))
    assert len(list(tmp_path.glob("*.npy"))) == 2 and two.shape == three.shape == (27, 1)
    distances = structures[0].get_all_distances()
    expected = (np.maximum(1 - distances**2 / 16, 0) ** 2).sum(axis=1) - 1
    np.testing.assert_allclose(two[:3, 0], expected, rtol=1e-12)
    named = Count(ELEMENTS, 4.0, dtype="float64", name="another")
    cached_features(structures, named, tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 2  # names, numbered by how many layers there were, do not count


def test_bad_structures_are_named(tmp_path):
    with pytest.raises(ValueError, match="structure 1: element 'Au' is not among the model's elements"):
        cached_features([crystal(ELEMENTS), crystal(["Au"])], layer(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_rates_are_the_derivative_along_the_directions(structures, tmp_path):
    directions = np.random.default_rng(3).normal(size=(sum(map(len, structures)), 2, 3))
    rates = cached_projections(structures, layer(FUNCTIONS), directions, tmp_path)
    assert rates.dtype == np.float32 and np.abs(rates).max() > 0.1
    for k in range(2):
        before, after = (moved(structures, sign * 1e-5 * directions[:, k]) for sign in (-1, 1))
        features = [cached_features(both, layer(FUNCTIONS), tmp_path) for both in (before, after)]
        assert_close(rates[:, k], (features[1] - features[0]) / 2e-5, 1e-6)


def test_rates_along_other_directions_are_in_another_file(structures, tmp_path):
    directions = np.ones((sum(map(len, structures)), 1, 3))
    still = cached_projections(structures, layer(), directions, tmp_path)
    directions[0, 0, 0] = 0.0
    changed = cached_projections(structures, layer(), directions, tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 2
    assert np.abs(still).max() < 1e-12 and np.abs(changed).max() > 1e-3  # a translation changes nothing
    with pytest.raises(ValueError, match=r"`directions` must have the shape .* Received: \(1, 1, 3\)"):
        cached_projections(structures, layer(), np.ones((1, 1, 3)), tmp_path)


def moved(structures, moves):
    copies = [atoms.copy() for atoms in structures]
    for atoms, move in zip(copies, np.split(moves, np.cumsum([len(atoms) for atoms in copies])[:-1]), strict=True):
        atoms.positions += move
    return copies


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="room for a file cannot be taken")
def test_a_full_disk(structures, tmp_path, monkeypatch):
    """It is an error before anything is written to memory, which would end the process."""

    def full(descriptor, offset, length):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match=f"No space left on device: '{tmp_path}'"):
        cached_features(structures, layer(), tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]

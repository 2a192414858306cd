"""Labels under other names than ASE's."""

import ase
import ase.io
import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets.arrays.labels import find_label
from atomzoo.datasets.io.label_keys import LabelKeys
from atomzoo.datasets.io.reading import read_structures

FORCES = np.array([[0.5, 0.0, -1.0], [-0.5, 0.0, 1.0]])
STRESS = np.array([[1.0, 6.0, 5.0], [6.0, 2.0, 4.0], [5.0, 4.0, 3.0]])


def written(path, *frames):
    structures = []
    for info, arrays in frames:
        atoms = bulk("Si")
        atoms.info.update(info)
        atoms.arrays.update(arrays)
        structures.append(atoms)
    ase.io.write(path, structures)
    return path


@pytest.mark.parametrize("prefix", ["REF_", "dft_"])
def test_usual_keys(tmp_path, prefix):
    info = {f"{prefix}energy": -9.0, f"{prefix}stress": STRESS}
    path = written(tmp_path / "a.extxyz", (info, {f"{prefix}forces": FORCES}))
    (atoms,) = read_structures(path, labelled=True)
    assert atoms.get_potential_energy() == -9.0
    np.testing.assert_array_equal(atoms.get_forces(), FORCES)
    np.testing.assert_allclose(find_label(atoms, "stress"), STRESS)


@pytest.mark.parametrize("key", ["virial", "virials", "REF_virial"])
def test_a_virial_is_minus_stress_times_volume(tmp_path, key):
    """As sum f_i r_i is positive for a gas, whose stress is compressive; in all three ways that ASE reads it."""
    volume = bulk("Si").get_volume()
    values = [-volume * STRESS, (-volume * STRESS).ravel(), -volume * np.arange(1.0, 7.0)]
    for value in values[: 2 if key == "virial" else 3]:
        (atoms,) = read_structures(written(tmp_path / "a.extxyz", ({"energy": -1.0, key: value}, {})))
        np.testing.assert_allclose(atoms.get_stress(), np.arange(1.0, 7.0), rtol=1e-7)


def test_keys_that_are_named_come_first(tmp_path):
    info = {"energy": -1.0, "mace_energy": -2.0, "REF_energy": -3.0}
    path = written(tmp_path / "a.extxyz", (info, {"forces": 0 * FORCES, "REF_forces": FORCES, "other": 2 * FORCES}))
    cases = {(None, None): (-1.0, 0.0), ("REF_energy", None): (-3.0, 1.0), ("mace_energy", "other"): (-2.0, 2.0)}
    for (energy, forces), (expected, factor) in cases.items():
        (atoms,) = read_structures(path, keys=LabelKeys(energy, forces))
        assert atoms.get_potential_energy() == expected
        np.testing.assert_array_equal(atoms.get_forces(), factor * FORCES)


@pytest.mark.parametrize("name", ["forces", "stress"])
def test_a_label_under_the_usual_key_is_not_the_one_that_is_named(tmp_path, name):
    path = written(tmp_path / "a.extxyz", ({"energy": -1.0, "stress": STRESS}, {"forces": FORCES}))
    with pytest.raises(ValueError, match="no frame has the label 'mine'"):
        read_structures(path, keys=LabelKeys(**{name: "mine"}))


def test_free_energy_alone_is_the_energy(tmp_path):
    atoms = bulk("Si")
    atoms.calc = SinglePointCalculator(atoms, free_energy=-4.0, forces=FORCES)
    ase.io.write(tmp_path / "a.extxyz", atoms)
    (found,) = read_structures(tmp_path / "a.extxyz")
    assert found.get_potential_energy() == -4.0 and find_label(found, "forces") is not None


def test_labels_of_some_frames(tmp_path):
    """Not all have forces; no stress where nothing is periodic; other keys stay what they are."""
    frames = [({"energy": -1.0, "note": "a"}, {"force": FORCES}), ({"energy": -2.0}, {})]
    found = read_structures(written(tmp_path / "a.extxyz", *frames), keys=LabelKeys(forces="force"))
    assert [find_label(atoms, "forces") is None for atoms in found] == [False, True] and found[0].info == {"note": "a"}
    water = molecule("H2O")
    water.info.update(REF_energy=-3.0, REF_virial=np.eye(3))
    ase.io.write(tmp_path / "b.extxyz", water)
    assert find_label(read_structures(tmp_path / "b.extxyz", labelled=True)[0], "stress") is None


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (({"E": -1.0}, {}), {"labelled": True}, "frame 1: it has no label 'energy'. Received: E"),
        (({}, {}), {"labelled": True}, "frame 1: it has no label 'energy'. Received: no keys"),
        (({"E": -1.0}, {}), {"keys": LabelKeys("energy")}, "frame 1: it has no label 'energy'. Received: E"),
        (
            ({"energy": -1.0}, {"F": FORCES}),
            {"keys": LabelKeys(forces="f")},
            ": no frame has the label 'f'. Received: in f",
        ),
        (({"energy": -1.0}, {}), {"keys": LabelKeys(stress="s")}, ": no frame has the label 's'"),
        (({"REF_energy": "low"}, {}), {}, "frame 1: its label 'REF_energy' is not made of numbers. Received: 'low'"),
        (({"energy": -1.0}, {"force": FORCES[:, :2]}), {}, "frame 1: its label 'force' must have the shape"),
        (({"energy": -1.0, "virials": [1.0, 2.0]}, {}), {}, "frame 1: its label 'virials' must have the shape"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, frame, options, message):
    path = written(tmp_path / "a.extxyz", ({"energy": -1.0}, {}), frame)
    with pytest.raises(ValueError, match=f"'.*a.extxyz'.*{message}"):
        read_structures(path, **options)


def test_some_frames(tmp_path):
    path = written(tmp_path / "a.extxyz", *(({"energy": float(k)}, {}) for k in range(5)))
    chosen = {"1:3": [1, 2], ":": [0, 1, 2, 3, 4], "-1": [4], "::2": [0, 2, 4], "0": [0]}
    for index, expected in (chosen | {"-3:-1": [2, 3], "::-2": [4, 2, 0]}).items():
        found = read_structures(f"{path}@{index}")
        assert [atoms.get_potential_energy() for atoms in found] == expected, index
    for index in ("7:", "9", "-6", "a", "1:2:3:4", "1:x", "::0", "9" * 30):
        with pytest.raises(ValueError, match=f"a.extxyz' has no structure {index}. Received: 5 structures"):
            read_structures(f"{path}@{index}")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_structures(tmp_path / "b.extxyz@1")


def test_the_frame_of_an_error_is_that_of_the_file(tmp_path):
    path = written(tmp_path / "a.extxyz", *(({"energy": 0.0} if k < 3 else {}, {}) for k in range(5)))
    with pytest.raises(ValueError, match="frame 3: it has no label 'energy'"):
        read_structures(f"{path}@2:", labelled=True)

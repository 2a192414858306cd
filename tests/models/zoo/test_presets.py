import hashlib

import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential, load_potential
from atomzoo.models.zoo import presets
from atomzoo.models.zoo.presets import PRESETS, WEIGHTS, preset_file


@pytest.mark.parametrize("name", PRESETS)
def test_every_potential_is_there_with_its_card(name):
    path = preset_file(name)
    assert path.stat().st_size < 500_000
    assert hashlib.sha256(path.read_bytes()).hexdigest() == PRESETS[name]["sha256"]
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    assert f"atomzoo predict {name}" in card
    assert all(f"## {title}" in card for title in ("Data", "Errors", "Range", "Limits"))


@pytest.mark.parametrize("name", PRESETS)
def test_every_potential_is_loaded_by_name(name):
    potential = load_potential(name)
    assert sorted(potential.elements) == sorted(PRESETS[name]["elements"]) and potential.is_adapted
    assert sum(np.size(w) for w in potential.atomic_network.trainable_variables) == PRESETS[name]["parameters"]


def test_in_another_precision():
    potential = NeuralNetworkPotential.from_preset("tio2-bulk", dtype="float64")
    assert potential.compute_dtype == "float64" and potential.elements == ["O", "Ti"]


def test_no_file_of_weights_is_nameless():
    assert {preset_file(name) for name in PRESETS} == set(WEIGHTS.glob("*.keras"))


def test_a_file_that_is_not_the_published_one(tmp_path, monkeypatch):
    monkeypatch.setattr(presets, "WEIGHTS", tmp_path)
    (tmp_path / "tio2_bulk.keras").write_bytes(preset_file_bytes() + b"x")
    with pytest.raises(ValueError, match="tio2_bulk.keras' is not the potential that was published. Received: SHA-256"):
        load_potential("tio2-bulk")


def preset_file_bytes():
    return (presets.FOLDER / "weights" / "tio2_bulk.keras").read_bytes()


def test_a_file_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tio2-bulk").mkdir()
    with pytest.raises(ValueError, match="holds neither aenet networks"):
        load_potential("tio2-bulk")


def test_unknown_names():
    for load in (load_potential, NeuralNetworkPotential.from_preset):
        with pytest.raises(ValueError, match="There is no such .*; potentials: .*tio2-bulk.* Received: 'nothing'"):
            load("nothing")

import json
import zipfile

import pytest

from atomzoo.models.formats.loading import load_potential
from atomzoo.models.zoo.published import PUBLISHED, WEIGHTS, published_file


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_potential_is_there_with_its_card(name):
    path = published_file(name)
    assert path.stat().st_size < 500_000
    card = (WEIGHTS / PUBLISHED[name]["card"]).read_text(encoding="utf-8")
    assert f"atomzoo predict {name}" in card
    assert all(f"## {title}" in card for title in ("Data", "Errors", "Range", "Limits"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_potential_is_loaded_by_name(name):
    potential = load_potential(name)
    with zipfile.ZipFile(published_file(name)) as archive:
        config = json.loads(archive.read("config.json"))["config"]
    assert potential.elements == config["elements"] and float(potential.feature_scaling.count[0]) > 0


def test_a_file_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tio2-bulk").mkdir()
    with pytest.raises(ValueError, match="holds neither aenet networks"):
        load_potential("tio2-bulk")


def test_unknown_names():
    with pytest.raises(ValueError, match="There is no such file, .*; potentials: tio2-bulk, .* Received: 'nothing'"):
        load_potential("nothing")

import pytest

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import figure_4_labels
from tests.reproductions.barch_tubman_2017.hydrogen_examples import cells_of, pretend_both_stages


def test_four_comparisons(tmp_path, monkeypatch):
    monkeypatch.setattr(figure_4_labels, "run_jobs", pretend_both_stages)
    monkeypatch.setattr(hydrogen, "load_pbe", lambda quick: ([], []))
    figure_4_labels.run(output=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figure_4_labels.csv", "figure_4_labels.md"]
    cells = [line for line in cells_of(tmp_path / "figure_4_labels.md") if line[0] in ("QMC", "PBE")]
    assert len(cells) == 2 * 2 * 2 * 2 and {line[6] for line in cells} == {"0.800"}
    assert {line[-1] for line in cells} == {"5 of 5"}


def test_without_the_published_liquid_nothing_is_trained(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMZOO_DATA", str(tmp_path))
    monkeypatch.setattr(figure_4_labels, "run_jobs", None)
    with pytest.raises(FileNotFoundError, match="not part of atomzoo"):
        figure_4_labels.run(output=tmp_path)

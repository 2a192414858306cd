import pandas

from atomzoo.reproductions.barch_tubman_2017.studies import two_stages_weight_decay
from tests.reproductions.barch_tubman_2017.hydrogen_examples import pretend_both_stages


def test_the_weight_decay_that_is_best_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(two_stages_weight_decay, "run_jobs", pretend_both_stages)
    two_stages_weight_decay.run(output=tmp_path)
    text = (tmp_path / "two_stages_weight_decay.md").read_text()
    assert text.count("Chosen: 0.0001.") == 2 and "## PBE, 16 structures" in text
    assert "trained" not in pandas.read_csv(tmp_path / "two_stages_weight_decay.csv").columns

import pandas

from atomzoo.reproductions.barch_tubman_2017._shared.two_stages import WEIGHT_DECAYS
from atomzoo.reproductions.barch_tubman_2017.studies import two_stages_weight_decay
from atomzoo.reproductions.barch_tubman_2017.studies.table_1_weight_decay import choose
from atomzoo.reproductions.report import recorded
from tests.reproductions.barch_tubman_2017.hydrogen_examples import pretend_both_stages


def test_the_weight_decay_that_is_best_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(two_stages_weight_decay, "run_jobs", pretend_both_stages)
    two_stages_weight_decay.run(output=tmp_path)
    text = (tmp_path / "two_stages_weight_decay.md").read_text()
    assert text.count("Chosen: 0.0001.") == 2 and "## PBE, 16 structures" in text
    assert "trained" not in pandas.read_csv(tmp_path / "two_stages_weight_decay.csv").columns


def test_networks_are_trained_with_the_recorded_choices():
    rows = pandas.read_csv(recorded("barch-tubman-2017") / "two_stages_weight_decay.csv")
    assert {labels: choose(of)[0] for labels, of in rows.groupby("labels")} == WEIGHT_DECAYS

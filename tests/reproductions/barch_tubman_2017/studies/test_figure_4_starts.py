from atomzoo.reproductions.barch_tubman_2017.studies import figure_4_starts
from tests.reproductions.barch_tubman_2017.hydrogen_examples import cells_of, pretend_both_stages


def test_bad_starts_and_steps(tmp_path, monkeypatch):
    """Steps of their own are compared with the same fixed functions, which have no steps."""
    monkeypatch.setattr(figure_4_starts, "run_jobs", pretend_both_stages)
    figure_4_starts.run(output=tmp_path)
    table = cells_of(tmp_path / "figure_4_starts.md")
    cells = [line for line in table if len(line) == 9 and line[2] in ("Adam", "L-BFGS")]
    assert len(cells) == (5 + 3) * 4
    ratios = {(line[0], line[1]): line[6] for line in cells}
    assert ratios["bad G1+G2+G3", "1"] == "0.500" and ratios["16 G2", "1"] == "0.800"
    assert ratios["G1+G2+G3", "3"] == ratios["G1+G2+G3", "1, eta in units of eta"] == "0.800"

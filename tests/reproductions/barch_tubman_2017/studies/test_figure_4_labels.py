import pandas
import pytest

from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import figure_4_labels, figure_4_starts, two_stages_weight_decay


def pretend(train, jobs, partial, description):
    """In place of `run_jobs`: errors that training functions lowers by a fifth, and by a half from a bad start."""
    partial.write_text("")
    rows = []
    for job in jobs:
        gain = 0.5 if "bad" in job["functions"] else 0.8
        error = (1 + job["seed"]) * (gain if job.get("trained") else 1.0) * (1 + job["weight_decay"])
        names = ("train_mse_eV2", "validation_mse_eV2", "adam_train_mse_eV2", "adam_validation_mse_eV2")
        errors = dict.fromkeys(names, error)
        sizes = {"train_structures": 20, "structures": 16, "held_out_mse_eV2": 1 - job["weight_decay"], "seconds": 1.0}
        rows.append({**job, **errors, **sizes})
    return pandas.DataFrame(rows)


def lines(path):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in path.read_text().splitlines()]


def test_four_comparisons(tmp_path, monkeypatch):
    monkeypatch.setattr(figure_4_labels, "run_jobs", pretend)
    monkeypatch.setattr(hydrogen, "load_pbe", lambda quick: ([], []))
    figure_4_labels.run(output=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figure_4_labels.csv", "figure_4_labels.md"]
    cells = [line for line in lines(tmp_path / "figure_4_labels.md") if line[0] in ("QMC", "PBE")]
    assert len(cells) == 2 * 2 * 2 * 2 and {line[6] for line in cells} == {"0.800"}
    assert {line[-1] for line in cells} == {"5 of 5"}


def test_without_the_published_liquid_nothing_is_trained(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOMZOO_DATA", str(tmp_path))
    monkeypatch.setattr(figure_4_labels, "run_jobs", None)
    with pytest.raises(FileNotFoundError, match="not part of atomzoo"):
        figure_4_labels.run(output=tmp_path)


def test_bad_starts_and_steps(tmp_path, monkeypatch):
    """Steps of their own are compared with the same fixed functions, which have no steps."""
    monkeypatch.setattr(figure_4_starts, "run_jobs", pretend)
    figure_4_starts.run(output=tmp_path)
    table = lines(tmp_path / "figure_4_starts.md")
    cells = [line for line in table if len(line) == 9 and line[2] in ("Adam", "L-BFGS")]
    assert len(cells) == (5 + 3) * 4
    ratios = {(line[0], line[1]): line[6] for line in cells}
    assert ratios["bad G1+G2+G3", "1"] == "0.500" and ratios["16 G2", "1"] == "0.800"
    assert ratios["G1+G2+G3", "3"] == ratios["G1+G2+G3", "1, eta in units of eta"] == "0.800"


def test_the_weight_decay_that_is_best_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(two_stages_weight_decay, "run_jobs", pretend)
    two_stages_weight_decay.run(output=tmp_path)
    text = (tmp_path / "two_stages_weight_decay.md").read_text()
    assert text.count("Chosen: 0.0001.") == 2 and "## PBE, 16 structures" in text
    assert "trained" not in pandas.read_csv(tmp_path / "two_stages_weight_decay.csv").columns

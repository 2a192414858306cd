import re
import shutil

import numpy as np
import pandas
import pytest

from atomzoo.datasets import silicon
from atomzoo.datasets.engines.lammps import _path
from atomzoo.datasets.generate.silicon import curves
from atomzoo.reproductions.behler_parrinello_2007 import _phases_output, phases

needs_lammps = pytest.mark.skipif(shutil.which("lmp", path=_path()) is None, reason="runs LAMMPS: needs lmp on PATH")
LOWEST = {"diamond": (20.0, 0.0), "beta-tin": (14.5, 0.25), "fcc": (14.0, 0.5)}  # Å^3, eV


def rows_of(network_error=0.0):
    """Curves of Birch and Murnaghan; the network is off by an energy in each point of beta-tin."""
    rows = []
    for source in ("DFT", *phases.SOURCES):
        for phase, (volume, energy) in LOWEST.items():
            for v in volume * np.array([0.85, 0.9, 0.95, 1.0, 1.05]):
                added = network_error if source == "network" and phase == "beta-tin" else 0.0
                row = {
                    "source": source,
                    "phase": phase,
                    "volume": v,
                    "energy": energy + 6 * ((volume / v) ** (2 / 3) - 1) ** 2 + added,
                }
                rows.append(row)
    return pandas.DataFrame(rows)


def test_the_network_is_compared_with_dft():
    assert _phases_output.curve_error(rows_of()) == 0
    rows = rows_of(0.012)
    assert _phases_output.curve_error(rows) == pytest.approx(12 / np.sqrt(3))
    text = _phases_output.markdown(rows, False, 1.0)
    assert "| beta-tin | 250 | 262 | 250 | 250 |" in text
    assert re.search(r"transition pressures below 20 GPa by at most 0\.[345]\d GPa \(beta-tin\)", text)
    table = _phases_output.beside_paper(rows).set_index("quantity")
    assert table.loc["curves of the crystal structures", "ours"] == "those of DFT within 6.9 meV/atom (rms)"
    assert table.loc["transition pressures", "ours"].startswith("diamond to beta-tin: DFT 8.3 GPa, network 8.7 GPa")


def test_phases_by_energy():
    table = _phases_output.lowest_energies(rows_of(0.012))
    assert list(table.index) == list(LOWEST)
    assert table.loc["beta-tin"].round(6).to_dict() == {s: 262.0 if s == "network" else 250.0 for s in table}


@needs_lammps
def test_diamond_of_stillinger_and_weber(monkeypatch):
    monkeypatch.setitem(curves.VOLUMES, "diamond", (5.2**3 / 8, 5.431**3 / 8))
    found = phases.relaxed_energies("Stillinger-Weber", "diamond")
    assert found["volume"] == list(curves.VOLUMES["diamond"])
    assert found["energy"][1] == pytest.approx(-4.3366, abs=1e-4) and found["energy"][0] > found["energy"][1]


def test_recorded_relaxations_are_at_the_volumes_of_the_curves():
    points = curves.energy_volume(silicon.load_data("train"))
    assert set(points["phase"]) <= set(curves.VOLUMES)
    for phase, of_phase in points.groupby("phase"):
        assert set(of_phase["volume"]) <= set(curves.VOLUMES[phase])


def test_energies_count_from_diamond_of_each_source():
    rows = rows_of()
    dft, others = rows[rows["source"] == "DFT"], rows[rows["source"] != "DFT"]
    joined = phases._joined(dft.assign(energy=dft["energy"] - 107.8), others.assign(energy=others["energy"] - 4.3))
    np.testing.assert_allclose(joined["energy"], pandas.concat([dft, others])["energy"], atol=1e-12)

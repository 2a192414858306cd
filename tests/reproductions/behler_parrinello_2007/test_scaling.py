import pandas
import pytest

from atomzoo.datasets.empirical import diamond_silicon
from atomzoo.reproductions.behler_parrinello_2007 import _potentials, _scaling_output, scaling
from tests.lammps_program import needs_lammps


@pytest.fixture
def rows():
    network = [("network", n, 1e-5 * n * (1 + 100 * (n == 64))) for n in (64, 512, 4096)]
    return pandas.DataFrame([("DFT", 64, 6464.0), *network], columns=["method", "atoms", "seconds"])


def test_numbers(rows):
    """The smallest size, whose calls cost something, is not in the exponent."""
    assert scaling.exponent(rows) == pytest.approx(1.0)
    assert scaling.ratio(rows) == pytest.approx(1e5)


def test_text(rows):
    text = _scaling_output.markdown(rows, False, 1.0)
    assert "DFT takes 100000 times as long as the network. The network's cost grows with the power 1.00" in text
    assert "| network | 4 096 | 0.041 | 10 |" in text
    table = _scaling_output.beside_paper(rows).set_index("quantity")["ours"]
    assert table["faster than DFT, 64 atoms, orders of magnitude"] == "5.0"
    without = rows[rows["method"] == "network"]
    assert "DFT was not measured" in _scaling_output.markdown(without, False, 1.0)
    assert len(_scaling_output.figure(without).axes) == 1


@needs_lammps
def test_a_step_in_lammps():
    pair = _potentials.pair("Stillinger-Weber")
    found = scaling.network_seconds(["", *pair], diamond_silicon(1), copies=2, steps=300)
    assert found["atoms"] == 64 and found["seconds"] > 0

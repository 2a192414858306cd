import numpy as np
import pandas
import pytest
from ase.units import Bohr

from atomzoo.reproductions.behler_parrinello_2007 import _figure_3_output, _potentials, figure_3
from tests.lammps_program import needs_lammps

R = np.arange(0.025, 5.4, 0.05)


def rows_of(potential, seed, peak):
    g = 1 - np.exp(-(R**2)) + 2.0 * np.exp(-20 * (R - peak) ** 2) - 0.5 * np.exp(-20 * (R - 3.2) ** 2)
    numbers = {"potential": potential, "seed": seed, "closest": 2.0, "temperature": 3000.0, "seconds": 9.0}
    return pandas.DataFrame({**numbers, "r": R, "g": g})


@pytest.fixture
def rows():
    return pandas.concat([rows_of(p, s, q + 0.05 * s) for p, q in (("network", 2.4), ("Tersoff", 2.6)) for s in (0, 1)])


def test_text(rows):
    text = _figure_3_output.markdown(rows, False, 1.0)
    line = next(line for line in text.splitlines() if line.startswith("| network"))
    cells = [cell.strip() for cell in line.split("|")[2:-1]]
    assert cells[0] == "2.45 ± 0.04" and cells[2].startswith("3.2") and cells[4:] == ["0.000", "2.00", "9"]
    tersoff = next(line for line in text.splitlines() if line.startswith("| Tersoff"))
    assert float(tersoff.split("|")[6]) > 0.1


def test_cell_is_that_of_the_paper():
    assert 2 * figure_3.LATTICE / Bohr == pytest.approx(20.526) and figure_3.LENGTH < figure_3.LATTICE


@needs_lammps
@pytest.mark.parametrize(
    ("name", "energy"), [("Bazant", -4.65), ("Lenosky", -4.63), ("Tersoff", -4.6296), ("Stillinger-Weber", -4.3366)]
)
def test_cohesive_energies_of_diamond_are_the_published_ones(name, energy):
    from atomzoo.datasets.empirical import diamond_silicon

    lattice = 5.432 if name == "Tersoff" else 5.430
    with _potentials.engine(name) as engine:
        (labelled,) = engine.label([diamond_silicon(1, lattice)])
    assert labelled.get_potential_energy() / 8 == pytest.approx(energy, abs=2e-3)


@needs_lammps
def test_dynamics_of_an_empirical_potential():
    found = figure_3.sample("Stillinger-Weber", 0, shorter=100)
    assert len(found["r"]) == len(found["g"]) == figure_3.BINS and 1.5 < found["closest"] < 2.6
    assert max(found["g"]) > 1.5 and found["g"][0] == 0

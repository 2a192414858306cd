from itertools import pairwise

import numpy as np
import pytest

from atomzoo.datasets import gold_clusters
from atomzoo.datasets.io.reading import read_structures

# The table of the README beside the data: frames, random and block split, smallest, mean, deviation and largest energy.
TABLE = {
    2: (745, (649, 72), (649, 72), -1792.61261, -1792.54904, 0.16412, -1791.42335),
    3: (1583, (1412, 157), (1412, 157), -2688.98941, -2688.81280, 0.10243, -2688.58151),
    4: (1521, (1307, 145), (1308, 144), -3586.35653, -3585.91322, 0.30198, -3584.08923),
    5: (1614, (1367, 152), (1367, 152), -4483.55793, -4482.67819, 0.42241, -4480.46693),
}


@pytest.mark.parametrize("n_atoms", TABLE)
def test_counts_energies_and_filter(n_atoms):
    count, random, block, *statistics = TABLE[n_atoms]
    frames = read_structures(gold_clusters.FOLDER / f"au{n_atoms}.extxyz")
    energies = np.array([atoms.get_potential_energy() for atoms in frames])
    assert len(frames) == count and all(str(atoms.symbols) == f"Au{n_atoms}" for atoms in frames)
    found = energies.min(), energies.mean(), energies.std(), energies.max()
    np.testing.assert_allclose(found, statistics, rtol=0, atol=1.1e-5)

    limit = energies.mean() + 2 * energies.std()
    for split, counts in (("random", random), ("block", block)):
        parts = gold_clusters.load_data(n_atoms, split)
        assert tuple(len(part) for part in parts) == counts
        steps = [{atoms.info["step"] for atoms in part} for part in parts]
        assert not steps[0] & steps[1]
        assert steps[0] | steps[1] == {k for k, energy in enumerate(energies) if energy <= limit}


def test_structures_are_periodic_with_forces():
    train, _ = gold_clusters.load_data(3)
    assert all(atoms.pbc.all() and np.array_equal(atoms.cell, 10 * np.eye(3)) for atoms in train)
    net = np.array([np.abs(atoms.get_forces().sum(axis=0)).max() for atoms in train])
    assert net.max() < 1e-5  # eV/A: pw.x takes it off


@pytest.mark.parametrize("n_atoms", TABLE)
def test_forces_are_those_of_the_energies(n_atoms):
    """The work along a step of 8 fs is the change of the energy, but for curvature and the noise of the grid."""
    frames = read_structures(gold_clusters.FOLDER / f"au{n_atoms}.extxyz")
    pairs = [pair for pair in pairwise(frames) if pair[0].info["chunk"] == pair[1].info["chunk"]]
    work = [np.sum((a.get_forces() + b.get_forces()) / 2 * (b.positions - a.positions)) for a, b in pairs]
    change = np.array([b.get_potential_energy() - a.get_potential_energy() for a, b in pairs])
    error = change + work
    assert np.median(np.abs(error)) < 0.1 * np.median(np.abs(change)) and error.std() < 0.1 * change.std()


def test_block_split_holds_out_stretches():
    _, validation = gold_clusters.load_data(4, "block")
    steps = np.sort([atoms.info["step"] for atoms in validation])
    assert np.count_nonzero(np.diff(steps) > 10) == 1


@pytest.mark.parametrize("n_atoms", [1, 6, "3"])
def test_unknown_size(n_atoms):
    with pytest.raises(ValueError, match="n_atoms"):
        gold_clusters.load_data(n_atoms)


def test_unknown_split():
    with pytest.raises(ValueError, match="Received: split='time'"):
        gold_clusters.load_data(3, "time")


def test_the_reference_engine_has_the_settings_of_the_data():
    engine, readme = gold_clusters.reference_engine(), (gold_clusters.FOLDER / "README.md").read_text()
    settings = readme[readme.index("Settings:") :]
    assert f"`ecutwfc={engine.wavefunction_cutoff:g}` Ry" in settings
    assert f"`ecutrho={engine.density_cutoff:g}`" in settings
    assert engine.density_cutoff == gold_clusters.DENSITY_CUTOFF

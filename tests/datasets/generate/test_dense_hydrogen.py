"""What the commands for dense hydrogen ask of the engine, and the final files."""

import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.datasets import dense_hydrogen
from atomzoo.datasets.generate.__main__ import main
from atomzoo.datasets.generate.dense_hydrogen import correlation, gamma_point
from atomzoo.datasets.io.packed import read_packed
from tests.datasets.generate.still import Still


@pytest.fixture
def hydrogen_engine(monkeypatch):
    monkeypatch.setattr(dense_hydrogen, "reference_engine", lambda kpoints=(1, 1, 1): Hydrogen(kpoints))


class Hydrogen(Still):
    """As `Still`; a grid of k-points lowers energies by 0.54 eV, and by 0.27 eV more where x is above 1 A."""

    def __init__(self, kpoints):
        self.kpoints, self.settings = kpoints, None

    def single_point(self, atoms):
        labelled = super().single_point(atoms)
        if self.kpoints != (1, 1, 1):
            labelled.calc.results["energy"] -= 0.54 + 0.27 * (atoms.positions[0, 0] > 1)
        return labelled

    def label(self, structures):
        return [self.single_point(atoms) for atoms in structures]

    def dynamics(self, atoms, steps, folder, temperature, time_step):
        assert (temperature, time_step) == (3000, 0.5)
        return super().dynamics(atoms, steps, folder)


def test_hydrogen_sampled_labelled_and_packed(hydrogen_engine, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["dense-hydrogen", "--set", "2", "4", "--steps", "50"])
    assert capsys.readouterr().out.splitlines()[1] == "set 4: 50 steps from lattice-0, 50 of 50"
    main(["label", "first2.extxyz", "first4.extxyz", "--frames", "3", "-o", "labelled"])
    assert capsys.readouterr().out.splitlines()[-1] == "first4: 3 of 3 labelled"
    main(["pack", "labelled/first2.extxyz"])
    name, n_frames, energy, *_ = capsys.readouterr().out.strip("| \n").split(" | ")
    train, validation = dense_hydrogen.load_data(2, path="labelled/first2.extxyz")
    packed = read_packed("labelled/first2.npz")
    assert len(packed) == len(train) + len(validation) == 3
    inside = train[0].get_positions(wrap=True)
    np.testing.assert_allclose(packed[0].positions, inside, atol=1e-8)
    assert packed[0].get_potential_energy() == train[0].get_potential_energy()
    mean = np.mean([atoms.get_potential_energy() / len(atoms) for atoms in packed])
    assert (name, n_frames, energy) == ("first2", "3", f"{mean:.4f}")


def test_correlation_of_consecutive_frames():
    """Of eight trajectories in turn that keep their energy, or flip it; also where frame 9 is missing."""
    rng, frames = np.random.default_rng(0), []
    for sign, expected in ((1, 1.0), (-1, -1.0)):
        energies = rng.normal(size=8)
        frames = [Still().single_point(dense_hydrogen.lattice(1)) for _ in range(24)]
        for k, atoms in enumerate(frames):
            results = {"energy": energies[k % 8] * sign ** (k // 8), "forces": np.zeros((54, 3))}
            atoms.calc, atoms.info = SinglePointCalculator(atoms, **results), {"source": k}
        assert correlation(frames[:16]) == pytest.approx(expected)
        assert correlation([*frames[:9], *frames[10:]]) == pytest.approx(expected, abs=0.3)
    assert np.isnan(correlation(frames[:10]))


def test_what_the_gamma_point_costs(hydrogen_engine):
    structures = [dense_hydrogen.lattice(1, seed) for seed in range(2)]
    structures[1].positions[0, 0] += 2
    energies, forces = gamma_point(structures, (2, 2, 2))
    np.testing.assert_allclose(energies, [0.54, 0.81])
    assert forces.shape == (2, 54, 3) and not forces.any()

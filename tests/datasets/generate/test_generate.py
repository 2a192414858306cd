"""The command: what it asks of the engine, how it ends on errors, and the final files."""

from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

import atomzoo.datasets
from atomzoo.datasets import dense_hydrogen, generate, gold_clusters
from atomzoo.datasets.gold_isomers import gold_isomers
from atomzoo.datasets.io.packed import read_packed

PLAIN = "2\n\nH 0 0 0\nH 0 0 0.75\n"  # no cell, no labels


class Still:
    """Labels every structure with an energy that depends on x only."""

    def single_point(self, atoms):
        atoms = atoms.copy()
        atoms.calc = SinglePointCalculator(atoms, energy=atoms.positions[0, 0], forces=np.zeros((len(atoms), 3)))
        return atoms

    def dynamics(self, atoms, steps, folder):
        (Path(folder) / "pw.in").write_text("settings")
        return [self.single_point(atoms) for _ in range(steps)]


def test_sizes_take_turns_by_the_part_done(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(gold_clusters, "reference_engine", Still)
    output = str(tmp_path / "au{atoms}.extxyz")
    command = ["gold-clusters", "--atoms", "2", "3", "-o", output]
    generate.main([*command, "--steps", "150", "450"])
    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == ["Au2", "Au3", "Au3", "Au3"]
    generate.main([*command, "--steps", "150", "600"])  # extends
    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == ["Au3"]
    assert len(ase.io.read(tmp_path / "au3.extxyz", index=":")) == 600


@pytest.mark.parametrize("turned", [False, True])
def test_a_rigid_cluster_moved_and_turned(turned):
    """Energies of `Still` show where the first atom is, in x."""
    atoms, seen = gold_isomers(3)["triangle"], []

    class Seeing(Still):
        def single_point(self, atoms):
            seen.append(atoms)
            return super().single_point(atoms)

    energies = generate.rigid_energies(Seeing(), atoms, turned)
    assert energies.shape == (10,) and 0.3 < np.ptp(energies) < 3
    middles = np.array([copy.positions.mean(axis=0) for copy in seen]) - atoms.positions.mean(axis=0)
    assert np.allclose(middles, 0, atol=1e-9) if turned else (np.ptp(middles, axis=0) > 0.3).all()
    for copy in seen:
        np.testing.assert_allclose(copy.get_all_distances(), atoms.get_all_distances(), atol=1e-9)


def test_splits_of_the_embedded_files(tmp_path, capsys):
    path = Path(atomzoo.datasets.__file__).parent / "data" / "gold_clusters" / "au3.extxyz"
    generate.main(["splits", str(path), "-o", str(tmp_path)])
    row = "| Au3 | 1583 | 1569 | 1412/157 | 1412/157 | -2688.98941 | -2688.81280 | 0.10243 | -2688.58151 | -197.63708 |"
    assert capsys.readouterr().out.strip() == row
    ours, embedded = (ase.io.read(p, index=":") for p in (tmp_path / "au3.extxyz", path))
    assert ours[7].info.keys() == embedded[7].info.keys()
    np.testing.assert_array_equal(ours[7].get_forces(), embedded[7].get_forces())


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
    generate.main(["dense-hydrogen", "--set", "2", "4", "--steps", "50"])
    assert capsys.readouterr().out.splitlines()[1] == "set 4: 50 steps from lattice-0, 50 of 50"
    generate.main(["label", "first2.extxyz", "first4.extxyz", "--frames", "3", "-o", "labelled"])
    assert capsys.readouterr().out.splitlines()[-1] == "first4: 3 of 3 labelled"
    generate.main(["pack", "labelled/first2.extxyz"])
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
        assert generate.correlation(frames[:16]) == pytest.approx(expected)
        assert generate.correlation([*frames[:9], *frames[10:]]) == pytest.approx(expected, abs=0.3)
    assert np.isnan(generate.correlation(frames[:10]))


def test_what_the_gamma_point_costs(hydrogen_engine):
    structures = [dense_hydrogen.lattice(1, seed) for seed in range(2)]
    structures[1].positions[0, 0] += 2
    energies, forces = generate.gamma_point(structures, (2, 2, 2))
    np.testing.assert_allclose(energies, [0.54, 0.81])
    assert forces.shape == (2, 54, 3) and not forces.any()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["dense-hydrogen", "--set", "9", "--steps", "9"], "`set` must be one of .* Received: set=9"),
        (["dense-hydrogen", "--set", "1", "2", "--steps", "9", "-o", "a"], "-o must contain {set} .* Received: a"),
        (["gold-clusters", "--atoms", "6", "--steps", "9"], "Gold clusters have 2 to 5 atoms here. Received: 6"),
        (["gold-clusters", "--atoms", "2", "3", "--steps", "9", "9", "9"], r"--steps .* Received: \[9, 9, 9\]"),
        (["gold-clusters", "--atoms", "2", "3", "--steps", "9", "-o", "a"], "-o must contain {atoms} .* Received: a"),
        (["gold-clusters", "--atoms", "2", "--steps", "9"], "apt-get install .* Received: no pw.x on PATH"),
        (["splits", "missing.extxyz", "-o", "out"], "missing.extxyz"),
        (["splits", "plain.xyz", "-o", "out"], "'plain.xyz', structure 0: it has no label 'energy'"),
        (["splits", "plain.xyz", "a/plain.xyz", "-o", "out"], "would overwrite each other. Received: plain.xyz, twice"),
        (["gamma-point", "plain.xyz"], "'plain.xyz', structure 0: it has no label 'energy'"),
        (["label", "plain.xyz", "--frames", "1", "-o", "."], "not written over .* Received: plain.xyz"),
    ],
)
def test_errors_are_one_line(arguments, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "plain.xyz").write_text(PLAIN)
    with pytest.raises(SystemExit, match=message) as end:
        generate.main(arguments)
    assert "\n" not in str(end.value.code) and (tmp_path / "plain.xyz").read_text() == PLAIN


@pytest.mark.parametrize("steps", ["0", "-1", "many"])
def test_numbers_of_frames_are_positive(steps, capsys):
    with pytest.raises(SystemExit):
        generate.main(["gold-clusters", "--atoms", "2", "--steps", steps])
    assert f"must be a positive number. Received: {steps}" in capsys.readouterr().err

"""Structures drawn by a network: numbers, temperatures, and what is left out."""

from functools import partial

import ase.io
import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo import train_potential
from atomzoo.datasets.generate.water_hydroxide import START
from atomzoo.reproductions.barch_tubman_2017.studies import draw_water_hydroxide as study
from tests.reproductions.barch_tubman_2017.hydroxide_examples import springs


@pytest.fixture
def labelled(tmp_path):
    rng = np.random.default_rng(1)
    path = tmp_path / "start.extxyz"
    ase.io.write(path, [springs(rng) for _ in range(60)])
    return path


def test_draws_at_all_temperatures(labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "STEPS", 100)
    monkeypatch.setattr(study, "EVERY", 20)
    monkeypatch.setattr("atomzoo.train_potential", partial(train_potential, hidden=(10,), epochs=50))
    output = tmp_path / "drawn.extxyz"
    monkeypatch.setattr("sys.argv", ["draw", str(labelled), "--number", "13", "-o", str(output)])
    study.main()
    drawn = ase.io.read(output, ":")
    temperatures = [atoms.info["temperature"] for atoms in drawn]
    assert len(drawn) == 13 and {temperatures.count(t) for t in study.TEMPERATURES} == {2, 3}
    assert all(set(atoms.arrays) == {"numbers", "positions"} for atoms in drawn)
    assert (tmp_path / "drawn.keras").exists()
    spread = {t: np.std([d.get_distance(0, 2) for d in drawn if d.info["temperature"] == t]) for t in temperatures}
    assert all(0 < value < 0.5 for value in spread.values())


def test_high_energies_are_left_out(labelled, monkeypatch):
    monkeypatch.setattr(study, "STEPS", 60)
    monkeypatch.setattr(study, "EVERY", 10)
    structures = ase.io.read(labelled, ":")
    potential = train_potential(structures, hidden=(5,), epochs=50).potential
    every = study._frames(potential, structures, 1000, 0, lowest=0.0)
    energies = [result["energy"] for result in potential.evaluate_atoms(every)]
    middle = np.median(energies)
    fewer = study._frames(potential, structures, 1000, 0, lowest=middle - study.HIGHEST)
    assert len(every) >= 3 and len(fewer) == sum(energy < middle for energy in energies) < len(every)


def test_a_network_that_gives_nothing_is_told(labelled, monkeypatch, tmp_path):
    """One line, and no file."""
    monkeypatch.setattr(study, "MOST_FAILURES", 2)
    monkeypatch.setattr("atomzoo.train_potential", partial(train_potential, hidden=(5,), epochs=20))
    monkeypatch.setattr(study, "_frames", lambda *arguments: [])
    output = tmp_path / "drawn.extxyz"
    monkeypatch.setattr("sys.argv", ["draw", str(labelled), "--number", "6", "-o", str(output)])
    with pytest.raises(SystemExit, match="^Error: Trajectories at 100 K give no frames. Received: 2 in a row$"):
        study.main()
    assert not output.exists()


def test_high_labels_start_nothing(monkeypatch):
    given, (low, high) = [], (START.copy(), START.copy())
    for atoms, energy in ((low, 0.0), (high, study.HIGHEST + 0.1)):
        atoms.calc = SinglePointCalculator(atoms, energy=energy)

    def frames(potential, starts, temperature, seed, lowest):
        given.append((starts, lowest))
        return [START.copy()]

    monkeypatch.setattr(study, "_frames", frames)
    assert len(study.draw(None, [high, low], 6, seed=0)) == 6
    assert all(starts == [low] and lowest == 0.0 for starts, lowest in given)

"""What is chosen from the data, and what is not."""

import re

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator

from atomzoo.models.training import recipe
from atomzoo.models.training.recipe import available_memory, choose_recipe


def silicon(n, *names):
    """Crystals of 8 atoms with energies and these labels."""
    values = {"forces": np.ones((8, 3)), "stress": np.ones(6)}
    structures = [bulk("Si", cubic=True) for _ in range(n)]
    for atoms in structures:
        atoms.calc = SinglePointCalculator(atoms, energy=-1.0, **{name: values[name] for name in names})
    return structures


def chosen(structures, **options):
    return choose_recipe(structures, n_features=36, cutoff=6.5, **options)


def test_labels_that_are_there_are_fitted():
    everything = chosen([*silicon(60), *silicon(2, "forces", "stress")])
    assert (everything.forces, everything.stress, everything.optimizer) == ("exact", True, "lbfgs")
    assert everything.dtype == "float64" and everything.hidden == (30, 30)
    text = "L-BFGS, 1500 iterations at most, about [^;]*; energies, forces .weight 0.2., stress .weight 0.1.; n"
    assert re.match(text, str(everything))
    energies = chosen(silicon(60))
    assert (energies.forces, energies.stress, energies.hidden) == (None, False, (15, 15))
    cluster = ase.Atoms("Au2", [[0, 0, 0], [0, 0, 2.5]])
    cluster.calc = SinglePointCalculator(cluster, energy=0.0, stress=np.ones(6))
    assert not chosen([cluster]).stress  # which is of no periodic cell


@pytest.mark.parametrize(
    ("memory", "trainable", "optimizer", "forces", "stress"),
    [
        (1e12, False, "lbfgs", "exact", True),
        (2e6, False, "adam", "projected", False),
        (1e12, True, "adam", "exact", True),
    ],
)
def test_memory_decides(monkeypatch, memory, trainable, optimizer, forces, stress):
    """Derivatives of 80 atoms, by 7 others and strain: 80 * (7 + 3) * 3 * 36 numbers of 8 bytes, 0.7 MB, four times."""
    monkeypatch.setattr(recipe, "available_memory", lambda: memory)
    found = chosen(silicon(10, "forces", "stress"), trainable=trainable)
    assert (found.optimizer, found.forces, found.stress) == (optimizer, forces, stress)
    assert chosen(silicon(10), trainable=False).optimizer == "lbfgs"  # energies need no derivatives


def test_what_is_given_stays(monkeypatch):
    data = silicon(4, "forces", "stress")
    given = {"hidden": (7,), "stress": False, "optimizer": "rmsprop", "dtype": "float64", "epochs": 3, "patience": 2}
    found = chosen(data, forces=False, force_weight=3.0, **given)
    assert (found.hidden, found.forces, found.stress, found.optimizer) == ((7,), None, False, "rmsprop")
    assert found.dtype == "float64" and found.options["force_weight"] == 3.0
    assert (found.options["epochs"], found.options["patience"]) == (3, 2)
    assert chosen(data, forces="projected").forces == "projected" and not chosen(data, forces="projected").stress
    monkeypatch.setattr(recipe, "available_memory", lambda: 0)
    assert chosen(data, forces=True).forces == "projected" and chosen(data, forces=True, stress=True).forces == "exact"
    assert chosen(data, optimizer="lbfgs").forces == "exact"


def test_the_time_grows_with_data_and_ends_at_its_limit():
    few, many = (chosen(silicon(n, "forces")) for n in (10, 100))
    assert many.seconds == pytest.approx(10 * few.seconds) and few.seconds > 0
    assert chosen(silicon(10, "forces"), time_limit=0.1).seconds == 0.1
    assert chosen(silicon(10)).seconds < 0.1 * few.seconds and chosen(silicon(10), optimizer="adam").seconds is None


def test_memory_is_that_of_this_machine():
    assert 1e8 < available_memory() < 1e14

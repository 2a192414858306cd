"""Fixtures for the tests of the command line."""

import ase.io
import pytest

from atomzoo.datasets import gold_clusters
from atomzoo.layers import SymmetryFunction
from atomzoo.models.potential.function_sets import save_function_set
from atomzoo.models.training.train_potential import train_potential

FUNCTIONS = [SymmetryFunction("G2", 6.0, eta=eta) for eta in (0.05, 0.5)] + [SymmetryFunction("G5", 6.0, zeta=2)]


@pytest.fixture(scope="session")
def gold():
    """Thirty labelled Au3 structures."""
    return gold_clusters.load_data(3)[0][:30]


@pytest.fixture(scope="session")
def gold_file(gold, tmp_path_factory):
    path = tmp_path_factory.mktemp("gold") / "au3.extxyz"
    ase.io.write(path, gold)
    return path


@pytest.fixture(scope="session")
def function_file(tmp_path_factory):
    """Three symmetry functions in a JSON file."""
    path = tmp_path_factory.mktemp("functions") / "three.json"
    save_function_set(FUNCTIONS, path)
    return path


@pytest.fixture(scope="session")
def model(gold, tmp_path_factory):
    """File of a gold potential that has seen little."""
    path = tmp_path_factory.mktemp("model") / "gold.keras"
    options = {"forces": None, "optimizer": "adam", "validation_fraction": 0.0, "dtype": "float64", "output": path}
    train_potential(gold, functions=FUNCTIONS, hidden=(5,), epochs=20, learning_rate=0.02, **options)
    return path

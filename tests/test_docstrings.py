"""Runs the examples of all docstrings. Modules are found, not listed."""

import doctest
import importlib
import pkgutil
from configparser import ConfigParser
from pathlib import Path

import keras
import pytest

SLOW = [
    "atomzoo.models.potential.committee",
    "atomzoo.models.relaxation.global_search",
    "atomzoo.models.training.fit",
    "atomzoo.models.training.train_committee",
    "atomzoo.models.training.train_potential",
    "atomzoo.models.tuning.hypermodel",
]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def packages():
    config = ConfigParser()
    config.read(Path(__file__).parents[1] / "setup.cfg")
    return config["options"]["packages"].split()


def modules():
    """Names of all modules of all packages; test_packaging compares the packages with the folders."""
    for package in packages():
        yield package
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            if not module.ispkg and not module.name.endswith("__main__"):
                yield module.name


def cases():
    """Those that train or search are slow."""
    return [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in modules()]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="examples print TensorFlow's tensors")
@pytest.mark.parametrize("name", cases())
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert failures == 0

"""The same saved potential under JAX and TensorFlow."""

import importlib.util
import os
import subprocess
import sys

import ase.io
import keras
import numpy as np
import pytest

from tests.examples import crystal, small_potential, wide_core
from tests.physics import assert_close

pytestmark = [
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="compares TensorFlow with JAX"),
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs pip install atomzoo[jax]"),
]
# Keras comes first on purpose: JAX is then there before atomzoo can ask for float64.
EVALUATE = """
import sys
import keras
import ase.io
import numpy as np
from atomzoo import NeuralNetworkPotential

assert keras.backend.backend() == "jax"
potential = keras.saving.load_model(sys.argv[1], safe_mode=True)
for index, result in enumerate(potential.evaluate_atoms(ase.io.read(sys.argv[2], ":"), "jax")):
    np.savez(f"{sys.argv[3]}/{index}.npz", **result)
assert potential.engine == "jax"
"""


def test_energy_forces_and_stress_are_the_same(tmp_path):
    potential = small_potential(["Ti", "O"], core=wide_core())
    structures = [crystal(["Ti", "O"]), crystal(["O", "Ti"], pbc=(True, True, False)), crystal(["O"], pbc=False)[:3]]
    potential.save(tmp_path / "potential.keras")
    ase.io.write(tmp_path / "structures.traj", structures)
    files = [str(tmp_path / name) for name in ("potential.keras", "structures.traj", "")]
    command = [sys.executable, "-W", "error::UserWarning", "-c", EVALUATE, *files]
    done = subprocess.run(command, env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for index, expected in enumerate(potential.evaluate_atoms(structures, "tensorflow")):
        result = np.load(tmp_path / f"{index}.npz")
        for name in ("energy", "energies", "forces", "stress", "features"):
            assert result[name].dtype == np.float64
            assert_close(result[name], expected[name], 1e-12, name)
        assert result["n_outside"] == expected["n_outside"]

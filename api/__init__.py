"""atomzoo: a Keras model zoo of Behler-Parrinello neural-network potentials that reproduces the papers."""

import os
import sys

from atomzoo.version import __version__ as __version__

# Energies are summed in float64, which JAX has only when asked: before its import, or after it if Keras came first.
os.environ.setdefault("JAX_ENABLE_X64", "1")
if "jax" in sys.modules:
    sys.modules["jax"].config.update("jax_enable_x64", os.environ["JAX_ENABLE_X64"] not in ("0", "false", "False"))
# TensorFlow's start-up messages are not the user's concern.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

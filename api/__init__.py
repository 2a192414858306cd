"""atomzoo: a Keras model zoo of Behler-Parrinello neural-network potentials that reproduces the papers."""

import os

from atomzoo.version import __version__ as __version__

# Energies are summed in float64, which JAX has only when asked before its first use; TensorFlow does not read this.
os.environ.setdefault("JAX_ENABLE_X64", "1")
# TensorFlow's start-up messages are not the user's concern.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

"""atomzoo: a Keras model zoo of Behler-Parrinello neural-network potentials that reproduces the papers.

The public names, each imported when it is first used, so that `import atomzoo` loads no TensorFlow.
"""

import importlib
import os
import sys

from atomzoo.version import __version__ as __version__

# Energies are summed in float64, which JAX has only when asked: before its import, or after it if Keras came first.
os.environ.setdefault("JAX_ENABLE_X64", "1")
if "jax" in sys.modules:
    sys.modules["jax"].config.update("jax_enable_x64", os.environ["JAX_ENABLE_X64"] not in ("0", "false", "False"))
# TensorFlow's start-up messages are not the user's concern.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

_MODULES = {
    "atomzoo.datasets.io.label_keys": ("LabelKeys",),
    "atomzoo.datasets.io.reading": ("read_structures",),
    "atomzoo.layers": (
        "AtomicNetwork",
        "AtomSum",
        "ChebyshevDescriptor",
        "ChebyshevFunction",
        "CompactDescriptor",
        "CompactFunction",
        "Descriptor",
        "FeatureScaling",
        "PerAtomConv1D",
        "RepulsiveCore",
        "SymmetryFunction",
        "SymmetryFunctionLayer",
    ),
    "atomzoo.models.active_learning.refine": ("iterative_sampling", "refine"),
    "atomzoo.models.formats.lammps": ("pair_commands",),
    "atomzoo.models.formats.loading": ("load_potential", "save_potential"),
    "atomzoo.models.potential.committee": ("Committee",),
    "atomzoo.models.potential.extrapolation": ("ExtrapolationError", "ExtrapolationWarning", "find_extrapolations"),
    "atomzoo.models.potential.function_sets": ("load_function_set",),
    "atomzoo.models.potential.neural_network_potential": ("NeuralNetworkPotential",),
    "atomzoo.models.potential.prediction_errors": ("prediction_errors",),
    "atomzoo.models.relaxation.calculator": ("PotentialCalculator",),
    "atomzoo.models.relaxation.global_search": ("global_minimum",),
    "atomzoo.models.relaxation.relax": ("relax",),
    "atomzoo.models.selection.functions_from_data": ("functions_from_data",),
    "atomzoo.models.training.fit": ("fit",),
    "atomzoo.models.training.train_committee": ("train_committee",),
    "atomzoo.models.training.train_potential": ("train_potential",),
    "atomzoo.models.tuning.grid_search": ("grid_search",),
    "atomzoo.models.tuning.hypermodel": ("PotentialHyperModel",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}
__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'atomzoo' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *__all__])

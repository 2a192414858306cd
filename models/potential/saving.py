"""Potentials to and from `.keras` files."""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np

from atomzoo.datasets.io.output_files import replacing
from atomzoo.datasets.io.words import cut
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.potential.old_files import is_old, load_old_weights, potential_from_old_config

REGISTERED_NAME = keras.saving.get_registered_name(NeuralNetworkPotential)


def save_keras(potential, path):
    """Saves a potential to a `.keras` file, which is replaced only once all is written.

    Args:
        potential: `NeuralNetworkPotential`.
        path: the file, ending in `.keras`, in a folder that exists.

    Raises:
        ValueError: another ending.
        OSError: as `replacing`.
    """
    with replacing(_checked_path(path)) as temporary:
        potential.save(temporary)


def load_keras(path, dtype=None):
    """Loads a potential from a `.keras` file.

    Nothing in the file is run: `safe_mode`, and no file whose model is of another class is deserialized at all.

    Args:
        path: the file, written by `save_keras` or `NeuralNetworkPotential.save`.
        dtype: "float64" for what was trained in float32 and shall be relaxed or compared to more digits than float32
            has, or "float32"; None for that of the file.

    Returns:
        The `NeuralNetworkPotential`, not compiled: files hold no optimizer.

    Raises:
        FileNotFoundError: no such file.
        ValueError: naming the file, if it does not end in `.keras`, is truncated or damaged, is no Keras file, or holds
            another model or weights that are not finite; if `dtype` is neither of the two.

    Example:

    >>> import tempfile
    >>> from atomzoo.layers import SymmetryFunction
    >>> from atomzoo import NeuralNetworkPotential
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     potential = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G1", cutoff=6.0)])
    ...     save_keras(potential, f"{folder}/au.keras")
    ...     load_keras(f"{folder}/au.keras").elements
    ['Au']
    """
    if dtype not in (None, "float32", "float64"):
        raise ValueError(f"`dtype` must be float32 or float64. Received: {dtype!r}")
    path = _checked_path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file '{path}'")
    if not path.is_file():
        raise ValueError(f"'{path}' is not a .keras file, but a folder, device or pipe")
    saved = _saved_model(path)
    name = saved["registered_name"] or saved["class_name"]
    if name != REGISTERED_NAME:
        raise ValueError(f"'{path}' does not hold a potential, but a model of the class {name!r}")
    try:
        potential = _load(path, saved["config"])
    except Exception as error:  # zlib, HDF5, JSON and Keras each fail in their own way
        raise ValueError(f"cannot read the potential in '{path}': {_one_line(error)}") from None
    if not all(np.isfinite(weight).all() for weight in potential.atomic_network.get_weights()):
        raise ValueError(f"'{path}' holds weights that are not finite: its training went wrong, or it is damaged")
    return potential if dtype in (None, potential.compute_dtype) else in_dtype(potential, dtype)


def in_dtype(potential, dtype):
    """The same potential in the other precision."""
    layers = (potential.descriptor, potential.atomic_network, potential.feature_scaling)
    copies = [type(layer).from_config({**layer.get_config(), "dtype": dtype}) for layer in layers]
    core = potential.core and type(potential.core).from_config(potential.core.get_config())
    copy = type(potential)(*copies, provenance=potential.provenance, core=core)
    if potential.descriptor.trainable_variables:  # others are taken as given, not as the first dtype rounded them
        copy.descriptor.set_weights(potential.descriptor.get_weights())
    for name in ("feature_scaling", "atomic_network", "atom_sum"):
        getattr(copy, name).set_weights(getattr(potential, name).get_weights())
    return copy


def _checked_path(path):
    path = Path(path)
    if path.suffix != ".keras":
        raise ValueError(f"The file of a potential must end in .keras. Received: {str(path)!r}")
    return path


def _load(path, config):
    if not is_old(config):
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    potential = potential_from_old_config(NeuralNetworkPotential, config)
    load_old_weights(potential, path)
    return potential


def _saved_model(path):
    """The class and the configuration of the model in a `.keras` file: nothing else is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            saved = json.loads(archive.read("config.json"))
            return {name: saved[name] for name in ("registered_name", "class_name", "config")}
    except Exception as error:  # BadZipFile, KeyError, zlib.error, JSONDecodeError, IsADirectoryError ...
        raise ValueError(f"'{path}' is not a .keras file, or is damaged: {_one_line(error)}") from None


def _one_line(error):
    """What is wrong: Keras puts pages of configuration before and behind it."""
    text = " ".join(str(error).split())
    text = text.rpartition("Exception encountered: ")[2].partition(" Full object config")[0]
    return cut(text) or type(error).__name__

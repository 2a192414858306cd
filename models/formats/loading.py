"""Potentials of atomzoo and of other programs, told apart by what is there."""

from pathlib import Path

from atomzoo.datasets.io.output_files import check_output
from atomzoo.models.formats.aenet import find_networks, read_aenet, write_aenet
from atomzoo.models.formats.lammps import is_network_file, read_lammps, write_lammps
from atomzoo.models.formats.n2p2 import read_n2p2, write_n2p2
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.potential.saving import load_keras, save_keras
from atomzoo.models.zoo.presets import preset_file

FORMATS = ("aenet", "n2p2", "lammps", "keras")


def load_potential(path, length_unit="A", energy_unit="eV", dtype=None):
    """Loads a potential: one of the zoo, from a file, or from a folder of files of aenet, n2p2 or RuNNer.

    Args:
        path: the name of one of the zoo, see `atomzoo list`; a `.keras` file; the file of LAMMPS's nn/manybody; a
            folder that holds one aenet network an element (`Ti.nn`, `O.nn`, or `.nn.ascii`); or one that holds
            `input.nn`, `scaling.data` and `weights.*.data`.
        length_unit, energy_unit: those of n2p2's files, which do not say theirs; see `read_n2p2`.
        dtype: of a potential from a `.keras` file, see `load_keras`; None for that of the file.

    Returns:
        `NeuralNetworkPotential`; float64 if it comes from another program.

    Raises:
        FileNotFoundError: no such file.
        ValueError: no such potential, file or folder; naming the file, if it cannot be read.

    Example:

    >>> import tempfile
    >>> from atomzoo.layers import SymmetryFunction
    >>> from atomzoo import NeuralNetworkPotential
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G1", cutoff=6.0)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = save_potential(potential, folder, "aenet")
    ...     load_potential(folder).elements
    ['Au']
    """
    path = Path(path)
    if not path.exists() and not path.suffix:
        path = preset_file(str(path))
    if path.is_file() and is_network_file(path):
        return read_lammps(path)
    if not path.is_dir():
        return load_keras(path, dtype)
    if (path / "input.nn").exists():
        return read_n2p2(path, length_unit, energy_unit)
    if find_networks(path):
        return read_aenet(path)
    raise ValueError(f"'{path}' holds neither aenet networks, which end in .nn or .nn.ascii, nor n2p2's input.nn")


def save_potential(potential, path, format="keras", ascii=False, length_unit="A", energy_unit="eV"):
    """Writes a potential in a format of `FORMATS`; all is checked before anything is written.

    Args:
        potential: `NeuralNetworkPotential`; for lammps also `Committee`.
        path: a folder for aenet and n2p2, made if it is not there; a file for lammps and keras.
        format: "aenet", "n2p2", "lammps" or "keras".
        ascii: for aenet, text instead of binary files.
        length_unit, energy_unit: for n2p2, see `write_n2p2`.

    Raises:
        ValueError: something that the format cannot hold, and what.
        OSError: it cannot be written.
    """
    if format not in FORMATS:
        raise ValueError(f"`format` must be one of {', '.join(FORMATS)}. Received: {format!r}")
    if format != "lammps" and not isinstance(potential, NeuralNetworkPotential):
        raise ValueError(f"Files of {format} hold a NeuralNetworkPotential. Received: a {type(potential).__name__}")
    if format == "keras":
        save_keras(potential, check_output(path))
    elif format == "aenet":
        write_aenet(potential, path, ascii)
    elif format == "lammps":
        write_lammps(potential, path)
    else:
        write_n2p2(potential, path, length_unit, energy_unit)

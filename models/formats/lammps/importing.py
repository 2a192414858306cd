"""From the network file of `pair_style nn/manybody` to a potential."""

import numpy as np

from atomzoo.layers import AtomicNetwork, FeatureScaling, SymmetryFunctionLayer
from atomzoo.layers.descriptors.from_functions import descriptor_from_functions
from atomzoo.layers.descriptors.functions import SymmetryFunction
from atomzoo.models.formats.lammps.network_reader import read_network_file
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential


def read_lammps(path):
    """Makes a potential of a network that was written for LAMMPS.

    Energies and forces are those of `pair_style nn/manybody`; the smallest and largest values of the features are those
    of the file, which are wider by rounding than those of the potential that it was written from.

    Args:
        path: the file that `write_lammps` wrote.

    Returns:
        `NeuralNetworkPotential`, float64.

    Raises:
        ValueError: what cannot be read, naming file and line.
        OSError: the file cannot be opened.

    Example:

    >>> import tempfile
    >>> from atomzoo import NeuralNetworkPotential
    >>> from atomzoo.layers import SymmetryFunction
    >>> from atomzoo.models.formats.lammps import read_lammps, write_lammps
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G2", cutoff=6.0, eta=0.2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_lammps(potential, f"{folder}/gold.nn")
    ...     [str(function) for function in read_lammps(f"{folder}/gold.nn").functions]
    ['G2(Au) cutoff=6 eta=0.2 rs=0']
    """
    file = read_network_file(path)
    try:
        return _potential(file)
    except ValueError as error:
        raise ValueError(f"'{path}': {error}") from None


def _potential(file):
    descriptor, networks = _descriptor(file), file.networks
    network = AtomicNetwork(
        file.elements,
        descriptor.n_features,
        hidden={element: tuple(len(bias) for *_, bias in own.layers[:-1]) for element, own in networks.items()},
        activation={element: [name for name, *_ in own.layers] for element, own in networks.items()},
        feature_columns={element: own.columns for element, own in networks.items()},
        name="atomic_network",
        dtype="float64",
    )
    scaling = FeatureScaling(
        len(file.elements), descriptor.n_features, "z-score", tolerance=None, name="feature_scaling", dtype="float64"
    )
    potential = NeuralNetworkPotential(descriptor, network, scaling, core=file.core)
    for index, element in enumerate(file.elements):
        _set_numbers(potential, index, networks[element])
    potential.atom_sum.scale.assign(file.scale)
    potential.atom_sum.shifts.assign([networks[element].shift for element in file.elements])
    return potential


def _descriptor(file):
    if not file.double_count:
        options = {"name": "descriptor", "dtype": "float64"}
        return descriptor_from_functions(file.functions, file.elements, file.cutoff_function, **options)
    if not all(isinstance(function, SymmetryFunction) for function in file.functions):
        raise ValueError("Chebyshev and compact functions count each pair of neighbors once. Received: pair_count 2")
    options = {"double_count": True, "name": "descriptor", "dtype": "float64"}
    return SymmetryFunctionLayer(file.functions, file.elements, file.cutoff_function, **options)


def _set_numbers(potential, index, own):
    """(G - offset) * factor as a z-score; the sign of the factor, or that it is 0, goes into the first kernel."""
    offset, factor, smallest, largest = own.inputs.T
    deviation = 1.0 / np.where(factor == 0, 1.0, np.abs(factor))
    potential.feature_scaling.set_statistics(index, smallest, largest, offset, deviation, columns=own.columns)
    kernels = [kernel for _, kernel, _ in own.layers]
    kernels[0] = np.sign(factor)[:, None] * kernels[0]
    for dense, kernel, (*_, bias) in zip(potential.atomic_network.stacks[index], kernels, own.layers, strict=True):
        dense.kernel.assign(kernel[None])
        dense.bias.assign(bias)

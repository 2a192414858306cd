"""From the files of an n2p2 or RuNNer potential to a `NeuralNetworkPotential`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atomzoo.datasets.io.units import Units
from atomzoo.models.formats.n2p2.functions import converted
from atomzoo.models.formats.n2p2.settings import Settings, read_settings
from atomzoo.models.formats.n2p2.tables import find_weights, read_scaling, read_weights
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential


@dataclass(frozen=True)
class Files:
    """The content of a folder, in its own units.

    Attributes:
        settings: `Settings`.
        statistics: arrays (n, 4), one for each element, see `read_scaling`.
        hidden: dict from element to the widths of its hidden layers.
        layers: dict from element to a list of (kernel, bias).
    """

    settings: Settings
    statistics: list
    hidden: dict
    layers: dict


def read_n2p2(folder, length_unit="A", energy_unit="eV"):
    """Reads a potential of n2p2 or RuNNer: `input.nn`, `scaling.data` and `weights.ZZZ.data` of each element.

    Symmetry functions of types 2, 3 and 9 (with shifts) and the compact ones of types 20 to 25, cutoff types 1 to 3 and
    5 to 8, all scalings and activations, and normalized data sets (`mean_energy` ...) are read; of the keywords of
    `input.nn`, those about training are left aside, and any other that is not known is an error. The files do not say
    their units: n2p2's examples have both, RuNNer always Bohr and Hartree.

    Args:
        folder: the folder with the files.
        length_unit: unit of lengths in the files, "A" or "Bohr".
        energy_unit: unit of energies in the files, "eV" or "Hartree".

    Returns:
        `NeuralNetworkPotential` in float64, eV and A, that gives n2p2's energies and forces. Its elements are ordered
        by atomic number, its functions as n2p2 orders them, those of the first element first.

    Raises:
        ValueError: what cannot be read or is not supported, with file, line and keyword.
        OSError: a file cannot be opened.

    References:
        Behler, Int. J. Quantum Chem. 115, 1032 (2015); Singraber, Behler and Dellago, J. Chem. Theory Comput. 15, 1827
        (2019).
    """
    units = Units.named(length_unit, energy_unit)
    potential = _potential(read_files(folder), units)
    potential.provenance = {"n2p2": {"length_unit": length_unit, "energy_unit": energy_unit}}
    return potential


def read_functions(path, length_unit="A"):
    """The symmetry functions that an `input.nn` describes.

    Args:
        path: the file.
        length_unit: unit of lengths in it, "A" or "Bohr".

    Returns:
        Dict from central element to its list of `SymmetryFunction`s and `CompactFunction`s, in A and A^-2, in the order
        of the file; and the cutoff layer of all.

    Raises:
        ValueError: what cannot be read or is not supported, with line and keyword.
        OSError: the file cannot be opened.
    """
    units, settings = Units.named(length_unit, "eV"), read_settings(path)
    functions = {element: [converted(f, units) for f in own] for element, own in settings.functions.items()}
    return functions, settings.cutoff_function


def read_files(folder):
    """The content of the folder, checked, as `Files`."""
    folder = Path(folder)
    settings = read_settings(folder / "input.nn")
    counts = [len(settings.functions[element]) for element in settings.elements]
    statistics = read_scaling(folder / "scaling.data", counts, settings.scaling["method"])
    hidden, layers = {}, {}
    for element, n_functions in zip(settings.elements, counts, strict=True):
        path = find_weights(folder, element)
        hidden[element], layers[element] = read_weights(path, n_functions, settings.widths[element])
        if settings.normalize_nodes:
            layers[element] = [(kernel / len(kernel), bias / len(kernel)) for kernel, bias in layers[element]]
    return Files(settings, statistics, hidden, layers)


def _potential(files, units):
    settings = files.settings
    elements = settings.elements
    own = {element: [converted(f, units) for f in settings.sorted_functions(element)] for element in elements}
    functions = list(dict.fromkeys(function for element in elements for function in own[element]))
    place = {function: column for column, function in enumerate(functions)}
    columns = {element: [place[function] for function in own[element]] for element in elements}
    potential = NeuralNetworkPotential.from_functions(
        elements,
        functions,
        hidden=files.hidden,
        activation=settings.activations,
        scaling=settings.scaling,
        cutoff_function=settings.cutoff_function,
        feature_columns=columns,
        dtype="float64",
    )
    for index, element in enumerate(elements):
        potential.feature_scaling.set_statistics(index, *files.statistics[index].T, columns=columns[element])
        for dense, (kernel, bias) in zip(potential.atomic_network.stacks[index], files.layers[element], strict=True):
            dense.kernel.assign(kernel[None])
            dense.bias.assign(bias)
    potential.atom_sum.scale.assign(settings.scale * units.energy)
    potential.atom_sum.shifts.assign(np.array([settings.shifts[element] for element in elements]) * units.energy)
    return potential

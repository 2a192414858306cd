"""From a `NeuralNetworkPotential` to the files of n2p2."""

from dataclasses import dataclass

import numpy as np
from ase.data import atomic_numbers

from atomzoo.datasets.io.output_files import write_files
from atomzoo.datasets.io.units import Units
from atomzoo.datasets.io.words import to_text
from atomzoo.layers import CosineCutoff, PolynomialCutoff, TanhCutoff
from atomzoo.models.formats.n2p2.functions import format_function, parse_function, sort_key
from atomzoo.models.formats.n2p2.networks import ACTIVATIONS
from atomzoo.models.formats.n2p2.tables import format_scaling, format_weights, weights_file
from atomzoo.models.potential.first_layer import folded_first_layer

SCALINGS = {
    "min-max": ("scale_symmetry_functions",),
    "centered": ("center_symmetry_functions",),
    "min-max-centered": ("scale_symmetry_functions", "center_symmetry_functions"),
    "z-score": ("scale_symmetry_functions_sigma",),
    "none": (),
}


@dataclass(frozen=True)
class Network:
    """What the files hold of one element.

    Attributes:
        functions: lines of its functions, in n2p2's order.
        statistics: array (n, 4): minimum, maximum, mean and standard deviation of these.
        layers: list of (kernel, bias).
        letters: n2p2's names of the activations of the layers.
    """

    functions: list
    statistics: np.ndarray
    layers: list
    letters: list


def write_n2p2(potential, folder, length_unit="A", energy_unit="eV"):
    """Writes a potential as n2p2 reads it: `input.nn`, `scaling.data` and `weights.ZZZ.data` of each element.

    Everything is checked first. Existing files of these names are replaced once all are complete; other files in the
    folder stay. A feature that is constant over an element's training data contributes nothing, and is left out of its
    functions; networks of different widths are filled up with nodes of weight 0.

    Args:
        potential: `NeuralNetworkPotential`.
        folder: the folder, made if it is not there.
        length_unit: unit of lengths in the files, "A" or "Bohr".
        energy_unit: unit of energies in the files, "eV" or "Hartree".

    Raises:
        ValueError: what n2p2 cannot hold; nothing has been written then.
        OSError: the files cannot be written.

    Example:

    >>> import tempfile
    >>> from atomzoo.layers import SymmetryFunction
    >>> from atomzoo import NeuralNetworkPotential
    >>> from atomzoo.models.formats.n2p2 import read_n2p2, write_n2p2
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G2", cutoff=6.0, eta=0.2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_n2p2(potential, folder)
    ...     [str(function) for function in read_n2p2(folder).functions]
    ['G2(Au) cutoff=6 eta=0.2 rs=0']
    """
    units = Units.named(length_unit, energy_unit)
    elements = sorted(potential.elements, key=atomic_numbers.get)
    if potential.core is not None:
        raise ValueError("n2p2's files hold no repulsive core: train without. Received: a potential with one")
    if getattr(potential.descriptor, "double_count", False):
        raise ValueError("n2p2 counts each pair of neighbors once, this potential twice")
    networks = {element: _network(potential, element, elements, units) for element in elements}
    _fill_up(networks)
    texts = {
        "input.nn": _settings(potential, networks, units, f"{length_unit} and {energy_unit}"),
        "scaling.data": format_scaling([network.statistics for network in networks.values()]),
        **{weights_file(element): format_weights(network.layers) for element, network in networks.items()},
    }
    write_files(folder, {name: text.encode() for name, text in texts.items()})


def _network(potential, element, elements, units):
    index, scaling = potential.elements.index(element), potential.feature_scaling
    constant = np.asarray(scaling.is_constant())[index]
    given, _, _, *first_layer = folded_first_layer(potential, index)
    lines = {}
    for position, column in enumerate(given):
        if not constant[column]:
            lines[position] = format_function(element, potential.functions[column], elements, units)
    if not lines:
        raise ValueError(f"n2p2 needs functions that vary, those of {element} are constant over the training data")

    def key(position):  # of the numbers that a reader will see
        _, function = parse_function(lines[position].split()[1:], elements)
        return sort_key(function, elements)

    order = sorted(lines, key=key)
    columns = [given[position] for position in order]
    tables = (scaling.minimum, scaling.maximum, scaling.mean, scaling.deviation)
    layers = [first_layer] + [
        (np.asarray(dense.kernel)[0].astype("float64"), np.asarray(dense.bias).astype("float64"))
        for dense in potential.atomic_network.stacks[index][1:]
    ]
    layers[0] = (layers[0][0][order], layers[0][1])
    if not all(np.isfinite(values).all() for layer in layers for values in layer):
        raise ValueError(f"the weights of {element} are not finite")
    return Network(
        [lines[position] for position in order],
        np.stack([np.asarray(table)[index][columns] for table in tables], axis=1),
        layers,
        [_letter(name) for name in potential.atomic_network.activation[element]],
    )


def _letter(name):
    for letter, known in ACTIVATIONS.items():
        if name == known:
            return letter
    raise ValueError(f"n2p2 has no activation {name!r}, only {', '.join(ACTIVATIONS.values())}")


def _fill_up(networks):
    """Gives all networks the same widths: what `element_nodes_short` means changes with n2p2's version."""
    depths = {len(network.layers) for network in networks.values()}
    if len(depths) > 1 or 1 in depths:
        given = {element: len(network.layers) - 1 for element, network in networks.items()}
        raise ValueError(f"n2p2 needs one or more hidden layers, as many for each element. Received: {given}")
    for k in range(depths.pop() - 1):
        width = max(len(network.layers[k][1]) for network in networks.values())
        for network in networks.values():
            (kernel, bias), (following, following_bias) = network.layers[k : k + 2]
            more = width - len(bias)
            network.layers[k] = (np.pad(kernel, ((0, 0), (0, more))), np.pad(bias, (0, more)))
            network.layers[k + 1] = (np.pad(following, ((0, more), (0, 0))), following_bias)


def _settings(potential, networks, units, unit_names):
    widths = [str(len(bias)) for _, bias in next(iter(networks.values())).layers[:-1]]
    lines = [
        f"# Written by atomzoo. Units: {unit_names}",
        f"number_of_elements {len(networks)}",
        f"elements {' '.join(networks)}",
        *_energy_lines(potential, networks, units),
        _cutoff_line(potential.descriptor.cutoff_function),
        *_scaling_lines(potential.feature_scaling),
        f"global_hidden_layers_short {len(widths)}",
        f"global_nodes_short {' '.join(widths)}",
        *_activation_lines(networks),
        *(line for network in networks.values() for line in network.functions),
    ]
    return "\n".join(lines) + "\n"


def _energy_lines(potential, networks, units):
    """E = sum over atoms of (network / conv_energy + mean_energy + atom_energy of the element)."""
    scale, shifts = float(potential.atom_sum.scale), np.asarray(potential.atom_sum.shifts)
    if not (0 < scale < np.inf and np.isfinite(shifts).all()):
        raise ValueError(f"scale and shifts of the energy must be finite. Received: {scale} and {shifts.tolist()}")
    if scale != units.energy:
        texts = [f"{units.energy / scale:.{digits}g}" for digits in range(1, 18)]
        exact = [text for text in texts if 1.0 / float(text) * units.energy == scale]
        yield from ("mean_energy 0", f"conv_energy {[*exact, texts[-1]][0]}", "conv_length 1")
    for element in networks:
        yield f"atom_energy {element} {to_text(float(shifts[potential.elements.index(element)]), units.energy)}"


def _cutoff_line(cutoff_function):
    alpha = cutoff_function.inner_fraction
    if type(cutoff_function) is CosineCutoff:
        return f"cutoff_type 1 {to_text(alpha)}"
    if type(cutoff_function) is PolynomialCutoff:
        return f"cutoff_type {4 + cutoff_function.order} {to_text(alpha)}"
    if type(cutoff_function) is TanhCutoff and not alpha:
        return f"cutoff_type {3 if cutoff_function.normalized else 2}"
    raise ValueError(f"n2p2 has no cutoff function {type(cutoff_function).__name__} with inner_fraction={alpha}")


def _scaling_lines(scaling):
    method, output_range = (scaling.method, scaling.output_range) if not scaling.second_step else ("z-score", (0, 1))
    yield from SCALINGS[method]
    if output_range:
        low, high = output_range
        yield from (f"scale_min_short {to_text(low)}", f"scale_max_short {to_text(high)}")


def _activation_lines(networks):
    letters = {element: network.letters for element, network in networks.items()}
    common = next(iter(letters.values()))
    yield f"global_activation_short {' '.join(common)}"
    for element, own in letters.items():
        if own[-1] != common[-1]:
            raise ValueError(f"n2p2 needs one activation of all outputs. Received: {common[-1]} and {own[-1]}")
        if own != common:
            yield f"element_activation_short {element} {' '.join(own)}"

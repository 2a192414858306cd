"""From a `NeuralNetworkPotential` to the text that the C++ of this folder, and LAMMPS's nn/manybody, read."""

from itertools import combinations_with_replacement

import numpy as np

from atomzoo.layers import CosineCutoff, PolynomialCutoff, RepulsiveCore, TanhCutoff
from atomzoo.layers.descriptors.compact_functions import COMPACT_PARAMETERS
from atomzoo.layers.descriptors.functions import PARAMETERS
from atomzoo.models.potential.extrapolation import widened_range
from atomzoo.models.potential.first_layer import folded_first_layer

VERSION = 1
CUTOFF_OPTIONS = {
    CosineCutoff: ("cosine", ()),
    TanhCutoff: ("tanh", ("normalized",)),
    PolynomialCutoff: ("polynomial", ("order",)),
}
# Names of activations, and those of the same in the file; `atomic_network.h` has their formulas.
ACTIVATIONS = {
    name: name
    for name in (
        "linear tanh mtanh twist sigmoid reverse_sigmoid gaussian decay exponential harmonic relu leaky_relu cosine "
        "softplus log_sigmoid softsign silu mish gelu elu selu"
    ).split()
} | {"swish": "silu"}
HEADER = """\
# A neural-network potential of atomzoo. LAMMPS, with units metal, reads it by
#     pair_style nn/manybody
#     pair_coeff * * FILE {elements}        (the elements of the atom types)
# Lengths are in A, energies in eV. Each input of a network is (G - offset) * factor of one of the functions G below,
# numbered from 0; its smallest and largest value in the training data are widened by rounding. Of each layer there are
# activation, numbers of inputs and of nodes; then the biases, and for each input one line of weights. A core, where
# there is one, has the atomic number of each element, and the inner and the outer radius of each pair of elements:
# first and first, first and second, and so on.
"""


def network_text(potential):
    """The text of a potential, each number with all its digits: the content of a file for LAMMPS's nn/manybody.

    Args:
        potential: `NeuralNetworkPotential`.

    Raises:
        ValueError: something that the format does not know, and what.

    Example:

    >>> from atomzoo.layers import SymmetryFunction
    >>> from atomzoo import NeuralNetworkPotential
    >>> from atomzoo.models.potential.native.network_text import network_text
    >>> potential = NeuralNetworkPotential.from_functions(["Au"], [SymmetryFunction("G2", cutoff=6.0, eta=0.2)])
    >>> [line for line in network_text(potential).splitlines() if line.startswith("G2")]
    ['G2 cutoff 6.0 eta 0.2 rs 0.0 neighbors Au']
    """
    return "\n".join(_lines(potential)) + "\n"


def _lines(potential):
    elements = " ".join(potential.elements)
    lines = [
        f"nn/manybody {VERSION}",
        *HEADER.format(elements=elements).splitlines(),
        f"elements {elements}",
        _cutoff_line(potential.descriptor.cutoff_function),
        f"pair_count {2 if getattr(potential.descriptor, 'double_count', False) else 1}",
        f"energy_scale {_number(potential.atom_sum.scale)}",
        *_core_lines(potential.core),
        f"functions {len(potential.functions)}",
        *(_function_line(function) for function in potential.functions),
    ]
    for element in potential.elements:
        lines += _network_lines(potential, element)
    return [*lines, "end"]


def _cutoff_line(cutoff_function):
    if type(cutoff_function) not in CUTOFF_OPTIONS:
        raise ValueError(f"nn/manybody has no cutoff function {type(cutoff_function).__name__}")
    name, options = CUTOFF_OPTIONS[type(cutoff_function)]
    values = "".join(f" {option} {int(getattr(cutoff_function, option))}" for option in options)
    return f"cutoff_function {name} inner_fraction {_number(cutoff_function.inner_fraction)}{values}"


def _core_lines(core):
    if core is None:
        return []
    if type(core) is not RepulsiveCore:
        raise ValueError(f"nn/manybody has no core {type(core).__name__}, only RepulsiveCore")
    pairs = combinations_with_replacement(range(len(core.numbers)), 2)
    radii = " ".join(f"{_number(core.inner[a][b])} {_number(core.outer[a][b])}" for a, b in pairs)
    return [f"core zbl numbers {' '.join(map(str, core.numbers))} radii {radii}"]


def _function_line(function):
    if function.kind in PARAMETERS:
        names = PARAMETERS[function.kind]
        values = " ".join(f"{name.rstrip('_')} {_number(getattr(function, name))}" for name in names)
        return f"{function.kind} {values} neighbors {' '.join(function.neighbors)}"
    weights = "".join(f" {element} {_number(weight)}" for element, weight in function.weights)
    counted = f" weights{weights}" if weights else ""
    if function.kind in COMPACT_PARAMETERS:
        counted = counted or f" neighbors {' '.join(function.neighbors)}"
        values = ((name, getattr(function, name)) for name in COMPACT_PARAMETERS[function.kind])
        texts = (f" {name} {value if name == 'subtype' else _number(value)}" for name, value in values)
        return f"{function.kind}{''.join(texts)}{counted}"
    return f"{function.kind} cutoff {_number(function.cutoff)} order {function.order}{counted}"


def _network_lines(potential, element):
    index = potential.elements.index(element)
    columns, offset, factor, *first_layer = folded_first_layer(potential, index)
    smallest, largest = widened_range(potential, element)
    stack, activations = potential.atomic_network.stacks[index], potential.atomic_network.activation[element]
    layers = [first_layer, *((np.asarray(dense.kernel)[0], np.asarray(dense.bias)) for dense in stack[1:])]
    lines = [
        f"element {element}",
        f"energy_shift {_number(np.asarray(potential.atom_sum.shifts)[index])}",
        f"inputs {len(columns)}",
        *(
            f"{k} {_numbers(linear)} {float(smallest[k])!r} {float(largest[k])!r}"
            for k, *linear in zip(columns, offset, factor, strict=True)
        ),
        f"layers {len(layers)}",
    ]
    for (kernel, bias), activation in zip(layers, activations, strict=True):
        lines += _layer_lines(kernel, bias, activation, element)
    return lines


def _layer_lines(kernel, bias, activation, element):
    if activation not in ACTIVATIONS:
        raise ValueError(f"nn/manybody has no activation {activation!r} of {element}, only {', '.join(ACTIVATIONS)}")
    n_in, n_out = kernel.shape
    return [f"layer {ACTIVATIONS[activation]} {n_in} {n_out}", _numbers(bias), *map(_numbers, kernel)]


def _numbers(values):
    return " ".join(_number(value) for value in values)


def _number(value):
    """All digits of a float64."""
    value = float(value)
    if not np.isfinite(value):
        raise ValueError(f"the numbers of a potential must be finite. Received: {value}")
    return repr(value)

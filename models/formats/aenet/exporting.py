"""From a potential to aenet networks."""

from pathlib import Path

import numpy as np

from atomzoo.datasets.io.output_files import write_files
from atomzoo.layers.descriptors.compact_functions import CompactFunction
from atomzoo.layers.descriptors.cutoffs import CosineCutoff
from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.models.formats.aenet.fields import network_content
from atomzoo.models.formats.aenet.importing import CONSTANT, deviation, network_setup
from atomzoo.models.formats.aenet.network import ACTIVATIONS, AenetNetwork
from atomzoo.models.formats.aenet.setup import FIELDS, KEYS, AenetSetup, basis_parameters, canonical_order
from atomzoo.models.potential.first_layer import folded_first_layer

RMIN = 0.75  # A; aenet sets aside memory for as many neighbors as fit at this distance
# aenet finds a deviation as sqrt(cov - avg^2). Beyond this avg / deviation, too few digits would be left.
LARGEST_RATIO = 300.0


def write_aenet(potential, folder, ascii=False):
    """Writes one aenet network for each element, `Ti.nn`, `O.nn` or, ASCII, `Ti.nn.ascii`, `O.nn.ascii`.

    aenet's z-scores are made equal to the potential's own scaling through the first layer's weights. A potential that
    came from aenet and was not trained since is written as it came, to the last bit.

    Args:
        potential: `NeuralNetworkPotential`.
        folder: made if it is not there, in a folder that is.
        ascii: see `write_network`.

    Returns:
        List of the files' paths.

    Raises:
        ValueError: something that aenet's format cannot hold, and what; nothing is written then.
        OSError: the folder cannot be written to.
    """
    ending = ".nn.ascii" if ascii else ".nn"
    contents = {f"{e}{ending}": network_content(network, ascii) for e, network in to_networks(potential).items()}
    write_files(folder, contents)
    return [Path(folder) / name for name in contents]


def to_networks(potential):
    """`AenetNetwork` of each element, a dict.

    Raises:
        ValueError: something that aenet's format cannot hold.
    """
    _check(potential)
    return {element: _network(potential, index) for index, element in enumerate(potential.elements)}


def _check(potential):
    if potential.core is not None:
        raise ValueError("aenet's files hold no repulsive core: train without. Received: a potential with one")
    layer = potential.descriptor
    cutoff_function = layer.cutoff_function
    if type(cutoff_function) is not CosineCutoff or cutoff_function.inner_fraction:
        name = type(cutoff_function).__name__
        inner = f", inner_fraction={cutoff_function.inner_fraction:g}" if cutoff_function.inner_fraction else ""
        raise ValueError(f"aenet has only the cosine cutoff function. Received: {name}{inner}")
    if getattr(layer, "double_count", False) and any(function.is_angular for function in layer.functions):
        raise ValueError("aenet counts each pair of neighbors once. Received: double_count=True")
    for element, names in potential.atomic_network.activation.items():
        for name in names:
            if name not in ACTIVATIONS:
                known = ", ".join(ACTIVATIONS)
                raise ValueError(f"aenet has only the activations {known}. Received: {name!r} of {element}")
    for function in layer.functions:
        if isinstance(function, CompactFunction):
            raise ValueError(f"aenet has no compact symmetry functions. Received: {function}")
        if isinstance(function, SymmetryFunction) and function.is_angular and function.rs:
            raise ValueError(f"aenet cannot shift the distances of {function.kind}. Received: {function}")


def _network(potential, index):
    element = potential.elements[index]
    columns, offset, factor, kernel, bias = folded_first_layer(potential, index)
    if unchanged := _unchanged(potential, index, columns):
        return unchanged
    setup = AenetSetup(element, potential.elements, [potential.functions[column] for column in columns], RMIN)
    order = canonical_order(setup)
    columns = [columns[k] for k in order]
    statistics, first = _with_z_scores(potential, index, columns, offset[order], factor[order], kernel[order], bias)
    layers = [first, *_layers(potential, index)[1:]]
    count = int(np.asarray(potential.feature_scaling.count)[index])
    return AenetNetwork(
        nodes=(len(columns), *(len(bias) for _, bias in layers)),
        activations=tuple(potential.atomic_network.activation[element]),
        weights=_joined(layers),
        n_evaluations=count,
        file="none",
        normalized=True,
        scale=1.0 / float(potential.atom_sum.scale),
        shift=0.0,
        elements=tuple(potential.elements),
        atom_energies=np.array(potential.atom_sum.shifts, dtype="float64"),
        n_atoms=int(np.sum(np.asarray(potential.feature_scaling.count))),
        n_structures=0,
        energy_range=np.array([-1.0, 1.0, 0.0]),
        **statistics,
        **_function_fields(setup),
    )


def _layers(potential, index):
    """Kernel and bias of each layer, float64."""
    stacks = potential.atomic_network.stacks[index]
    return [tuple(np.asarray(w, dtype="float64") for w in (dense.kernel[0], dense.bias)) for dense in stacks]


def _joined(layers):
    return np.concatenate([np.vstack([kernel, bias]).ravel() for kernel, bias in layers])


def _function_fields(setup):
    if setup.is_chebyshev:
        kind, kinds, types = "Chebyshev", [0] * len(setup.functions), [(0, 0)] * len(setup.functions)
        parameters = [basis_parameters(setup.functions, setup.neighbor_elements)]
        parameters += [(0.0,) * 4] * (len(setup.functions) - 1)
    else:
        kind, kinds = "Behler2011", [int(function.kind[1]) for function in setup.functions]
        keys = {name: [FIELDS[key] for key in KEYS[name] if key in FIELDS] for name in KEYS}
        values = [[getattr(function, key) for key in keys[function.kind]] for function in setup.functions]
        parameters = [row + [0.0] * (4 - len(row)) for row in values]
        places = [[setup.neighbor_elements.index(e) + 1 for e in f.neighbors] for f in setup.functions]
        types = [row + [0] * (2 - len(row)) for row in places]
    return {
        "description": "",
        "element": setup.element,
        "neighbor_elements": setup.neighbor_elements,
        "rmin": setup.rmin,
        "cutoff": max(function.cutoff for function in setup.functions),
        "setup_type": kind,
        "kinds": np.array(kinds),
        "parameters": np.array(parameters, dtype="float64"),
        "neighbor_types": np.array(types),
    }


def _with_z_scores(potential, index, columns, offset, factor, kernel, bias):
    """The statistics in aenet's terms, and the first layer's kernel and bias that go with them.

    The layer of `folded_first_layer` takes x = (G - offset) factor, that of aenet z = (G - avg) / sqrt(cov - avg^2).
    """
    scaling = potential.feature_scaling
    tables = (scaling.minimum, scaling.maximum, scaling.mean, scaling.deviation)
    smallest, largest, mean, spread = (np.array(table)[index, columns] for table in tables)
    constant = np.array(scaling.is_constant())[index, columns]
    # Where the deviation would lose its digits or is 0 in spite of a factor, z = G is as good.
    plain = ~constant & ((spread <= 2 * CONSTANT) | (np.abs(mean) > LARGEST_RATIO * spread))
    mean, spread = np.where(plain | constant, 0.0, mean), np.where(plain, 1.0, np.where(constant, 0.0, spread))
    mean_square = mean * mean + spread * spread
    actual = np.sqrt(np.maximum(mean_square - mean * mean, 0.0))
    kernel_z = kernel * np.where(constant, 1.0, actual * factor)[:, None]
    bias_z = bias + (np.where(constant, 0.0, mean - offset) * factor) @ kernel
    known = np.isfinite(smallest) & np.isfinite(largest)
    return {
        "minimum": np.where(known, smallest, 0.0),
        "maximum": np.where(known, largest, 0.0),
        "mean": mean,
        "mean_square": mean_square,
    }, (kernel_z, bias_z)


def _unchanged(potential, index, columns):
    """The network as aenet's file held it, with the present weights; None if more than the weights is not the same."""
    element = potential.elements[index]
    fields = ((potential.provenance or {}).get("aenet") or {}).get(element)
    if fields is None:
        return None
    origin = AenetNetwork.from_dict(fields, _joined(_layers(potential, index)))
    setup, scaling = network_setup(origin), potential.feature_scaling
    given = resolve(setup.functions, potential.elements)
    functions = [given[k] for k in canonical_order(setup)]
    mean, spread = (np.array(table)[index, columns] for table in (scaling.mean, scaling.deviation))
    same = (
        scaling.method == "z-score",
        [potential.functions[column] for column in columns] == functions,
        np.array_equal(mean, origin.mean),
        np.array_equal(spread, deviation(origin)),
        1.0 / origin.scale == float(potential.atom_sum.scale),
        origin.shift + origin.atom_energy == float(potential.atom_sum.shifts[index]),
        origin.nodes == (len(columns), *potential.atomic_network.hidden[element], 1),
        list(origin.activations) == potential.atomic_network.activation[element],
    )
    return origin if all(same) else None

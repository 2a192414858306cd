"""Reading and writing aenet network files, binary (`.nn`) and ASCII (`.nn.ascii`): the fields, in their order."""

from pathlib import Path

import numpy as np

from atomzoo.datasets.io.output_files import replacing
from atomzoo.datasets.io.words import cut
from atomzoo.models.formats.aenet.network import ACTIVATIONS, N_PARAMETERS, AenetNetwork, layer_sizes
from atomzoo.models.formats.aenet.records import RecordReader, RecordWriter, is_binary
from atomzoo.models.formats.aenet.text import TextReader, TextWriter

SYMBOL, PATH, DESCRIPTION, SET_UP_TYPE = 2, 1024, 1024, 100  # characters


def read_network(path):
    """Reads one element's aenet network, binary or ASCII, whichever it is.

    Args:
        path: the file.

    Returns:
        `AenetNetwork`.

    Raises:
        ValueError: what cannot be read, naming file and place.
        OSError: the file cannot be opened.
    """
    with open(path, "rb") as file:
        source = RecordReader(file) if is_binary(file) else TextReader(file)
        try:
            network = _read(source)
            source.finish()
        except (ValueError, OverflowError) as error:
            raise ValueError(f"'{path}', {source.place}: {cut(str(error))}") from None
    return network


def write_network(network, path, ascii=False):
    """Writes one element's network; `read_network` gives back the same numbers to the last bit.

    Args:
        network: `AenetNetwork`.
        path: the file, replaced only once all is written.
        ascii: whether to write text, the form that aenet's tools convert, or the binary form that `predict.x` reads.
    """
    with replacing(Path(path)) as temporary:
        temporary.write_bytes(network_content(network, ascii))


def network_content(network, ascii=False):
    """What `write_network` writes, bytes."""
    sink = TextWriter() if ascii else RecordWriter()
    _write(sink, network)
    return sink.content()


def _read(source):
    fields = _read_layers(source)
    fields["description"] = source.text("description", DESCRIPTION)
    fields["element"] = source.text("atom type", SYMBOL).strip()
    n_neighbor_elements = source.count("nenv")
    fields["neighbor_elements"] = source.words("envtypes", n_neighbor_elements, SYMBOL)
    fields["rmin"] = source.number("Rc_min")
    fields["cutoff"] = source.number("Rc_max")
    fields["setup_type"] = source.text("sftype", SET_UP_TYPE).strip()
    n = source.count("nsf")
    _expect("nsfparam", source.count("nsfparam"), N_PARAMETERS)
    fields["kinds"] = source.integers("sf", n)
    fields["parameters"] = source.numbers("sfparam", N_PARAMETERS * n).reshape(n, N_PARAMETERS)
    fields["neighbor_types"], fields["n_evaluations"] = source.neighbor_types(n, n_neighbor_elements)
    for name, key in (("min", "minimum"), ("max", "maximum"), ("avg", "mean"), ("cov", "mean_square")):
        fields[key] = source.numbers(f"sfval_{name}", n)
    return AenetNetwork(**fields, **_read_training_set(source))


def _read_layers(source):
    n_layers, largest, n_weights, n_values = (source.count(x) for x in ("nlayers", "nnodes_max", "Wsize", "nvalues"))
    if n_layers < 2:
        raise ValueError(f"a network has at least 2 layers. Received: nlayers={n_layers}")
    nodes = [int(n) for n in source.integers("nnodes", n_layers)]
    if min(nodes) < 1:
        raise ValueError(f"each layer has at least 1 node. Received: nnodes={nodes}")
    activations = source.integers("f_a", n_layers - 1).tolist()
    if not set(activations) <= set(range(len(ACTIVATIONS))):
        raise ValueError(f"activations must be 0 to {len(ACTIVATIONS) - 1}. Received: {activations}")
    ends, value_ends, values = layer_sizes(nodes)
    _expect("nnodes_max", largest, max(nodes))
    _expect("nvalues", n_values, values)
    _expect("Wsize", n_weights, ends[-1])
    _expect("iw", source.integers("iw", n_layers).tolist(), ends)
    _expect("iv", source.integers("iv", n_layers).tolist(), value_ends)
    weights = source.numbers("W", n_weights)
    return {"nodes": tuple(nodes), "activations": tuple(ACTIVATIONS[k] for k in activations), "weights": weights}


def _read_training_set(source):
    fields = {"file": source.text("file", PATH), "normalized": source.logical("normalized")}
    fields["scale"], fields["shift"] = source.number("scale"), source.number("shift")
    n_elements = source.count("nTypes")
    fields["elements"] = source.words("typeName", n_elements, SYMBOL)
    fields["atom_energies"] = source.numbers("E_atom", n_elements)
    fields["n_atoms"] = source.integer("nAtomsTot")
    fields["n_structures"] = source.integer("nStrucs")
    fields["energy_range"] = source.numbers("E_min, E_max, E_av", 3)
    return fields


def _write(sink, network):
    ends, value_ends, n_values = layer_sizes(network.nodes)
    for value in (len(network.nodes), max(network.nodes), ends[-1], n_values):
        sink.integer(value)
    for values in (network.nodes, [ACTIVATIONS.index(name) for name in network.activations], ends, value_ends):
        sink.integers(values)
    sink.numbers(network.weights)
    sink.text(network.description, DESCRIPTION)
    sink.text(network.element, SYMBOL)
    sink.integer(len(network.neighbor_elements))
    sink.words(network.neighbor_elements, SYMBOL)
    sink.number(network.rmin)
    sink.number(network.cutoff)
    sink.text(network.setup_type, SET_UP_TYPE)
    sink.integer(len(network.kinds))
    sink.integer(N_PARAMETERS)
    sink.integers(network.kinds)
    sink.numbers(network.parameters.ravel())
    sink.integers(network.neighbor_types.ravel())
    sink.integer(network.n_evaluations)
    for values in (network.minimum, network.maximum, network.mean, network.mean_square):
        sink.numbers(values)
    sink.text(network.file, PATH)
    sink.logical(network.normalized)
    sink.number(network.scale)
    sink.number(network.shift)
    sink.integer(len(network.elements))
    sink.words(network.elements, SYMBOL)
    sink.numbers(network.atom_energies)
    sink.integer(network.n_atoms)
    sink.integer(network.n_structures)
    sink.numbers(np.asarray(network.energy_range))


def _expect(name, value, expected):
    if value != expected:
        raise ValueError(f"{name} must be {expected}, from what comes before. Received: {value}")

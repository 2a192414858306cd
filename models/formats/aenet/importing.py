"""From aenet networks to a potential."""

from pathlib import Path

import numpy as np

from atomzoo.layers.descriptors.chebyshev_functions import chebyshev_basis
from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.models.formats.aenet.fields import read_network
from atomzoo.models.formats.aenet.setup import FIELDS, KEYS, AenetSetup, canonical_order
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential

ENDINGS = (".nn", ".nn.ascii")
CONSTANT = 1e-10  # aenet sets a feature to 0 if its standard deviation is not above this


def read_aenet(paths):
    """Makes a potential of aenet's networks.

    aenet's own order of the features, its z-scores and networks that list their neighbor elements in different orders
    are taken care of: energies and forces are those of `predict.x`.

    Args:
        paths: a folder that holds one network for each element (`.nn`, binary, or `.nn.ascii`), or a dict of files by
            element.

    Returns:
        `NeuralNetworkPotential`, float64.

    Raises:
        ValueError: a file that cannot be read, or that holds what aenet itself evaluates wrongly; with its name.
        OSError: a file or folder that cannot be opened.

    References:
        Artrith and Urban, Comput. Mater. Sci. 114, 135 (2016).
    """
    if isinstance(paths, dict):
        networks = {element: _read(path) for element, path in paths.items()}
        for element, network in networks.items():
            if network.element != element:
                raise ValueError(f"'{paths[element]}' must be of {element}. Received: a network of {network.element}")
    else:
        networks = _read_folder(Path(paths))
    return from_networks(networks)


def find_networks(folder):
    """The aenet network files in a folder, sorted; of two that differ in `.ascii` only, the binary one.

    Example:
        >>> find_networks(".")
        []
    """
    files = [path for path in sorted(Path(folder).iterdir()) if path.name.endswith(ENDINGS) and path.is_file()]
    binary = {path.name for path in files if path.suffix == ".nn"}
    return [path for path in files if path.suffix == ".nn" or path.stem not in binary]


def from_networks(networks):
    """Makes a potential of `AenetNetwork`s, a dict by element."""
    elements = _ordered(networks)
    setups = {element: network_setup(networks[element]) for element in elements}
    for setup in setups.values():
        for neighbor in setup.neighbor_elements:
            if neighbor not in elements:
                raise ValueError(
                    f"The network of {setup.element} counts {neighbor}, for which there is no network. "
                    f"Received: networks of {', '.join(elements)}"
                )
        if setup.is_chebyshev and set(setup.neighbor_elements) != set(elements):
            counted = ", ".join(setup.neighbor_elements)
            raise ValueError(f"The Chebyshev basis of {setup.element} must count {elements}. Received: {counted}")
    given = {element: resolve(setup.functions, elements) for element, setup in setups.items()}
    functions = list(dict.fromkeys(function for chosen in given.values() for function in chosen))
    columns = {
        element: [functions.index(given[element][k]) for k in canonical_order(setup)]
        for element, setup in setups.items()
    }
    potential = NeuralNetworkPotential.from_functions(
        elements,
        functions,
        hidden={element: networks[element].nodes[1:-1] for element in elements},
        activation={element: list(networks[element].activations) for element in elements},
        scaling="z-score",
        feature_columns=columns,
        provenance={"aenet": {element: networks[element].to_dict() for element in elements}},
        dtype="float64",
    )
    _set_numbers(potential, networks, columns)
    return potential


def network_setup(network):
    """The `AenetSetup` in a network, with its functions in file order.

    Raises:
        ValueError: a function that aenet does not know, or evaluates wrongly.
    """
    if network.setup_type.lower() == "chebyshev":
        functions = _chebyshev_functions(network)
    else:
        functions = [_behler_function(network, k) for k in range(len(network.kinds))]
    return AenetSetup(network.element, network.neighbor_elements, functions, network.rmin)


def deviation(network):
    """Standard deviation of each feature, as aenet finds it; 0 where rounding takes its square below 0."""
    return np.sqrt(np.maximum(network.mean_square - network.mean * network.mean, 0.0))


def _read(path):
    network = read_network(path)
    try:
        network_setup(network)
    except ValueError as error:
        raise ValueError(f"'{path}': {error}") from None
    return network


def _read_folder(folder):
    networks, files = {}, {}
    for path in find_networks(folder):
        network = _read(path)
        if network.element in networks:
            both = f"{files[network.element].name} and {path.name}"
            raise ValueError(f"'{folder}' must hold one network for each element. Received: {both}")
        networks[network.element], files[network.element] = network, path
    if not networks:
        raise ValueError(f"'{folder}' holds no aenet networks, files that end in .nn or .nn.ascii")
    return networks


def _ordered(networks):
    """The elements in the order of the training set, as far as they have a network."""
    named = dict.fromkeys(element for network in networks.values() for element in network.elements)
    return [element for element in named if element in networks]


def _behler_function(network, index):
    number = int(network.kinds[index])
    if f"G{number}" not in KEYS:
        raise ValueError(f"function {index + 1} must be of kind 1 to 5. Received: {number}")
    keys = [FIELDS[key] for key in KEYS[f"G{number}"] if key in FIELDS]
    parameters = dict(zip(keys, network.parameters[index].tolist(), strict=False))
    places = network.neighbor_types[index][: 1 if number < 4 else 2].tolist()
    if not all(1 <= place <= len(network.neighbor_elements) for place in places):
        raise ValueError(f"function {index + 1} must name elements of ENV. Received: {places}")
    neighbors = tuple(network.neighbor_elements[place - 1] for place in places)
    return SymmetryFunction(f"G{number}", neighbors=neighbors, **parameters)


def _chebyshev_functions(network):
    radial_cutoff, radial_order, angular_cutoff, angular_order = network.parameters[0].tolist()
    orders = [round(order) for order in (radial_order, angular_order)]
    elements = network.neighbor_elements
    n_functions = (sum(orders) + 2) * (1 if len(elements) == 1 else 2)
    if min(orders) < 0 or n_functions != len(network.kinds):
        raise ValueError(
            f"a Chebyshev basis of orders {orders[0]} and {orders[1]} must have {n_functions} functions. "
            f"Received: {len(network.kinds)}"
        )
    return chebyshev_basis(elements, radial_cutoff, orders[0], angular_cutoff, orders[1])


def _set_numbers(potential, networks, columns):
    scales = {element: 1.0 / networks[element].scale for element in potential.elements}
    scale = scales[potential.elements[0]]
    shifts = []
    for index, element in enumerate(potential.elements):
        network = networks[element]
        if scales[element] != scale and network.activations[-1] != "linear":
            raise ValueError("Networks of different energy scales must end in a linear layer")
        for dense, (kernel, bias) in zip(potential.atomic_network.stacks[index], network.layers(), strict=True):
            last = dense is potential.atomic_network.stacks[index][-1]
            factor = scales[element] / scale if last else 1.0
            dense.set_weights([factor * kernel[None], factor * bias])
        _set_statistics(potential.feature_scaling, index, network, columns[element])
        shifts.append(network.shift + network.atom_energy)
    potential.atom_sum.shifts.assign(shifts)
    potential.atom_sum.scale.assign(scale)


def _set_statistics(scaling, index, network, columns):
    smallest, largest, spread = network.minimum.copy(), network.maximum.copy(), deviation(network)
    # aenet looks at the deviation alone; a range that contradicts it is no range.
    unknown = (spread > CONSTANT) & (largest - smallest <= CONSTANT)
    smallest[unknown], largest[unknown] = -np.inf, np.inf
    count = max(network.n_evaluations, 1)
    scaling.set_statistics(index, smallest, largest, network.mean, spread, count=count, columns=columns)

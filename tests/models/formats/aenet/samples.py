"""Networks as aenet could have written them, and what aenet would make of them: plain NumPy, from its formulas."""

import numpy as np

from atomzoo.layers import descriptor_from_functions
from atomzoo.models.formats.aenet.network import ACTIVATIONS, AenetNetwork

# kind, Rc Rs eta | Rc kappa | Rc lambda zeta eta, place of the neighbors in ENV; not in aenet's internal order
BEHLER = [
    (5, (4.0, -1.0, 2.0, 0.02), (2, 2)),
    (2, (4.0, 1.0, 0.3, 0.0), (2, 0)),
    (4, (3.5, 1.0, 4.0, 0.01), (2, 1)),
    (3, (4.0, 1.3, 0.0, 0.0), (1, 0)),
    (1, (3.0, 0.0, 0.0, 0.0), (1, 0)),
    (4, (4.0, -1.0, 1.0, 0.0), (1, 1)),
]
CANONICAL = [4, 3, 5, 2, 1, 0]  # by hand: of type 1 G1, G3; (1, 1) G4; (1, 2) G4; of type 2 G2; (2, 2) G5


def network(element="Ti", neighbor_elements=("Ti", "O"), functions=BEHLER, hidden=(3, 2), seed=0, **changes):
    """An `AenetNetwork` with random weights and statistics."""
    rng = np.random.default_rng(seed)
    n, nodes = len(functions), (len(functions), *hidden, 1)
    mean, spread = rng.normal(1.0, 0.3, n), rng.uniform(0.2, 0.5, n)
    fields = {
        "nodes": nodes,
        "activations": (*(ACTIVATIONS[1 + (k + seed) % 4] for k in range(len(hidden))), "linear"),
        "weights": rng.normal(size=sum((a + 1) * b for a, b in zip(nodes, nodes[1:], strict=False))),
        "description": "  a network$$  of two lines$$",
        "element": element,
        "neighbor_elements": tuple(neighbor_elements),
        "rmin": 0.75,
        "cutoff": 4.0,
        "setup_type": "Behler2011",
        "kinds": np.array([kind for kind, _, _ in functions]),
        "parameters": np.array([parameters for _, parameters, _ in functions]),
        "neighbor_types": np.array([types for _, _, types in functions]),
        "n_evaluations": 17,
        "minimum": mean - 3 * spread,
        "maximum": mean + 3 * spread,
        "mean": mean,
        "mean_square": mean**2 + spread**2,
        "file": "set.train.scaled",
        "normalized": True,
        "scale": 1.9491875317340153,
        "shift": -8.020099780083338,
        "elements": ("Ti", "O"),
        "atom_energies": np.array([-1604.604515075, -432.503149303]),
        "n_atoms": 826,
        "n_structures": 40,
        "energy_range": np.array([-1.0, 1.0, -0.39]),
    }
    return AenetNetwork(**{**fields, **changes})


def chebyshev_network(element="Ti", neighbor_elements=("Ti", "O"), orders=(3, 2), cutoffs=(4.0, 3.5), **changes):
    """An `AenetNetwork` with a Chebyshev basis."""
    n = (sum(orders) + 2) * (1 if len(neighbor_elements) == 1 else 2)
    parameters = np.zeros((n, 4))
    parameters[0] = cutoffs[0], orders[0], cutoffs[1], orders[1]
    functions = [(0, tuple(row), (0, 0)) for row in parameters]
    return network(element, neighbor_elements, functions, **{"setup_type": "Chebyshev", **changes})


def atomic_energies(found, setup_functions, order, displacements, species, elements):
    """aenet's energies of atoms, eV: features in the order of its network, z-scores, network, scale and shifts."""
    layer = descriptor_from_functions(setup_functions, elements, dtype="float64")
    values = np.asarray(layer(displacements, species))[:, order]
    spread = np.sqrt(found.mean_square - found.mean**2)
    values = np.where(spread <= 1e-10, 0.0, (values - found.mean) / np.where(spread <= 1e-10, 1.0, spread))
    start = 0
    for name, inputs, outputs in zip(found.activations, found.nodes, found.nodes[1:], strict=False):
        w = found.weights[start : start + (inputs + 1) * outputs].reshape((outputs, inputs + 1), order="F")
        values = activation(name, np.hstack([values, np.ones((len(values), 1))]) @ w.T)
        start += w.size
    return values[:, 0] / found.scale + found.shift + found.atom_energies[found.elements.index(found.element)]


def activation(name, x):
    return {
        "linear": lambda: x,
        "tanh": lambda: np.tanh(x),
        "sigmoid": lambda: 1 / (1 + np.exp(-x)),
        "mtanh": lambda: 1.7159 * np.tanh(2 * x / 3),
        "twist": lambda: 1.7159 * np.tanh(2 * x / 3) + 0.1 * x,
    }[name]()

"""What an aenet network file holds, as plain data."""

import dataclasses

import numpy as np
from ase.data import atomic_numbers

ACTIVATIONS = ("linear", "tanh", "sigmoid", "mtanh", "twist")  # aenet's numbers 0 to 4
N_PARAMETERS = 4
SET_UP_TYPES = ("behler2011", "chebyshev")
STATISTICS = ("minimum", "maximum", "mean", "mean_square")
ARRAYS = ("kinds", "parameters", "neighbor_types", "atom_energies", "energy_range", *STATISTICS)


@dataclasses.dataclass(frozen=True, eq=False)
class AenetNetwork:
    """One element's network, its symmetry functions, their statistics and the energy scale: all that the file holds.

    Energies are per atom: E = network / scale + shift + the element's atomic energy.

    Attributes:
        nodes: numbers of nodes of each layer: functions, hidden layers, 1.
        activations: names of the activation of each layer but the first, of `ACTIVATIONS`.
        weights: (W,) float64: of each layer in turn, the kernel (inputs, outputs) row by row, then the bias.
        description: free text; aenet writes `$$` for the end of a line.
        element: chemical symbol of the central atom.
        neighbor_elements: symbols in ENV order.
        rmin, cutoff: shortest distance accepted and largest cutoff radius, A.
        setup_type: "Behler2011" or "Chebyshev".
        kinds: (F,) int, the number after G of each function, in file order; zeros for Chebyshev.
        parameters: (F, 4), A and A^-2: G1 Rc; G2 Rc, Rs, eta; G3 Rc, kappa; G4, G5 Rc, lambda, zeta, eta; for Chebyshev
            only row 0 counts: radial Rc, radial order, angular Rc, angular order.
        neighbor_types: (F, 2) int, places (from 1) of the neighbors in `neighbor_elements`; 0 for none.
        n_evaluations: number of atoms that the statistics come from.
        minimum, maximum, mean, mean_square: (F,) statistics of the features, in aenet's internal order.
        file: name of the training set.
        normalized: whether the training set's energies were scaled.
        scale, shift: 1/eV and eV.
        elements: symbols of the training set's elements.
        atom_energies: (elements,) eV.
        n_atoms, n_structures: of the training set.
        energy_range: (smallest, largest, mean) energy of the training set, eV/atom.

    Raises:
        ValueError: the parts do not fit together, or numbers are not finite.
    """

    nodes: tuple
    activations: tuple
    weights: np.ndarray
    description: str
    element: str
    neighbor_elements: tuple
    rmin: float
    cutoff: float
    setup_type: str
    kinds: np.ndarray
    parameters: np.ndarray
    neighbor_types: np.ndarray
    n_evaluations: int
    minimum: np.ndarray
    maximum: np.ndarray
    mean: np.ndarray
    mean_square: np.ndarray
    file: str
    normalized: bool
    scale: float
    shift: float
    elements: tuple
    atom_energies: np.ndarray
    n_atoms: int
    n_structures: int
    energy_range: np.ndarray

    def __post_init__(self):
        for name, holds, value in (
            ("the number of inputs must be that of the functions", self.nodes[0] == len(self.kinds), self.nodes),
            ("the network must have one output", self.nodes[-1] == 1, self.nodes),
            ("the network's layers must not be empty", min(self.nodes) > 0, self.nodes),
            ("the basis must be Behler2011 or Chebyshev", self.setup_type.lower() in SET_UP_TYPES, self.setup_type),
            ("the scale must not be 0", self.scale != 0, self.scale),
            ("the element must be in the training set", self.element in self.elements, self.element),
            ("each neighbor element must be another", _different(self.neighbor_elements), self.neighbor_elements),
            ("each element must be another", _different(self.elements), self.elements),
        ):
            if not holds:
                raise ValueError(f"{name}. Received: {value!r}")
        for symbol in (self.element, *self.neighbor_elements, *self.elements):
            if not atomic_numbers.get(symbol):
                raise ValueError(f"expected a chemical element. Received: {symbol!r}")
        for name in ("weights", "rmin", "cutoff", "parameters", "scale", "shift", "atom_energies", *STATISTICS):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} must be finite numbers. Received: {getattr(self, name)}".replace("\n", ""))

    @property
    def atom_energy(self):
        """The element's atomic energy, eV."""
        return float(self.atom_energies[self.elements.index(self.element)])

    def to_dict(self):
        """All but the weights, ready for JSON."""
        names = [field.name for field in dataclasses.fields(self) if field.name != "weights"]
        values = [np.asarray(getattr(self, name)).tolist() for name in names]
        return dict(zip(names, values, strict=True))

    @classmethod
    def from_dict(cls, fields, weights):
        """The network of which `to_dict` gave the fields."""
        kinds = {"kinds": np.int64, "neighbor_types": np.int64}
        values = {
            name: np.array(value, dtype=kinds.get(name, np.float64)) if name in ARRAYS else value
            for name, value in fields.items()
        }
        lists = ("nodes", "activations", "neighbor_elements", "elements")
        return cls(**{**values, **{name: tuple(fields[name]) for name in lists}, "weights": weights})

    def layers(self):
        """Yields kernel (inputs, outputs) and bias (outputs,) of each layer."""
        start = 0
        for inputs, outputs in zip(self.nodes, self.nodes[1:], strict=False):
            block = self.weights[start : start + (inputs + 1) * outputs].reshape(inputs + 1, outputs)
            yield block[:-1], block[-1]
            start += block.size


def layer_sizes(nodes):
    """The numbers that aenet derives from the layers' widths.

    Returns:
        `(iw, iv, n_values)`: the end of each layer's weights and values in its arrays, and the number of values.

    Example:
        >>> layer_sizes((70, 10, 10, 1))
        ([0, 710, 820, 831], [0, 71, 82, 93], 94)
    """
    ends = [(0, 0)]
    for inputs, outputs in zip(nodes, nodes[1:], strict=False):
        ends.append((ends[-1][0] + (inputs + 1) * outputs, ends[-1][1] + inputs + 1))
    return [w for w, _ in ends], [v for _, v in ends], ends[-1][1] + nodes[-1]


def _different(symbols):
    return len(symbols) > 0 and len(set(symbols)) == len(symbols)

"""The Chebyshev descriptor, at a cost linear in the number of neighbors."""

import keras
import numpy as np
from keras import ops
from numpy.polynomial import chebyshev, legendre

from atomzoo.layers.descriptors.base import Descriptor
from atomzoo.layers.descriptors.chebyshev_functions import ChebyshevFunction, chebyshev_basis
from atomzoo.layers.descriptors.cutoffs import get_cutoff_function
from atomzoo.layers.descriptors.functions import resolve
from atomzoo.layers.descriptors.geometry import distances_and_directions, element_masks
from atomzoo.layers.descriptors.harmonics import real_harmonics
from atomzoo.layers.descriptors.radial_g1_g2_g3 import take_columns


@keras.saving.register_keras_serializable(package="atomzoo")
class ChebyshevDescriptor(Descriptor):
    """The Chebyshev descriptor of Artrith, Urban and Ceder, which most aenet networks take.

    The expansion of the radial and angular distribution of the neighbors in Chebyshev polynomials, see
    `ChebyshevFunction`. No sum over triplets is needed: T_n is a polynomial, hence a Legendre series sum_l c_l P_l;
    with w_j = s_j fc(r_ij) and unit vectors u_j, as in `AngularFunctions`,

        sum_{j<k} T_n(u_j.u_k) w_j w_k = 1/2 [sum_l c_l sum_m A_lm^2 - sum_j w_j^2],   A_lm = sum_j w_j C_lm(u_j).

    Args:
        functions: List of `ChebyshevFunction`, or of their dicts; `chebyshev_basis` makes that of aenet.
        elements: List of chemical symbols; a species index is a position in it.
        cutoff_function: "cosine", "tanh", "polynomial", or a cutoff layer, whose radius is replaced by each function's.

    Call arguments:
        displacements: Float tensor (..., M, 3), R_j - R_i in A. Anything where the species is -1.
        neighbor_species: Integer tensor (..., M), -1 = padding.
        triplets: Not needed.

    Returns:
        Tensor (..., F), one column for each of `layer.functions`.

    Raises:
        ValueError: if `functions` is empty, or one of them bad.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import ChebyshevDescriptor, chebyshev_basis
    >>> layer = ChebyshevDescriptor(chebyshev_basis(["Si"], 4.0, 2, 4.0, 1), ["Si"], dtype="float64")
    >>> displacements = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])  # one atom with two neighbors at a right angle
    >>> values = layer(displacements, np.array([0, 0]))
    >>> [abs(round(float(value), 6)) for value in values]
    [1.0, 0.0, 1.0, 0.25, 0.0]

    References:
        Artrith, Urban and Ceder, Phys. Rev. B 96, 014112 (2017), https://doi.org/10.1103/PhysRevB.96.014112
    """

    def __init__(self, functions, elements, cutoff_function="cosine", **kwargs):
        functions = [f if isinstance(f, ChebyshevFunction) else ChebyshevFunction.from_dict(f) for f in functions]
        if not functions:
            raise ValueError("`functions` must name at least one Chebyshev function. Received: an empty list")
        super().__init__(elements, max(function.cutoff for function in functions), **kwargs)
        self.functions = resolve(functions, self.elements)
        self.n_features = len(self.functions)
        self.cutoff_function = get_cutoff_function(cutoff_function)
        self._channels = list(dict.fromkeys(function.weights for function in self.functions))
        self._weights = np.array([_weights(channel, self.elements) for channel in self._channels])
        self._blocks = []  # for each kind and cutoff radius: kind, cutoff function, largest order
        for kind, radius in dict.fromkeys((function.kind, function.cutoff) for function in self.functions):
            orders = [f.order for f in self.functions if (f.kind, f.cutoff) == (kind, radius)]
            self._blocks.append((kind, self.cutoff_function.with_cutoff(radius, self.dtype_policy), max(orders)))
        self._columns = [self._column(function) for function in self.functions]

    def _column(self, function):
        """Place among the blocks' outputs, each (channels, orders)."""
        start = 0
        for kind, cutoff, largest in self._blocks:
            if (kind, cutoff.cutoff) == (function.kind, function.cutoff):
                return start + self._channels.index(function.weights) * (largest + 1) + function.order
            start += len(self._channels) * (largest + 1)

    @property
    def feature_names(self):
        """Each function as text."""
        return [str(function) for function in self.functions]

    def call(self, displacements, neighbor_species, triplets=None):
        is_neighbor = (neighbor_species >= 0)[..., None]
        displacements = ops.where(is_neighbor, displacements, ops.zeros_like(displacements))
        distances, directions = distances_and_directions(displacements)
        masks = element_masks(neighbor_species, len(self.elements), self.compute_dtype)
        weights = ops.matmul(ops.convert_to_tensor(self._weights, dtype=self.compute_dtype), masks)
        harmonics = self._harmonics(directions)
        parts = []
        for kind, cutoff, largest in self._blocks:
            weighted = weights * cutoff(distances)[..., None, :]  # (..., channels, M)
            if kind == "T2":
                sums = ops.matmul(weighted, _polynomials(distances, cutoff.cutoff, largest))
            else:
                sums = self._pair_sums(weighted, harmonics[..., : (largest + 1) ** 2], largest)
            parts.append(ops.reshape(sums, (*ops.shape(sums)[:-2], len(self._channels) * (largest + 1))))
        return take_columns(ops.concatenate(parts, axis=-1), 1, self._columns)

    def _harmonics(self, directions):
        degrees = [largest for kind, _, largest in self._blocks if kind == "T3"]
        return ops.stack(real_harmonics(*directions, max(degrees)), axis=-1) if degrees else None

    def _pair_sums(self, weighted, harmonics, largest):
        a = ops.matmul(weighted, harmonics)
        product = ops.matmul(a * a, ops.convert_to_tensor(_legendre_table(largest), dtype=self.compute_dtype))
        return 0.5 * (product - ops.sum(weighted * weighted, axis=-1, keepdims=True))  # T_n(1) is 1

    def get_config(self):
        config = super().get_config()
        del config["cutoff"]  # the largest of the functions'
        return {
            **config,
            "functions": [function.to_dict() for function in self.functions],
            "cutoff_function": keras.saving.serialize_keras_object(self.cutoff_function),
        }

    @classmethod
    def from_config(cls, config):
        if "functions" not in config:  # of files in which the layer is called ChebyshevLayer
            names = ("radial_cutoff", "radial_order", "angular_cutoff", "angular_order", "weights")
            basis = {name: config[name] for name in names}
            config = {name: value for name, value in config.items() if name not in names}
            config["functions"] = chebyshev_basis(config["elements"], **basis)
        return cls(**config)


keras.saving.get_custom_objects()["atomzoo>ChebyshevLayer"] = ChebyshevDescriptor


def _polynomials(distances, radius, largest):
    """T_0 to T_largest of the scaled distances, (..., M, orders); bounded beyond the radius, where fc is 0."""
    x = ops.minimum(2.0 * distances / radius - 1.0, 1.0)
    values = [ops.ones_like(x), x]
    while len(values) <= largest:
        values.append(2.0 * x * values[-1] - values[-2])
    return ops.stack(values[: largest + 1], axis=-1)


def _weights(channel, elements):
    return [dict(channel).get(element, 0.0) if channel else 1.0 for element in elements]


def _legendre_table(largest):
    """The coefficients c_l of T_0 to T_largest, repeated for the 2 l + 1 harmonics of degree l: (harmonics, orders)."""
    repeats = 2 * np.arange(largest + 1) + 1
    x, weights = legendre.leggauss(largest + 1)  # integrates the products P_l T_n exactly
    projections = legendre.legvander(x, largest).T @ (weights[:, None] * chebyshev.chebvander(x, largest))
    return np.repeat(0.5 * repeats[:, None] * projections, repeats, axis=0)

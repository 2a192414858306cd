"""The Chebyshev descriptor as a layer of its own."""

import keras

from atomzoo.layers.descriptors.chebyshev import chebyshev_basis
from atomzoo.layers.descriptors.symmetry_function_layer import SymmetryFunctionLayer


@keras.saving.register_keras_serializable(package="atomzoo")
class ChebyshevLayer(SymmetryFunctionLayer):
    """The Chebyshev descriptor of Artrith, Urban and Ceder, which most aenet networks take.

    The expansion of the radial and angular distribution of the neighbors in Chebyshev polynomials, see
    `ChebyshevFunction`; for more than one element once without and once with weights of the elements. Angular features,
    too, cost time linear in the number of neighbors.

    It is a `SymmetryFunctionLayer` of the functions that `chebyshev_basis` returns. A potential takes that list of
    functions: `NeuralNetworkPotential(elements, chebyshev_basis(elements, 8.0, 16, 6.5, 4))`.

    Args:
        elements: List of chemical symbols; a species index is a position in it.
        radial_cutoff, angular_cutoff: Floats, in A.
        radial_order, angular_order: Ints, the largest orders.
        weights: Dict by element, see `chebyshev_basis`.
        cutoff_function: See `SymmetryFunctionLayer`.

    Call arguments:
        displacements: Float tensor (..., M, 3), R_j - R_i in A. Anything where the species is -1.
        neighbor_species: Integer tensor (..., M), -1 = padding.
        triplets: Not needed.

    Returns:
        Tensor (..., F), F = (radial_order + angular_order + 2), twice that for more than one element.

    Raises:
        ValueError: a cutoff, order or weight out of range.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import ChebyshevLayer
    >>> layer = ChebyshevLayer(["Si"], 4.0, 2, 4.0, 1, dtype="float64")
    >>> displacements = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])  # one atom with two neighbors at a right angle
    >>> values = layer(displacements, np.array([0, 0]))
    >>> [abs(round(float(value), 6)) for value in values]
    [1.0, 0.0, 1.0, 0.25, 0.0]

    References:
        Artrith, Urban and Ceder, Phys. Rev. B 96, 014112 (2017), https://doi.org/10.1103/PhysRevB.96.014112
    """

    def __init__(
        self,
        elements,
        radial_cutoff,
        radial_order,
        angular_cutoff,
        angular_order,
        weights=None,
        cutoff_function="cosine",
        **kwargs,
    ):
        basis = (radial_cutoff, radial_order, angular_cutoff, angular_order, weights)
        super().__init__(chebyshev_basis(elements, *basis), elements, cutoff_function, **kwargs)
        names = ("radial_cutoff", "radial_order", "angular_cutoff", "angular_order", "weights")
        self.basis = dict(zip(names, basis, strict=True))

    def get_config(self):
        config = super().get_config()
        names = ("functions", "trainable", "double_count", "linear_g5")
        return {key: value for key, value in config.items() if key not in names} | self.basis

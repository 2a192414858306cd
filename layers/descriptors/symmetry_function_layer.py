"""From displacement vectors to symmetry functions."""

import keras
from keras import ops

from atomzoo.layers.descriptors.angular_g4_g5_triplets import TripletFunctions
from atomzoo.layers.descriptors.angular_g5_linear import AngularFunctions
from atomzoo.layers.descriptors.base import Descriptor
from atomzoo.layers.descriptors.cutoffs import get_cutoff_function
from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.layers.descriptors.geometry import distances_and_directions, element_masks
from atomzoo.layers.descriptors.radial_factors import TRAINABLE
from atomzoo.layers.descriptors.radial_g1_g2_g3 import RadialFunctions

# Of the linear-cost form of G5, which takes (zeta + 1)^2 harmonics: beyond this there are fewer pairs of neighbors.
MAX_DEGREE = 32


@keras.saving.register_keras_serializable(package="atomzoo")
class SymmetryFunctionLayer(Descriptor):
    """Atom-centered symmetry functions G1 to G5 of the displacements from each atom to its neighbors.

    The formulas are those of `SymmetryFunction`, in the numbering of Behler 2011. Radial parameters are Keras weights
    eta, rs and kappa; functions that begin with the same parameters and cutoff share one weight. G5 with integer zeta
    is evaluated at a cost linear in the number of neighbors, exactly (`AngularFunctions`).

    Behler and Parrinello 2007 and Behler 2011 write the angular sums over all j and k, but count each pair of neighbors
    once in their codes, as aenet, n2p2, SIMPLE-NN, DScribe and Amp do; so does this layer. Networks made for the
    literal double sum need `double_count=True`.

    Args:
        functions: List of `SymmetryFunction`, or of their dicts. Each without `neighbors` is resolved by element.
        elements: List of chemical symbols; a species index is a position in it.
        cutoff_function: "cosine", "tanh", "polynomial", or a cutoff layer, whose radius is replaced by each function's.
        trainable: False, True, or which of "eta", "rs", "kappa" are trained.
        double_count: Whether G4 and G5 count each pair of neighbors twice.
        linear_g5: Whether G5 with integer zeta takes the linear-cost form; False, for comparison, sums over triplets.

    Call arguments:
        displacements: Float tensor (..., M, 3), R_j - R_i in A. Anything where the species is -1.
        neighbor_species: Integer tensor (..., M), -1 = padding.
        triplets: Integer tensor (..., T, 2), pairs of neighbor slots, -1 = padding: all that are closer to each other
            than the cutoff, used by G4; None for all pairs.

    Returns:
        Tensor (..., F), one column for each of `layer.functions`.

    Raises:
        ValueError: if `functions` is empty or one of them bad, or `trainable` names something else.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import SymmetryFunction, SymmetryFunctionLayer
    >>> layer = SymmetryFunctionLayer([SymmetryFunction("G2", cutoff=4.0, eta=0.5)], ["Si"], trainable=("eta",))
    >>> displacements = np.array([[[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]])  # one atom with two neighbors
    >>> round(float(layer(displacements, np.array([[0, 0]]))[0, 0]), 6)
    0.135335

    References:
        Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007); Behler, J. Chem. Phys. 134, 074106 (2011).
    """

    def __init__(
        self,
        functions,
        elements,
        cutoff_function="cosine",
        trainable=False,
        double_count=False,
        linear_g5=True,
        **kwargs,
    ):
        given = [f if isinstance(f, SymmetryFunction) else SymmetryFunction.from_dict(f) for f in functions]
        if not given:
            raise ValueError("`functions` must name at least one symmetry function. Received: an empty list")
        super().__init__(elements, max(function.cutoff for function in given), **kwargs)
        self.cutoff_function = get_cutoff_function(cutoff_function)
        self.trainable_parameters = _trainable_parameters(trainable)
        self.double_count = double_count
        self.linear_g5 = linear_g5
        self.initial_functions = tuple(resolve(given, self.elements))
        self.n_features = len(self.initial_functions)
        groups = {"radial": [], "angular": [], "narrow": [], "wide": []}
        for index, function in enumerate(self.initial_functions):
            groups[self._group(function)].append(index)
        self.radial = self._part(RadialFunctions, groups["radial"])
        self.angular = self._part(AngularFunctions, groups["angular"], double_count=double_count)
        self.narrow = self._part(TripletFunctions, groups["narrow"], double_count=double_count)
        self.wide = self._part(TripletFunctions, groups["wide"], double_count=double_count)
        order = sum(groups.values(), [])
        self._columns = [order.index(index) for index in range(len(order))]

    def _group(self, function):
        if not function.is_angular:
            return "radial"
        if function.kind == "G4":
            return "narrow"
        is_polynomial = function.zeta <= MAX_DEGREE and function.zeta == int(function.zeta)
        return "angular" if self.linear_g5 and is_polynomial else "wide"

    def _part(self, layer, indices, **kwargs):
        if not indices:
            return None
        functions = [self.initial_functions[index] for index in indices]
        kwargs.update(cutoff_function=self.cutoff_function, trainable_parameters=self.trainable_parameters)
        return layer(functions, self.elements, dtype=self.dtype_policy, **kwargs)

    @property
    def _parts(self):
        return [part for part in (self.radial, self.angular, self.narrow, self.wide) if part is not None]

    @property
    def functions(self):
        """The resolved functions, one for each column, with the parameters as they now are."""
        current = sum((part.current_functions() for part in self._parts), [])
        return [current[column] for column in self._columns]

    @property
    def feature_names(self):
        """Each function as text, with the parameters as they now are."""
        return [str(function) for function in self.functions]

    @property
    def needs_triplets(self):
        """Whether lists of triplets save time (G4). G5 also counts pairs farther apart than the cutoff: all pairs."""
        return self.narrow is not None

    @property
    def sums_over_pairs(self):
        """Whether memory grows with the number of all pairs of neighbors (G5 that is not of linear cost)."""
        return self.wide is not None

    def build(self, *input_shapes):
        for part in self._parts:
            part.build()
        self.built = True

    def call(self, displacements, neighbor_species, triplets=None):
        is_neighbor = (neighbor_species >= 0)[..., None]
        displacements = ops.where(is_neighbor, displacements, ops.zeros_like(displacements))
        distances, directions = distances_and_directions(displacements)
        masks = element_masks(neighbor_species, len(self.elements), self.compute_dtype)
        parts = []
        if self.radial:
            parts.append(self.radial(distances, masks))
        if self.angular:
            parts.append(self.angular(distances, directions, masks))
        if self.narrow:
            parts.append(self.narrow(displacements, neighbor_species, triplets))
        if self.wide:
            parts.append(self.wide(displacements, neighbor_species))
        features = ops.concatenate(parts, axis=-1)
        in_order = self._columns == list(range(len(self._columns)))
        return features if in_order else ops.take(features, self._columns, axis=-1)

    def get_config(self):
        config = super().get_config()
        del config["cutoff"]  # the largest of the functions'
        return {
            **config,
            "functions": [function.to_dict() for function in self.initial_functions],
            "cutoff_function": keras.saving.serialize_keras_object(self.cutoff_function),
            "trainable": list(self.trainable_parameters),
            "double_count": self.double_count,
            "linear_g5": self.linear_g5,
        }


def _trainable_parameters(trainable):
    names = {True: TRAINABLE, False: ()}[trainable] if isinstance(trainable, bool) else tuple(trainable)
    if isinstance(trainable, str) or not set(names) <= set(TRAINABLE):
        raise ValueError(f"`trainable` must be a bool or some of {TRAINABLE}. Received: trainable={trainable!r}")
    return names

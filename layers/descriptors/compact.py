"""The descriptor of compact symmetry functions."""

import keras
from keras import ops

from atomzoo.layers.descriptors.base import Descriptor
from atomzoo.layers.descriptors.compact_functions import CompactFunction
from atomzoo.layers.descriptors.compact_sums import CompactNarrow, CompactRadial, CompactWide
from atomzoo.layers.descriptors.cutoffs import get_cutoff_function
from atomzoo.layers.descriptors.functions import resolve
from atomzoo.layers.descriptors.geometry import element_masks
from atomzoo.layers.descriptors.radial_g1_g2_g3 import take_columns


@keras.saving.register_keras_serializable(package="atomzoo")
class CompactDescriptor(Descriptor):
    """Symmetry functions with compact support, of types 20 to 25 in n2p2, see `CompactFunction`.

    Each different range of distances is evaluated once a neighbor, each of angles once a pair of neighbors.

    Args:
        functions: List of `CompactFunction`, or of their dicts. Each without `neighbors` and weights is resolved by
            element.
        elements: List of chemical symbols; a species index is a position in it.

    Call arguments:
        displacements: Float tensor (..., M, 3), R_j - R_i in A. Anything where the species is -1.
        neighbor_species: Integer tensor (..., M), -1 = padding.
        triplets: Integer tensor (..., T, 2), pairs of neighbor slots, -1 = padding: all that are closer to each other
            than the cutoff, used by C4; None for all pairs.

    Returns:
        Tensor (..., F), one column for each of `layer.functions`.

    Raises:
        ValueError: if `functions` is empty, or one of them bad.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import CompactDescriptor, CompactFunction
    >>> functions = [CompactFunction("C2", cutoff=4.0), CompactFunction("C5", cutoff=4.0, subtype="p1")]
    >>> layer = CompactDescriptor(functions, ["Si"], dtype="float64")
    >>> displacements = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])  # one atom with two neighbors at a right angle
    >>> [round(float(value), 6) for value in layer(displacements, np.array([0, 0]))]
    [1.0, 0.25]

    References:
        Bircher, Singraber and Dellago, Mach. Learn.: Sci. Technol. 2, 035026 (2021),
        https://arxiv.org/abs/2010.14414
    """

    def __init__(self, functions, elements, **kwargs):
        functions = [f if isinstance(f, CompactFunction) else CompactFunction.from_dict(f) for f in functions]
        if not functions:
            raise ValueError("`functions` must name at least one compact function. Received: an empty list")
        super().__init__(elements, max(function.cutoff for function in functions), **kwargs)
        self.functions = resolve(functions, self.elements)
        self.n_features = len(self.functions)
        groups = {kind: [f for f in self.functions if f.kind == kind] for kind in ("C2", "C4", "C5")}
        self.radial = self._part(CompactRadial, groups["C2"])
        self.narrow = self._part(CompactNarrow, groups["C4"])
        self.wide = self._part(CompactWide, groups["C5"])
        in_groups = sum(groups.values(), [])
        self._columns = [in_groups.index(function) for function in self.functions]

    def _part(self, layer, functions):
        return layer(functions, self.elements, dtype=self.dtype_policy) if functions else None

    @property
    def feature_names(self):
        """Each function as text."""
        return [str(function) for function in self.functions]

    @property
    def needs_triplets(self):
        """Whether lists of triplets save time (C4). C5 also counts pairs farther apart than the cutoff: all pairs."""
        return self.narrow is not None

    @property
    def sums_over_pairs(self):
        """Whether memory grows with the number of all pairs of neighbors (C5)."""
        return self.wide is not None

    @property
    def cutoff_function(self):
        """The default one, for files that must name one; no compact function has any."""
        return get_cutoff_function("cosine")

    def call(self, displacements, neighbor_species, triplets=None):
        is_neighbor = (neighbor_species >= 0)[..., None]
        displacements = ops.where(is_neighbor, displacements, ops.zeros_like(displacements))
        masks = element_masks(neighbor_species, len(self.elements), self.compute_dtype)
        parts = []
        if self.radial:
            parts.append(self.radial(displacements, masks))
        if self.narrow:
            parts.append(self.narrow(displacements, masks, triplets))
        if self.wide:
            parts.append(self.wide(displacements, masks))
        return take_columns(ops.concatenate(parts, axis=-1), 1, self._columns)

    def get_config(self):
        config = super().get_config()
        del config["cutoff"]  # the largest of the functions'
        return {**config, "functions": [function.to_dict() for function in self.functions]}

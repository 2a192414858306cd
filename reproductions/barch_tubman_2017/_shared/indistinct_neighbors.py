"""Symmetry functions to which all neighbors are alike, though atoms are told apart."""

from keras import ops

from atomzoo.layers import Descriptor, SymmetryFunctionLayer


class IndistinctNeighbors(Descriptor):
    """The features that atoms have where all of them are of one element.

    Args:
        functions: List of `SymmetryFunction` for one element.
        elements: List of chemical symbols, which the networks tell apart.
    """

    def __init__(self, functions, elements, **kwargs):
        one = SymmetryFunctionLayer(functions, elements[:1], **kwargs)
        super().__init__(elements, one.cutoff, **kwargs)
        self.one, self.n_features = one, one.n_features

    def call(self, displacements, neighbor_species, triplets=None):
        return self.one(displacements, ops.minimum(neighbor_species, 0))

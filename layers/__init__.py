"""Keras layers from displacement vectors to energies. Each can be used alone, and imports nothing but Keras."""

from atomzoo.layers.atom_sum import AtomSum as AtomSum
from atomzoo.layers.atomic_network import AtomicNetwork as AtomicNetwork
from atomzoo.layers.descriptors.base import Descriptor as Descriptor
from atomzoo.layers.descriptors.chebyshev import ChebyshevDescriptor as ChebyshevDescriptor
from atomzoo.layers.descriptors.chebyshev_functions import ChebyshevFunction as ChebyshevFunction
from atomzoo.layers.descriptors.chebyshev_functions import chebyshev_basis as chebyshev_basis
from atomzoo.layers.descriptors.compact import CompactDescriptor as CompactDescriptor
from atomzoo.layers.descriptors.compact_functions import CompactFunction as CompactFunction
from atomzoo.layers.descriptors.concatenated import ConcatenatedDescriptor as ConcatenatedDescriptor
from atomzoo.layers.descriptors.cutoffs import CosineCutoff as CosineCutoff
from atomzoo.layers.descriptors.cutoffs import PolynomialCutoff as PolynomialCutoff
from atomzoo.layers.descriptors.cutoffs import TanhCutoff as TanhCutoff
from atomzoo.layers.descriptors.from_functions import descriptor_from_functions as descriptor_from_functions
from atomzoo.layers.descriptors.functions import SymmetryFunction as SymmetryFunction
from atomzoo.layers.descriptors.symmetry_function_layer import SymmetryFunctionLayer as SymmetryFunctionLayer
from atomzoo.layers.feature_scaling import FeatureScaling as FeatureScaling
from atomzoo.layers.per_atom_conv1d import PerAtomConv1D as PerAtomConv1D
from atomzoo.layers.repulsive_core import RepulsiveCore as RepulsiveCore

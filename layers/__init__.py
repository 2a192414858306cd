"""Keras layers from displacement vectors to energies. Each can be used alone, and imports nothing but Keras."""

from atomzoo.layers.atom_sum import AtomSum as AtomSum
from atomzoo.layers.atomic_network import AtomicNetwork as AtomicNetwork
from atomzoo.layers.chebyshev import ChebyshevFunction as ChebyshevFunction
from atomzoo.layers.chebyshev import chebyshev_basis as chebyshev_basis
from atomzoo.layers.chebyshev_layer import ChebyshevLayer as ChebyshevLayer
from atomzoo.layers.cutoffs import CosineCutoff as CosineCutoff
from atomzoo.layers.cutoffs import PolynomialCutoff as PolynomialCutoff
from atomzoo.layers.cutoffs import TanhCutoff as TanhCutoff
from atomzoo.layers.feature_scaling import FeatureScaling as FeatureScaling
from atomzoo.layers.symmetry_function_layer import SymmetryFunctionLayer as SymmetryFunctionLayer
from atomzoo.layers.symmetry_functions import SymmetryFunction as SymmetryFunction

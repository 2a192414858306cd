"""Evaluates a potential by the C++ library, in float64, on one processor core."""

import ctypes
import threading
import weakref

import numpy as np

from atomzoo.datasets.arrays.kept_neighbors import KeptNeighborLists
from atomzoo.layers import (
    AtomicNetwork,
    ChebyshevDescriptor,
    CompactDescriptor,
    ConcatenatedDescriptor,
    FeatureScaling,
    SymmetryFunctionLayer,
)
from atomzoo.models.potential.gradients import values_reader
from atomzoo.models.potential.native.build import NativeError, library
from atomzoo.models.potential.native.network_text import network_text
from atomzoo.models.potential.results import result_of, taken_features

DESCRIPTORS = (SymmetryFunctionLayer, ChebyshevDescriptor, CompactDescriptor)


class NativeEvaluator:
    """Evaluates structures one by one, with the weights as they are at each call.

    The C++ has a copy of the potential, which is made anew whenever any of the weights has changed: all of them are
    compared at each call. Neighbor lists are kept from one call to the next, see `KeptNeighborLists`.

    Args:
        potential: `NeuralNetworkPotential` of either dtype, made of layers of atomzoo.

    Raises:
        NativeError: layers of a user, or a library that cannot be compiled.
    """

    def __init__(self, potential):
        _check(potential)
        library()
        self.potential = potential
        self._read_values = values_reader(potential.weights)
        self._neighbors = KeptNeighborLists(potential.elements, potential.cutoff)
        self._values = self._copy = None
        self._lock = threading.Lock()  # the copy has one set of intermediate results

    def evaluate(self, structures):
        """See `NeuralNetworkPotential.evaluate_atoms`.

        Raises:
            NativeError: the C++ does not know a cutoff function, an activation or a parameter; or weights are not
                finite.
        """
        with self._lock:
            copy = self._current_copy()
            neighbors = self._neighbors.of(structures)
            return [copy.evaluate(*pair) for pair in zip(structures, neighbors, strict=True)]

    def features(self, pairs, with_gradients):
        """The features (N, F) of N atoms, and their derivatives (P, 3, F) by the displacements of P pairs, or None.

        Both are 0 for features that the network of an atom's element does not take.

        Args:
            pairs: `Pairs`.
            with_gradients: whether derivatives are wanted.

        Raises:
            NativeError: as `evaluate`.
        """
        with self._lock:
            return self._current_copy().features(pairs, with_gradients)

    def _current_copy(self):
        values = self._read_values()
        if values != self._values:
            self._copy = _Copy(self.potential)
            self._values = values
        return self._copy


class _Copy:
    """A potential in C++, as it was when this was made."""

    def __init__(self, potential):
        self.n_features = potential.descriptor.n_features
        self.shifts = np.array(potential.atom_sum.shifts)
        self.taken = taken_features(potential)
        try:
            text = network_text(potential)
        except ValueError as error:
            raise NativeError(str(error)) from None
        problem = ctypes.create_string_buffer(500)
        self._pointer = library().atomzoo_new(text.encode(), problem, len(problem))
        if not self._pointer:
            raise NativeError(problem.value.decode(errors="replace"))
        weakref.finalize(self, library().atomzoo_delete, self._pointer)

    def evaluate(self, atoms, neighbors):
        """The result of a structure with its `KeptNeighbors`."""
        n_atoms, positions = len(neighbors.species), np.ascontiguousarray(atoms.positions)
        numbers = np.zeros(9 + n_atoms * (4 + self.n_features))
        n_outside = library().atomzoo_evaluate(
            self._pointer, n_atoms, positions.ctypes.data, *neighbors.addresses, self.n_features, numbers.ctypes.data
        )
        _check_memory(n_outside, n_atoms)
        virial, energies = numbers[:9].reshape(3, 3), numbers[9 : 9 + n_atoms]
        forces = numbers[9 + n_atoms : 9 + 4 * n_atoms].reshape(n_atoms, 3).copy()
        features = numbers[9 + 4 * n_atoms :].reshape(n_atoms, self.n_features)
        if self.taken is not None:
            features[~self.taken[neighbors.species]] = np.nan
        references = self.shifts[neighbors.species]
        return result_of(energies, references, forces, neighbors.stress.of(virial), features, n_outside)

    def features(self, pairs, with_gradients):
        n_atoms = len(pairs.species)
        features = np.zeros((n_atoms, self.n_features))
        gradients = np.zeros((len(pairs.first), 3, self.n_features)) if with_gradients else None
        starts = np.searchsorted(pairs.first, np.arange(n_atoms + 1)).astype(np.int64)
        species, displacements = pairs.species.astype(np.int32), np.ascontiguousarray(pairs.displacements)
        arrays = species, starts, species[pairs.second], displacements
        addresses = (array.ctypes.data for array in arrays)
        results = features.ctypes.data, gradients.ctypes.data if with_gradients else None
        failed = library().atomzoo_features(self._pointer, n_atoms, *addresses, self.n_features, *results)
        _check_memory(failed, n_atoms)
        return features, gradients


def _check_memory(code, n_atoms):
    if code < 0:
        raise ValueError(f"The memory does not suffice for the evaluation. Received: {n_atoms} atoms")


def _check(potential):
    """Layers of other classes, also derived ones, may do anything."""
    from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential  # which needs this module

    descriptor = potential.descriptor
    parts = descriptor.descriptors if type(descriptor) is ConcatenatedDescriptor else [descriptor]
    expected = [(part, DESCRIPTORS) for part in parts]
    expected += [(potential.atomic_network, (AtomicNetwork,)), (potential.feature_scaling, (FeatureScaling,))]
    for part, classes in [*expected, (potential, (NeuralNetworkPotential,))]:
        if type(part) not in classes:
            names = " or ".join(known.__name__ for known in classes)
            raise NativeError(f"The native engine evaluates a {names}. Received: {type(part).__name__}")

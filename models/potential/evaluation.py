"""Fast evaluation of descriptors and potentials: atoms of all structures in chunks of few shapes."""

import numpy as np
from keras import ops

from atomzoo.datasets.arrays.neighborhoods import CHUNK, Pairs, chunks
from atomzoo.datasets.arrays.periodicity import Stress
from atomzoo.models.potential.extrapolation import widened_range
from atomzoo.models.potential.gradients import compiled, value_and_gradient
from atomzoo.models.potential.results import result_of, taken_features

OUT_OF_MEMORY = ("ResourceExhaustedError", "XlaRuntimeError")
N_ATOMS = 8 * CHUNK  # of structures that are evaluated together


class DescriptorEvaluator:
    """Evaluates a descriptor on structures, by one compiled program for each number of neighbors.

    What a descriptor says of an atom depends on nothing but its own displacement vectors, so that atoms of any number
    of structures, of any sizes, are evaluated in chunks of equal shape.

    Args:
        descriptor: `Descriptor`.
    """

    def __init__(self, descriptor):
        self.descriptor = descriptor
        if not descriptor.built:
            descriptor.build()  # now: several threads may use it
        self._values = compiled(self._value_kernel, descriptor)
        self._slopes = compiled(self._slope_kernel, descriptor)
        self._projections = compiled(self._projection_kernel, descriptor)

    def features(self, structures):
        """Features, unscaled: list of float64 arrays (n, F), one for each structure."""
        results = []
        for batch in batches(structures):
            pairs = self.pairs(batch)
            results += np.split(self.values(pairs), np.cumsum(pairs.n_atoms)[:-1])
        return results

    def pairs(self, structures):
        """The `Pairs` of structures within the descriptor's cutoff."""
        return Pairs.of(structures, self.descriptor.elements, self.descriptor.cutoff)

    def values(self, pairs):
        """Features (N, F) of all atoms, float64."""
        features = np.empty((len(pairs.species), self.descriptor.n_features))
        for chunk in self.chunks(pairs):
            features[chunk.atoms] = self._run(self._values, chunk)[0]
        return features

    def gradients(self, pairs):
        """Derivatives (P, 3, F) of the features of each pair's first atom with respect to its D."""
        directions = np.eye(self.descriptor.n_features)
        result = np.empty((len(pairs.first), 3, len(directions)), self.descriptor.compute_dtype)
        for chunk in self.chunks(pairs):
            for column, direction in enumerate(directions):
                (slopes,) = self._run(self._slopes, chunk, direction)
                result[chunk.pairs, :, column] = slopes[chunk.taken[: len(chunk.atoms)]]
        return result

    def projections(self, pairs, directions):
        """Rates of change of features as all atoms move together.

        Args:
            pairs: `Pairs`.
            directions: array (N, K, 3): K displacements of each atom, in A.

        Returns:
            Array (N, K, F) float32, in units of a feature's per that of `directions`.
        """
        result = np.empty((*directions.shape[:2], self.descriptor.n_features), "float32")
        for chunk in self.chunks(pairs):
            for k in range(directions.shape[1]):
                moves = directions[pairs.second[chunk.pairs], k] - directions[pairs.first[chunk.pairs], k]
                tangents = np.zeros_like(chunk.displacements)
                tangents[chunk.taken] = moves
                result[chunk.atoms, k] = self._run(self._projections, chunk, tangents)[0]
        return result

    def chunks(self, pairs):
        """What the programs are given, a `Chunk` at a time."""
        descriptor = self.descriptor
        needs_triplets, all_pairs = descriptor.needs_triplets, descriptor.sums_over_pairs
        return chunks(pairs, descriptor.cutoff, needs_triplets, descriptor.n_features, all_pairs)

    @staticmethod
    def _run(kernel, chunk, *others):
        """Outputs of a compiled kernel for the atoms of a chunk, float64."""
        try:
            outputs = kernel(chunk.displacements, chunk.species, chunk.neighbor_species, chunk.triplets, *others)
        except Exception as error:  # each backend has its own
            if not isinstance(error, MemoryError) and type(error).__name__ not in OUT_OF_MEMORY:
                raise
            shape = f"{len(chunk.taken)} atoms with up to {chunk.taken.shape[1]} neighbors"
            raise ValueError(f"The memory does not suffice for the evaluation. Received: {shape} at once") from None
        return [np.asarray(ops.convert_to_numpy(x), "float64")[: len(chunk.atoms)] for x in outputs]

    def _value_kernel(self, displacements, species, neighbor_species, triplets):
        return (self.descriptor(displacements, neighbor_species, triplets),)

    def _slope_kernel(self, displacements, species, neighbor_species, triplets, direction):
        """Gradient (n, M, 3) of the features' component along `direction`, (F,) or (n, F)."""

        def projected(displacements):
            features = self.descriptor(displacements, neighbor_species, triplets)
            return ops.sum(features * ops.cast(direction, features.dtype), axis=-1)

        return (value_and_gradient(projected, displacements)[1],)

    def _projection_kernel(self, displacements, species, neighbor_species, triplets, tangents):
        """Rates (n, F): what multiplies `direction` in the slope of the features' component along it."""

        def slope(direction):
            gradient = self._slope_kernel(displacements, species, neighbor_species, triplets, direction)[0]
            return ops.sum(gradient * tangents, axis=(1, 2))

        zeros = ops.zeros((displacements.shape[0], self.descriptor.n_features), tangents.dtype)
        return (value_and_gradient(slope, zeros)[1],)


class PotentialEvaluator(DescriptorEvaluator):
    """Evaluates a potential on structures: only forces and stress are put together by structure.

    Args:
        potential: `NeuralNetworkPotential`.
    """

    def __init__(self, potential):
        super().__init__(potential.descriptor)
        self.potential = potential
        self._energies = compiled(self._energy_kernel, potential)

    def evaluate(self, structures):
        """See `NeuralNetworkPotential.evaluate_atoms`."""
        return [result for batch in batches(structures) for result in self._evaluate(batch)]

    def energies(self, pairs):
        """Energies (N,) counted from the elements' shifts, their gradients (P, 3) and the features (N, F), float64."""
        energies, features = np.empty(len(pairs.species)), np.empty((len(pairs.species), self.descriptor.n_features))
        gradient = np.empty_like(pairs.displacements)
        for chunk in self.chunks(pairs):
            energies[chunk.atoms], slopes, features[chunk.atoms] = self.chunk_energies(chunk)
            gradient[chunk.pairs] = slopes[chunk.taken[: len(chunk.atoms)]]
        if self.potential.core is not None:
            core_energies, core_gradient = self.core(pairs)
            energies, gradient = energies + core_energies, gradient + core_gradient
        return energies, gradient, features

    def chunk_energies(self, chunk):
        """Energies (n,), their gradients (n, M, 3) and features (n, F) of the atoms of a chunk, float64; no core."""
        return self._run(self._energies, chunk)

    def core(self, pairs):
        """Energies (N,) of the potential's core and their gradients (P, 3), float64."""
        core, energies, gradient = self.potential.core, np.zeros(len(pairs.species)), np.zeros_like(pairs.displacements)
        # In most structures there are no such pairs, so that it takes no time and no program is compiled.
        close = np.flatnonzero(np.sum(pairs.displacements**2, axis=1) < core.cutoff**2)
        if len(close):
            first, others = pairs.first[close], pairs.species[pairs.second[close]][:, None]
            values, slopes = value_and_gradient(
                lambda d: core(d, pairs.species[first], others), pairs.displacements[close, None]
            )
            energies = np.bincount(first, ops.convert_to_numpy(values), len(energies))
            gradient[close] = ops.convert_to_numpy(slopes)[:, 0]
        return energies, gradient

    def core_energy(self, structures):
        """The energy of the potential's core in each structure, (S,) in eV."""
        pairs = Pairs.of(structures, self.potential.elements, self.potential.core.cutoff)
        return np.add.reduceat(self.core(pairs)[0], np.cumsum(pairs.n_atoms) - pairs.n_atoms)

    def _evaluate(self, structures):
        pairs = self.pairs(structures)
        energies, gradient, features = self.energies(pairs)
        taken = taken_features(self.potential)
        if taken is not None:
            features[~taken[pairs.species]] = np.nan
        references = np.asarray(self.potential.atom_sum.shifts)[pairs.species]
        outside = self._outside(pairs, features)
        yield from _assembled(structures, pairs, energies, references, gradient, features, outside)

    def _outside(self, pairs, features):
        """How many features of each atom are outside their range in the training data, (N,)."""
        ranges = [widened_range(self.potential, element) for element in self.potential.elements]
        smallest, largest = np.array(ranges).transpose(1, 0, 2)[:, pairs.species]
        return ((features < smallest) | (features > largest)).sum(axis=1)

    def _energy_kernel(self, displacements, species, neighbor_species, triplets):
        """Energies (n,) of the networks, their gradients (n, M, 3) and features (n, F)."""

        def energies(displacements):
            features = self.descriptor(displacements, neighbor_species, triplets)
            return self.potential.interaction_energies(features, species), features

        (values, features), gradient = value_and_gradient(energies, displacements)
        return values, gradient, features


def batches(structures, n_atoms=N_ATOMS):
    """Cuts a list of structures into lists of some `n_atoms` atoms, or of one larger structure.

    Example:
        >>> from ase.build import molecule
        >>> [len(batch) for batch in batches([molecule("H2O")] * 5, n_atoms=6)]
        [2, 2, 1]
    """
    batch, size = [], 0
    for atoms in structures:
        if batch and size + len(atoms) > n_atoms:
            yield batch
            batch, size = [], 0
        batch.append(atoms)
        size += len(atoms)
    if batch:
        yield batch


def _assembled(structures, pairs, energies, references, gradient, features, outside):
    """The result dict of each structure, from its atoms' energies and features and its pairs' gradients."""
    n_atoms = len(energies)
    pulls = [np.bincount(pairs.first, g, n_atoms) - np.bincount(pairs.second, g, n_atoms) for g in gradient.T]
    forces = np.stack(pulls, axis=-1)
    stops = np.cumsum(pairs.n_atoms)
    pair_stops = np.searchsorted(pairs.first, stops)
    starts, pair_starts = stops - pairs.n_atoms, np.concatenate([[0], pair_stops[:-1]])
    for k, atoms in enumerate(structures):
        own, own_pairs = slice(starts[k], stops[k]), slice(pair_starts[k], pair_stops[k])
        virial = pairs.displacements[own_pairs].T @ gradient[own_pairs]
        of_atoms = (values[own] for values in (energies, references, forces))
        yield result_of(*of_atoms, Stress(atoms).of(virial), features[own], int(outside[own].sum()))

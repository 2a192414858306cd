"""Fast evaluation of a potential: atoms of all structures in one row, in chunks of one shape."""

from dataclasses import dataclass

import numpy as np
from keras import ops

from atomzoo.datasets.arrays.padded import find_displacements
from atomzoo.datasets.arrays.structure_dataset import to_arrays
from atomzoo.models.potential.gradients import compiled, value_and_gradient

CHUNK = 512  # atoms; what they need stays in the processor's cache, and memory does not grow with the structure


@dataclass
class AtomRow:
    """What the energies of N atoms, of any structures, depend on: arrays of `to_arrays` without padded atoms.

    Attributes:
        displacements: (N, M, 3) float64 in A; 0 for padding.
        species: (N,) int32.
        neighbor_species: (N, M) int32, -1 = padding.
        triplets: (N, T, 2) int32, -1 = padding, or None.
    """

    displacements: np.ndarray
    species: np.ndarray
    neighbor_species: np.ndarray
    triplets: np.ndarray | None

    @classmethod
    def from_arrays(cls, arrays):
        """The atoms of a batch of structures, from the dict that `to_arrays` makes."""
        real, neighbors = arrays["species"] >= 0, arrays["neighbors"]
        species = arrays["species"][np.arange(len(real))[:, None, None], neighbors]
        return cls(
            np.nan_to_num(find_displacements(arrays)[real]),
            arrays["species"][real],
            np.where(neighbors >= 0, species, -1)[real],
            arrays["triplets"][real] if "triplets" in arrays else None,
        )

    def chunks(self, *others, few=True):
        """The four arrays, and others, in chunks of `CHUNK` atoms, the last one padded; if `few`, to a power of two.

        For each size there is a program: `few` is for atoms that are evaluated again and again, not for rows of a set.
        """
        n_atoms = len(self.species)
        size = min(CHUNK, 1 << max(n_atoms - 1, 0).bit_length()) if few else CHUNK
        fields = ((self.displacements, 0.0), (self.species, -1), (self.neighbor_species, -1), (self.triplets, -1))
        fields += tuple((array, 0.0) for array in others)
        for start in range(0, n_atoms, size):
            yield [None if a is None else _filled(a[start : start + size], size, fill) for a, fill in fields]


class AtomwiseEvaluator:
    """Evaluates a potential on structures, by one compiled program for each number of neighbors.

    Atomic energies depend on nothing but their own displacement vectors, so that atoms of any number of structures, of
    any sizes, are evaluated in chunks of equal shape; only forces and stress are put together by structure.

    Args:
        potential: `NeuralNetworkPotential`.
    """

    def __init__(self, potential):
        self.potential = potential
        self._features = compiled(self._feature_kernel, potential)
        self._energies = compiled(self._energy_kernel, potential)
        self._slopes = compiled(self._slope_kernel, potential)
        self._rates = compiled(self._rate_kernel, potential)

    def evaluate(self, structures):
        """See `NeuralNetworkPotential.evaluate_atoms`."""
        results = [None] * len(structures)
        shifts = np.asarray(self.potential.atom_sum.shifts)
        for indices, arrays in self._batches(structures):
            real = arrays["species"] >= 0
            outputs = [_padded_atoms(x, real) for x in self.evaluate_row(AtomRow.from_arrays(arrays))]
            for index, result in zip(indices, _assembled(arrays, shifts, *outputs), strict=True):
                results[index] = result
        return results

    def evaluate_row(self, row):
        """Interaction energies (N,) of the atoms of a row, their gradients (N, M, 3) and features (N, F), float64."""
        return _run(self._energies, row)

    def row_features(self, row):
        """Symmetry-function values (N, F) of the atoms of a row, unscaled, float64."""
        return _run(self._features, row, few=False)[0]

    def row_rates(self, row, tangents):
        """Rates of change (N, F) of the features of a row's atoms along tangents (N, M, 3) of its displacements."""
        return _run(self._rates, row, tangents, few=False)[0]

    def features(self, structures):
        """Symmetry-function values, unscaled: list of float64 arrays (n, F), one for each structure."""
        results = [None] * len(structures)
        for indices, arrays in self._batches(structures):
            (rows,) = _run(self._features, AtomRow.from_arrays(arrays))
            stops = np.cumsum([len(structures[index]) for index in indices])[:-1]
            for index, values in zip(indices, np.split(rows, stops), strict=True):
                results[index] = values
        return results

    def batch_features(self, arrays, gradients=False):
        """Features (B, A, F) of a batch, and with `gradients` dG/dD (B, A, M, 3, F) too, in the potential's dtype."""
        row, real, dtype = AtomRow.from_arrays(arrays), arrays["species"] >= 0, self.potential.compute_dtype
        (features,) = _run(self._features, row)
        cached = {"features": _padded_atoms(features, real).astype(dtype)}
        if gradients:
            directions = np.eye(features.shape[1])
            slopes = [_run(lambda *a, v=v: self._slopes(*a, v), row)[0].astype(dtype) for v in directions]
            cached["feature_gradients"] = np.stack([_padded_atoms(slope, real) for slope in slopes], axis=-1)
        return cached

    def _batches(self, structures):
        """Indices and arrays of structures of similar size, about as many as fill a few chunks."""
        potential, batch = self.potential, []
        order = sorted(range(len(structures)), key=lambda index: len(structures[index]))
        for position, index in enumerate(order):
            batch.append(index)
            following = order[position + 1 : position + 2]
            if not following or (len(batch) + 1) * len(structures[following[0]]) > 8 * CHUNK:
                chosen = [structures[index] for index in batch]
                yield batch, to_arrays(chosen, potential.elements, potential.cutoff, potential.needs_triplets)
                batch = []

    def _feature_kernel(self, displacements, species, neighbor_species, triplets):
        return (self.potential.symmetry_functions(displacements, neighbor_species, triplets),)

    def _energy_kernel(self, displacements, species, neighbor_species, triplets):
        """Interaction energies (N,), their gradients (N, M, 3) and features (N, F): each atom is its own structure."""
        potential, species = self.potential, species[:, None]

        def energies(displacements):
            features = potential.symmetry_functions(displacements, neighbor_species, triplets)
            atomic_energies = potential.atomic_energies(features[:, None], species)
            return potential.atom_sum.interaction_energy(atomic_energies, species), features

        (values, features), gradient = value_and_gradient(energies, displacements)
        return values, gradient, features

    def _slope_kernel(self, displacements, species, neighbor_species, triplets, direction):
        """Gradient (N, M, 3) of the features' component along `direction`, (F,) or (N, F)."""

        def projected(displacements):
            features = self.potential.symmetry_functions(displacements, neighbor_species, triplets)
            return ops.sum(features * ops.cast(direction, features.dtype), axis=-1)

        return (value_and_gradient(projected, displacements)[1],)

    def _rate_kernel(self, displacements, species, neighbor_species, triplets, tangents):
        """Rates (N, F): what multiplies `direction` in the slope of the features' component along it."""

        def slope(direction):
            gradient = self._slope_kernel(displacements, species, neighbor_species, triplets, direction)[0]
            return ops.sum(gradient * tangents, axis=(1, 2))

        n_features = self.potential.feature_scaling.n_features
        return (value_and_gradient(slope, ops.zeros((displacements.shape[0], n_features), tangents.dtype))[1],)


def _run(kernel, row, *others, few=True):
    """Outputs of a compiled kernel for all atoms of a row, float64."""
    chunks = row.chunks(*others, few=few)
    parts = [[np.asarray(ops.convert_to_numpy(x), "float64") for x in kernel(*chunk)] for chunk in chunks]
    return [np.concatenate(part)[: len(row.species)] for part in zip(*parts, strict=True)]


def _filled(values, size, fill):
    if len(values) == size:
        return values
    return np.concatenate([values, np.full((size - len(values), *values.shape[1:]), fill, values.dtype)])


def _padded_atoms(values, real):
    """Rows (N, ...) back to the places (B, A, ...) where `real` is true; 0 elsewhere."""
    padded = np.zeros((*real.shape, *values.shape[1:]), values.dtype)
    padded[real] = values
    return padded


def _assembled(arrays, shifts, energies, gradients, features):
    """The result dict of each structure of a batch, from its atoms' interaction energies, gradients and features."""
    displacements = np.nan_to_num(find_displacements(arrays))
    virials = np.einsum("bami,bamj->bij", displacements, gradients)
    for b, n_atoms in enumerate((arrays["species"] >= 0).sum(axis=1)):
        neighbors, gradient = arrays["neighbors"][b], gradients[b]
        references, interaction = shifts[arrays["species"][b, :n_atoms]], float(energies[b].sum())
        pairs, targets = gradient[neighbors >= 0], neighbors[neighbors >= 0]
        pulled = np.stack([np.bincount(targets, pairs[:, axis], minlength=n_atoms) for axis in range(3)], axis=-1)
        yield {
            "energy": interaction + float(references.sum()),
            "interaction_energy": interaction,
            "energies": energies[b, :n_atoms] + references,
            "forces": gradient[:n_atoms].sum(axis=1) - pulled,
            "stress": 0.5 * (virials[b] + virials[b].T) / arrays["volume"][b],
            "features": features[b, :n_atoms],
        }

"""Batches of structures for training, as a Keras data source."""

import copy

import ase
import keras
import numpy as np

from atomzoo.datasets.arrays.batch import StructureTable, filled
from atomzoo.datasets.arrays.labels import OF_ATOMS, labels
from atomzoo.datasets.arrays.structure_weights import structure_weights


class StructureDataset(keras.utils.PyDataset):
    """Structures in batches, as `model.fit` and `model.evaluate` take them.

    All batches have one shape, so that one program is compiled. When they are shuffled, a batch takes every n-th of the
    structures sorted by composition: batches then hold nearly the same numbers of atoms of each element, and few rows
    stay empty; which structures of equal composition share a batch is drawn anew every epoch.

    An item is `(x, y, sample_weight)`: x as returned by `to_arrays`, y and the weights dicts by label. The weights make
    a mean squared error that of the structures of a batch, whatever the numbers of their atoms and of empty rows:

    - of `energy`, `energy_per_atom`, `stress` (S, 9) and `projected_forces` (S, ...): the mean over structures
    - of `forces` and `energies` (N, ...): the mean over the atoms of each structure, then over structures

    Structures count in it by their `structure_weights`: those that lack forces or stress do not in theirs.

    Args:
        structures: the labelled structures.
        elements: chemical symbols; `species` are indices into this list.
        cutoff: radius of the neighbor lists in A.
        batch_size: largest number of structures in a batch; None for one batch of all.
        labels: any of "energy", "energy_per_atom", "energies", "forces" and "stress"; see `labels`.
        shuffle: every epoch, put together other batches, by `seed` and the epoch only. Otherwise structures stay in the
            order given.
        seed: seed of the shuffling.
        triplets: also give the triplets, which the symmetry function G4 needs.

    Attributes:
        n_structures: number of structures.
        table: the `StructureTable` of all structures.

    Raises:
        ValueError: naming the structure, as `to_arrays` and `labels` do.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> train, _ = gold_clusters.load_data(3)
    >>> x, y, weights = StructureDataset(train, ["Au"], cutoff=6.5)[0]
    >>> x["positions"].shape, y["energy_per_atom"].shape
    ((96, 3), (32,))
    """

    def __init__(
        self,
        structures: list[ase.Atoms],
        elements: list[str],
        cutoff: float,
        batch_size: int | None = 32,
        labels: tuple[str, ...] = ("energy_per_atom",),
        shuffle: bool = False,
        seed: int = 0,
        triplets: bool = False,
    ):
        super().__init__()
        self.table = StructureTable(structures, elements, cutoff)
        self.n_structures = len(structures)
        self.labels = _targets(structures, labels)
        self._weights = {name: structure_weights(structures, name) for name in labels}
        self.shuffle, self.seed, self.epoch = shuffle, seed, 0
        self.n_batches = -(-self.n_structures // (batch_size or self.n_structures))
        self._of_atoms, self._neighbors = {}, None  # cached inputs by name, a row an atom, and their neighbors
        self._batches = self._plan()
        self.widths = self.table.widths(self._batches, triplets)

    def __len__(self):
        return self.n_batches

    def __getitem__(self, index):
        chosen = self._batches[index]
        x = self.table.batch(chosen, self.widths, geometry=not self.is_cached)
        if self._neighbors is not None:
            numbers = self._neighbors.n_neighbors, self._neighbors.second
            rows = self.table.neighbor_rows(chosen, *numbers, self._neighbors.width)
            x["neighbors"] = filled(rows, self.widths.rows, -1)
        if self._of_atoms:
            atoms = self.table.atoms_of(chosen)
            x |= {name: filled(values[atoms], self.widths.rows, 0.0) for name, values in self._of_atoms.items()}
        y = {name: self._taken(name, values, chosen) for name, values in self.labels.items()}
        return x, y, {name: self._weights_of(name, x, chosen) for name in y}

    def on_epoch_end(self):
        self.at_epoch(self.epoch + 1)

    def at_epoch(self, epoch):
        """The dataset as it is after so many epochs; itself."""
        self.epoch = epoch
        if self.shuffle:
            self._batches = self._plan()
        return self

    @property
    def is_cached(self):
        """Whether there are inputs that were evaluated once."""
        return bool(self._of_atoms)

    def cached(self, neighbors=None, **of_atoms):
        """A dataset of the same batches with inputs that were evaluated once for all atoms, in place of the geometry.

        Args:
            neighbors: `DistinctNeighbors` of the table, for the input `neighbors` (N, M), M of them at most.
            of_atoms: arrays (N, ...) by name, a row for each atom, structure after structure.
        """
        dataset = copy.copy(self)
        dataset._of_atoms, dataset._neighbors = self._of_atoms | of_atoms, neighbors
        return dataset

    def with_label(self, name, values, weights):
        """A dataset of the same batches with another label (S, ...) beside its own, and its weights (S,)."""
        dataset = copy.copy(self)
        dataset.labels, dataset._weights = self.labels | {name: values}, self._weights | {name: weights}
        return dataset

    def _plan(self):
        """The structures of each batch of this epoch."""
        if not self.shuffle:
            size = -(-self.n_structures // self.n_batches)
            return [
                np.arange(start, min(start + size, self.n_structures)) for start in range(0, self.n_structures, size)
            ]
        drawn = np.random.default_rng((self.seed, self.epoch)).random(self.n_structures)
        order = np.lexsort((drawn, *self.table.composition.T))
        return [order[k :: self.n_batches] for k in range(self.n_batches)]

    def _taken(self, name, values, chosen):
        if name in OF_ATOMS:
            return filled(values[self.table.atoms_of(chosen)], self.widths.rows, 0.0)
        return filled(values[chosen], self.widths.structures, 0.0)

    def _weights_of(self, name, x, chosen):
        weights = filled(self._weights[name][chosen] / len(chosen), self.widths.structures, 0.0)
        if name in OF_ATOMS:
            return np.append(len(x["species"]) * weights / x["n_atoms"], 0.0)[x["structure"]]
        return len(weights) * weights


def _targets(structures, names):
    targets = labels(structures, names, optional=("forces", "stress"))
    if "stress" in targets:
        targets["stress"] = targets["stress"].reshape(-1, 9)
    return targets

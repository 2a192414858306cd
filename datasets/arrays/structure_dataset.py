"""Batches of structures for training: size buckets of padded arrays, as a Keras data source.

The arrays themselves are made by `to_arrays` and `labels` of `datasets.arrays.padded`, which this module offers too.
"""

import copy
from collections.abc import Callable

import ase
import keras
import numpy as np

from atomzoo.datasets.arrays.padded import find_species, find_triplets, labels, round_size, to_arrays

__all__ = ["StructureDataset", "labels", "to_arrays"]


class StructureDataset(keras.utils.PyDataset):
    """Structures in batches, as `model.fit` and `model.evaluate` take them.

    Structures of similar size share a bucket and are padded to the same widths, so that padding stays small and XLA
    compiles few shapes: one for the batches of a bucket, and one more for its last batch if that is smaller. Neighbor
    lists are built once; triplets, which are many, are found anew for each batch.

    An item is `(x, y, sample_weight)`: x as returned by `to_arrays`, y as returned by `labels`, and weights with the
    keys of y, such that a mean squared error becomes

    - `energy` (B,): that of energies per atom, in (eV/atom)^2; the weight is 1 / n_atoms^2
    - `forces` and `energies` (B, A): the mean over the atoms of each structure, then over structures; A / n_atoms,
      0 for padding
    - `stress` (B,): that of the structures that have one; 1, or 0 unless periodic in three directions

    Args:
        structures: the labelled structures.
        elements: chemical symbols; `species` are indices into this list.
        cutoff: radius of the neighbor lists in A.
        batch_size: number of structures in a batch.
        labels: any of "energy", "energies", "forces" and "stress"; see `labels`.
        shuffle: every epoch, put together other batches of each bucket, and take them in another order. Both depend on
            `seed` and the epoch only. Otherwise structures stay in the given order within their bucket.
        seed: seed of the shuffling.
        triplets: also give the triplets, which the symmetry function G4 needs.

    Attributes:
        n_structures: number of structures.
        buckets: list of dicts `x`, `y`, `weights` (as in an item, with all structures of the bucket) and `indices`
            (their places in `structures`), for who wants no batches.

    Raises:
        ValueError: naming the structure, as `to_arrays` and `labels` do.

    Example:

    >>> from atomzoo.datasets import gold_clusters
    >>> train, _ = gold_clusters.load_data(3)
    >>> x, y, weights = StructureDataset(train, ["Au"], cutoff=6.5)[0]
    >>> x["positions"].shape, y["energy"].shape
    ((32, 3, 3), (32,))
    """

    def __init__(
        self,
        structures: list[ase.Atoms],
        elements: list[str],
        cutoff: float,
        batch_size: int = 32,
        labels: tuple[str, ...] = ("energy",),
        shuffle: bool = False,
        seed: int = 0,
        triplets: bool = False,
    ):
        super().__init__()
        self.n_structures = len(structures)
        self.cutoff = cutoff
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.epoch = 0
        self._buckets = _make_buckets(structures, elements, cutoff, labels)
        self._triplet_widths = self._find_triplet_widths() if triplets else None
        self._differ_in_first_and_last()
        self._batches = self._plan()

    @property
    def buckets(self) -> list[dict]:
        return [self._take(number, slice(None)) for number in range(len(self._buckets))]

    def __len__(self):
        return len(self._batches)

    def __getitem__(self, index):
        batch = self._take(*self._batches[index])
        return batch["x"], batch["y"], batch["weights"]

    def on_epoch_end(self):
        self.epoch += 1
        self._batches = self._plan()

    def map_inputs(self, function: Callable[[dict], dict]) -> "StructureDataset":
        """A dataset with other inputs, for example features that need to be computed only once.

        Args:
            function: takes the x of some structures and returns another dict of arrays with the same leading axis, in
                which every structure has its own rows. It is called for `batch_size` structures at a time, always with
                the same shapes within a bucket.

        Returns:
            A new dataset with the same batches, labels and weights.
        """
        mapped = copy.copy(self)
        mapped._buckets = [bucket | {"x": self._map_bucket(k, function)} for k, bucket in enumerate(self._buckets)]
        mapped._triplet_widths = None
        return mapped

    def _map_bucket(self, number, function):
        total = len(self._buckets[number]["indices"])
        step = min(self.batch_size, total)
        parts = []
        for start in range(0, total, step):
            rows = np.minimum(np.arange(start, start + step), total - 1)  # the last chunk repeats its last structure
            result = function(self._take(number, rows)["x"])
            parts.append({key: np.asarray(value)[: total - start] for key, value in result.items()})
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def _take(self, number, rows):
        bucket = self._buckets[number]
        taken = {key: _slice(bucket[key], rows) for key in ("x", "y", "weights")}
        if self._triplet_widths:
            taken["x"]["triplets"] = find_triplets(taken["x"], self.cutoff, self._triplet_widths[number])
        return taken | {"indices": bucket["indices"][rows]}

    def _chunks(self, number, order):
        return [(number, order[start : start + self.batch_size]) for start in range(0, len(order), self.batch_size)]

    def _plan(self):
        """The batches of this epoch: pairs of a bucket's number and rows of the bucket."""
        rng = np.random.default_rng((self.seed, self.epoch))
        batches = []
        for number, bucket in enumerate(self._buckets):
            n = len(bucket["indices"])
            batches += self._chunks(number, rng.permutation(n) if self.shuffle else np.arange(n))
        if self.shuffle:
            batches = [batches[k] for k in rng.permutation(len(batches))]
        return _first_and_last_bucket_first(batches, len(self._buckets) - 1)

    def _find_triplet_widths(self):
        widths = []
        for number, bucket in enumerate(self._buckets):
            chunks = self._chunks(number, np.arange(len(bucket["indices"])))
            widths.append(max(find_triplets(_slice(bucket["x"], rows), self.cutoff).shape[2] for _, rows in chunks))
        return widths

    def _differ_in_first_and_last(self):
        """Lets the first and the last bucket differ in each width that is not the same in all buckets.

        Keras takes a width to be variable if, and only if, it differs between the first two batches of a `PyDataset`.
        """
        last = self._buckets[-1]["x"]
        widths = [bucket["x"]["neighbors"].shape[2] for bucket in self._buckets]
        if widths[0] == widths[-1] and len(set(widths)) > 1:
            last["neighbors"] = np.pad(last["neighbors"], ((0, 0), (0, 0), (0, 8)), constant_values=-1)
            last["shifts"] = np.pad(last["shifts"], ((0, 0), (0, 0), (0, 8), (0, 0)))
        widths = self._triplet_widths
        if widths and widths[0] == widths[-1] and len(set(widths)) > 1:
            widths[-1] = round_size(widths[-1] + 1)


def _make_buckets(structures, elements, cutoff, names):
    find_species(structures, elements)  # checks all structures, so that errors name the place in the whole list
    counts = np.array([len(atoms) for atoms in structures])
    targets = labels(structures, names)
    sizes = np.array([round_size(count) for count in counts])
    buckets = []
    for size in np.unique(sizes):
        indices = np.flatnonzero(sizes == size)
        x = to_arrays([structures[k] for k in indices], elements, cutoff)
        y = _slice(targets, indices)
        for name in {"energies", "forces"} & set(y):
            y[name] = y[name][:, : x["species"].shape[1]]
        weights = {name: _weights(name, x, counts[indices]) for name in names}
        buckets.append({"x": x, "y": y, "weights": weights, "indices": indices})
    return buckets


def _weights(name, x, counts):
    if name == "energy":
        return 1.0 / counts**2
    if name in ("energies", "forces"):
        return (x["species"] >= 0) * x["species"].shape[1] / counts[:, None]
    return np.isfinite(x["volume"]).astype(np.float64)


def _first_and_last_bucket_first(batches, last):
    """Moves one batch of the first and one of the last bucket to the front (see `_differ_in_first_and_last`)."""
    if last == 0:
        return batches
    leading = [next(k for k, (number, _) in enumerate(batches) if number == wanted) for wanted in (0, last)]
    return [batches[k] for k in leading] + [batch for k, batch in enumerate(batches) if k not in leading]


def _slice(arrays, rows):
    return {key: value[rows] for key, value in arrays.items()}

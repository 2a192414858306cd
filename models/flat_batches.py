"""Training on cached features without padding: atoms of a batch in one row for each element, summed by structure."""

import keras
import numpy as np
from keras import ops


class FlatBatches(keras.utils.PyDataset):
    """Batches of structures as rows of atoms, all of one shape, so that one program is compiled.

    A batch takes every n-th of the structures sorted by composition. So all batches hold nearly the same numbers of
    atoms of each element, and the same mixture of sizes. Which structures of equal composition share a batch is drawn
    anew every epoch.

    An item is `(x, y, sample_weight)` for B structures: x a dict of, for each element, `X` (W, F), the features of its
    atoms, 0 for padding, and `X_structure` (W,), the place in the batch of each atom's structure, B for padding; and of
    `n_atoms` (B,). y (B, 1) is the energy per atom; the weight (B,) is 0 for the place that batches leave empty when
    their number does not divide that of the structures.

    Args:
        features: array (N, F), scaled, a row for each atom.
        species: array (N,) of indices into `elements`.
        counts: array (S,), number of atoms of each structure.
        energies: array (S,), energy per atom in eV, counted from a zero that float32 suits.
        elements: chemical symbols.
        batch_size: largest number of structures in a batch.
        seed: of the batches; None for the same batches every epoch.
    """

    def __init__(self, features, species, counts, energies, elements, batch_size, seed=None):
        super().__init__()
        self.elements, self.seed, self.epoch = list(elements), seed, 0
        self.counts, self.energies = np.asarray(counts), np.asarray(energies)
        structure = np.repeat(np.arange(len(self.counts)), self.counts)
        self.atoms = [np.flatnonzero(species == index) for index in range(len(self.elements))]
        self.rows = [np.asarray(features[atoms], dtype="float32") for atoms in self.atoms]
        self.composition = np.stack([np.bincount(structure[atoms], minlength=len(counts)) for atoms in self.atoms])
        self.n_batches = -(-len(self.counts) // batch_size)
        self.n_places = -(-len(self.counts) // self.n_batches)
        self.order = self._order()
        sums = [self.composition[:, self.order[k :: self.n_batches]].sum(axis=1) for k in range(self.n_batches)]
        self.widths = np.max(sums, axis=0)  # of every epoch: sorted, compositions are always in the same places

    def __len__(self):
        return self.n_batches

    def __getitem__(self, index):
        chosen = self.order[index :: self.n_batches]
        empty = self.n_places - len(chosen)
        x = {"n_atoms": np.pad(self.counts[chosen], (0, empty), constant_values=1).astype("float32")}
        for number, element in enumerate(self.elements):
            x[element], x[f"{element}_structure"] = self._atoms(number, chosen)
        y = np.pad(self.energies[chosen], (0, empty))[:, None].astype("float32")
        return x, y, np.pad(np.ones(len(chosen), "float32"), (0, empty))

    def _atoms(self, number, chosen):
        """Features of the atoms of one element in the chosen structures, and the places of these structures."""
        counts = self.composition[number]
        first = (np.cumsum(counts) - counts)[chosen]
        place = np.repeat(np.arange(len(chosen)), counts[chosen])
        within = np.arange(len(place)) - np.repeat(np.cumsum(counts[chosen]) - counts[chosen], counts[chosen])
        features = np.zeros((self.widths[number], self.rows[number].shape[1]), "float32")
        features[: len(place)] = self.rows[number][first[place] + within]
        empty = self.widths[number] - len(place)
        return features, np.pad(place, (0, empty), constant_values=self.n_places).astype("int32")

    def on_epoch_end(self):
        self.epoch += 1
        self.order = self._order()

    def _order(self):
        seed = 0 if self.seed is None else (self.seed, self.epoch)
        return np.lexsort((np.random.default_rng(seed).random(len(self.counts)), *self.composition))


class FlatNetwork(keras.Model):
    """Energy per atom of the structures of a flat batch, in eV.

    Args:
        subnets: dict of lists of layers by element, see `atomzoo.models.zoo.bpnn.build_subnets`.
        n_features: F.
        scale: eV; what a network's output of 1 is.

    Call arguments:
        inputs: x of `FlatBatches`.

    Returns:
        Tensor (B, 1).
    """

    def __init__(self, subnets, n_features, scale=1.0):
        super().__init__()
        self.subnets, self.scale = subnets, scale
        self.stack = [layer for layers in subnets.values() for layer in layers]  # for Keras to find them
        for layers in subnets.values():
            shape = (None, n_features)
            for layer in layers:
                layer.build(shape)
                shape = layer.compute_output_shape(shape)
        self.built = True

    def call(self, inputs, training=False):
        n_places = ops.shape(inputs["n_atoms"])[0]
        energy = ops.zeros_like(inputs["n_atoms"])
        for element, stack in self.subnets.items():
            values = inputs[element]
            for layer in stack:
                values = layer(values, training=training) if isinstance(layer, keras.layers.Dropout) else layer(values)
            places = inputs[f"{element}_structure"]
            energy = energy + ops.segment_sum(values[:, 0], places, num_segments=n_places + 1)[:-1]
        return (self.scale * energy / inputs["n_atoms"])[:, None]

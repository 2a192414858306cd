"""Training on cached features without padding: atoms of a batch in one row for each element, summed by structure."""

import keras
import numpy as np
from keras import ops

from atomzoo.models.potential.gradients import value_and_gradient


class FlatBatches(keras.utils.PyDataset):
    """Batches of structures as rows of atoms, all of one shape, so that one program is compiled.

    A batch takes every n-th of the structures sorted by composition. So all batches hold nearly the same numbers of
    atoms of each element, and the same mixture of sizes. Which structures of equal composition share a batch is drawn
    anew every epoch.

    An item is `(x, y, sample_weight)` for B structures: x a dict of, for each element, `X` (W, F), the features of its
    atoms, 0 for padding, and `X_structure` (W,), the place in the batch of each atom's structure, B for padding; and of
    `n_atoms` (B,). y (B, 1) is the energy per atom; the weight (B,) is 0 for the place that batches leave empty when
    their number does not divide that of the structures. With `rates`, x also has `X_rates` (W, K, F), and y and the
    weights are dicts: of `energy`, and of `rates` (B, K), those of the total energy.

    Args:
        features: array (N, F), scaled, a row for each atom.
        species: array (N,) of indices into `elements`.
        counts: array (S,), number of atoms of each structure.
        energies: array (S,), energy per atom in eV, counted from a zero that float32 suits.
        elements: chemical symbols.
        batch_size: largest number of structures in a batch.
        seed: of the batches; None for the same batches every epoch.
        rates: array (N, K, F), scaled as the features are, see `cached_rates`; to train on forces along K directions.
        energy_rates: array (S, K), labels in eV/A, see `energy_rates`.
    """

    def __init__(
        self, features, species, counts, energies, elements, batch_size, seed=None, rates=None, energy_rates=None
    ):
        super().__init__()
        self.elements, self.seed, self.epoch = list(elements), seed, 0
        self.counts, self.energies = np.asarray(counts), np.asarray(energies)
        structure = np.repeat(np.arange(len(self.counts)), self.counts)
        self.atoms = [np.flatnonzero(species == index) for index in range(len(self.elements))]
        self.rows = [np.asarray(features[atoms], dtype="float32") for atoms in self.atoms]
        self.rates = None if rates is None else [np.asarray(rates[atoms], dtype="float32") for atoms in self.atoms]
        self.energy_rates = energy_rates
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
            x |= self._atoms(number, element, chosen)
        y, weights = (
            _filled(self.energies[chosen, None], self.n_places),
            np.pad(np.ones(len(chosen), "float32"), (0, empty)),
        )
        if self.rates is None:
            return x, y, weights
        y = {"energy": y, "rates": _filled(self.energy_rates[chosen], self.n_places)}
        return x, y, dict.fromkeys(y, weights)

    def _atoms(self, number, element, chosen):
        """Features of the atoms of one element in the chosen structures, the places of these structures, and rates."""
        counts, width = self.composition[number], self.widths[number]
        first = (np.cumsum(counts) - counts)[chosen]
        place = np.repeat(np.arange(len(chosen)), counts[chosen])
        within = np.arange(len(place)) - np.repeat(np.cumsum(counts[chosen]) - counts[chosen], counts[chosen])
        rows = first[place] + within
        places = np.pad(place, (0, width - len(place)), constant_values=self.n_places).astype("int32")
        x = {element: _filled(self.rows[number][rows], width), f"{element}_structure": places}
        return x if self.rates is None else x | {f"{element}_rates": _filled(self.rates[number][rows], width)}

    def on_epoch_end(self):
        self.epoch += 1
        self.order = self._order()

    def _order(self):
        seed = 0 if self.seed is None else (self.seed, self.epoch)
        return np.lexsort((np.random.default_rng(seed).random(len(self.counts)), *self.composition))


def _filled(values, length):
    """Rows of zeros appended, float32."""
    filled = np.zeros((length, *values.shape[1:]), "float32")
    filled[: len(values)] = values
    return filled


class FlatNetwork(keras.Model):
    """Energy per atom of the structures of a flat batch, in eV, and its rates of change, in eV/A.

    Args:
        subnets: dict of lists of layers by element, see `atomzoo.models.zoo.bpnn.build_subnets`.
        n_features: F.
        scale: eV; what a network's output of 1 is.

    Call arguments:
        inputs: x of `FlatBatches`.

    Returns:
        Tensor (B, 1); with rates among the inputs {"energy": (B, 1), "rates": (B, K)}, the latter of total energies.
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
        totals = {}
        for element, stack in self.subnets.items():
            places = inputs[f"{element}_structure"]
            for name, values in self._atoms(inputs, element, stack, training).items():
                sums = ops.segment_sum(values, places, num_segments=ops.shape(inputs["n_atoms"])[0] + 1)[:-1]
                totals[name] = totals.get(name, 0.0) + self.scale * sums
        totals["energy"] = totals["energy"] / inputs["n_atoms"][:, None]
        return totals if "rates" in totals else totals["energy"]

    def _atoms(self, inputs, element, stack, training):
        """Energies (W, 1) of the atoms of an element, and their rates (W, K), in units of the scale."""

        def energies(values):
            for layer in stack:
                dropout = {"training": training} if isinstance(layer, keras.layers.Dropout) else {}
                values = layer(values, **dropout)
            return values

        if f"{element}_rates" not in inputs:
            return {"energy": energies(inputs[element])}
        values, slopes = value_and_gradient(energies, inputs[element])
        return {"energy": values, "rates": ops.einsum("wf,wkf->wk", slopes, inputs[f"{element}_rates"])}

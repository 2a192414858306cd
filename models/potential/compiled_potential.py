"""What a potential adds to a Keras model that is compiled, trained and saved."""

import keras
from keras import ops

from atomzoo.datasets.arrays.neighborhoods import Pairs
from atomzoo.datasets.arrays.structure_dataset import StructureDataset

DERIVATIVES = ("forces", "stress", "projected_forces")  # the outputs that need them


class CompiledPotential(keras.Model):
    """Base of `NeuralNetworkPotential`: losses and metrics by output, of energies of any zero, and weight decay.

    A subclass has `descriptor`, `atomic_network`, `atom_sum`, `core` and `evaluator`.

    Attributes:
        fitted: the outputs that have a loss.
        outputs_wanted: the outputs that are fitted or measured; `call` gives those that need derivatives only then.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weight_decay = 0.0
        self.outputs_wanted = self.fitted = ("energy_per_atom",)

    def compile(self, optimizer="rmsprop", loss=None, loss_weights=None, metrics=None, weight_decay=0.0, **kwargs):
        """Configures training, as of `keras.Model`.

        Args:
            loss, loss_weights, metrics: Dicts by output. Without `loss`: squared error of the energy per atom.
            weight_decay: What multiplies the sum of the squares of the network's kernels (biases are free), which is
                added to the loss. With the losses of `atomzoo.fit`, in units of the variance of energies, it is a
                Gaussian prior of width 1 on each weight if it is (noise / scale)^2 / number of structures.
        """
        loss = {"energy_per_atom": "mse"} if loss is None else loss
        loss, metrics = (
            value if isinstance(value, dict) else {"energy_per_atom": value} for value in (loss, metrics or {})
        )
        self.fitted = tuple(loss)
        self.outputs_wanted = tuple({**loss, **metrics, **(kwargs.get("weighted_metrics") or {})})
        self.weight_decay = weight_decay
        self._loss_functions = loss
        self._weights_of_losses = {name: (loss_weights or {}).get(name, 1.0) for name in loss}
        # Metrics are always given, if empty: Keras would keep those of an earlier compile().
        super().compile(optimizer=optimizer, loss=loss, loss_weights=loss_weights, metrics=metrics, **kwargs)

    def get_compile_config(self):
        """None: a potential is saved without its optimizer, whose learning rate may be spent."""

    def compile_from_config(self, config):
        """Does nothing: a potential that was loaded is not compiled; call `compile` to train it further."""

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        optimizer, self.optimizer = getattr(self, "optimizer", None), None
        try:
            super().save(filepath, overwrite=overwrite, zipped=zipped, **kwargs)
        finally:
            self.optimizer = optimizer

    def fit(self, x=None, validation_data=None, **kwargs):
        """`keras.Model.fit` on a `StructureDataset`; see `atomzoo.fit` for a call that does the rest too.

        Features that stay fixed are evaluated once where energies alone are fitted and measured.
        """
        # The dataset shuffles by its own seed; Keras would shuffle its batches once more, by the global one.
        kwargs = {"shuffle": False, "validation_data": self.with_features(validation_data), **kwargs}
        return super().fit(self.with_features(x), **kwargs)

    def with_features(self, dataset):
        """A `StructureDataset` with features in place of the geometry; anything else, or if they change, as it is."""
        fixed = not (self.descriptor.trainable_variables or set(DERIVATIVES) & set(self.outputs_wanted))
        if not isinstance(dataset, StructureDataset) or dataset.is_cached or not fixed:
            return dataset
        pairs = Pairs.of_table(dataset.table)
        core = {} if self.core is None else {"core_energies": self.evaluator.core(pairs)[0]}
        return dataset.cached(features=self.evaluator.values(pairs), **core)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, *self._comparable(self.fitted, x, y, y_pred, sample_weight), training)
        return loss + ops.cast(self.weight_penalty(), loss.dtype) if self.weight_decay else loss

    def loss_of(self, x, y, sample_weight):
        """The compiled loss of a batch, in the precision of the losses: Keras itself rounds it to float32.

        It is a function of the weights: dropout and the statistics of the batch, which Keras has in training, are not
        in it.
        """
        return self._total(self._errors_of(x, y, sample_weight))

    def loss_and_errors_of(self, x, y, sample_weight):
        """As `loss_of`, and behind it the loss of each output alone, without its weight: (1 + outputs,)."""
        errors = self._errors_of(x, y, sample_weight)
        return ops.stack([ops.cast(value, "float64") for value in (self._total(errors), *errors.values())])

    def _total(self, errors):
        return self.weight_penalty() + sum(self._weights_of_losses[name] * error for name, error in errors.items())

    def _errors_of(self, x, y, sample_weight):
        y, predicted, weights = self._comparable(self.fitted, x, y, self(x), sample_weight)
        return {n: loss(y[n], predicted[n], weights[n]) for n, loss in self._loss_functions.items()}

    def weight_penalty(self):
        """`weight_decay` times the sum of the squares of the network's kernels."""
        kernels = [v for v in self.atomic_network.trainable_variables if v.name == "kernel"]
        return self.weight_decay * sum(ops.sum(ops.square(kernel)) for kernel in kernels)

    def reference_energies(self, x):
        """The sum of the elements' shifts of each structure (S,), eV."""
        return ops.matmul(x["composition"], self.atom_sum.shifts[:, None])[:, 0]

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, *self._comparable(self.outputs_wanted, x, y, y_pred, sample_weight))

    def _comparable(self, names, x, y, y_pred, sample_weight):
        """The named labels and predictions; energies counted from the elements' shifts, for float32 to hold them."""
        energy, atomic = self.reference_energies(x), self.atom_sum.reference_energies(x["species"])
        references = {"energy": energy, "energy_per_atom": energy / x["n_atoms"], "energies": atomic}

        def select(values):
            chosen = {name: ops.convert_to_tensor(values[name]) for name in names}
            # Losses of Keras take the mean over the last axis before they weight: that must not be structures or atoms.
            return chosen | {name: (chosen[name] - references[name])[..., None] for name in references if name in names}

        weights = None if sample_weight is None else {name: sample_weight[name] for name in names}
        return select(y), select(y_pred), weights

"""The hypermodel of a potential, for any tuner of KerasTuner."""

import copy
import time

import keras
import keras_tuner
import numpy as np

from atomzoo.layers import descriptor_from_functions
from atomzoo.models.potential.feature_cache import cached_features
from atomzoo.models.potential.neural_network_potential import NeuralNetworkPotential
from atomzoo.models.training.inputs import prepared
from atomzoo.models.training.losses import loss_weights, losses
from atomzoo.models.training.train_potential import elements_of
from atomzoo.models.tuning.grid import BPNN_TABLE_I, check_grid

OBJECTIVE = "val_rmse"
ENERGY = ("energy_per_atom",)


class PotentialHyperModel(keras_tuner.HyperModel):
    """Potentials whose network is to be chosen: `build` gives a compiled `NeuralNetworkPotential` for a combination.

    Its hyperparameters are "layers", "nodes", "learning_rate" and "dropout". All combinations share symmetry functions,
    scaling, energy references and batches; features are evaluated once. `fit` trains on energies, and is called by the
    tuner: `search` needs no data, only `epochs` and, if wanted, callbacks. `keras_tuner.BayesianOptimization` needs
    scikit-learn.

    Args:
        train, validation: lists of `ase.Atoms` with energies.
        functions: list of `SymmetryFunction`.
        grid: dict of lists of values, see `check_grid`; None for those of table I of the Keras BPNN paper.
        activation: of the hidden layers.
        scaling: method of `FeatureScaling`.
        loss: "mae" or "mse", of energies per atom.
        batch_size: structures in a batch.
        patience: epochs without a smaller validation RMSE that end a trial; None for no such end.
        seed: of weights, batches and dropout.
        cache: folder of features, see `cached_features`.
        progress: function of the number of structures whose features are evaluated.

    Raises:
        ValueError: a bad grid, or a missing label.

    Example:

    >>> import tempfile
    >>> import keras_tuner
    >>> from atomzoo import PotentialHyperModel, load_function_set
    >>> from atomzoo.datasets import gold_clusters
    >>> train, validation = gold_clusters.load_data(n_atoms=2)
    >>> grid = {"layers": [1], "nodes": [3, 5], "learning_rate": [0.01]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hypermodel = PotentialHyperModel(train, validation, load_function_set("barch-tubman-2017", ["Au"]), grid,
    ...         cache=folder)
    ...     tuner = keras_tuner.GridSearch(hypermodel, hypermodel.objective, directory=folder)
    ...     tuner.search(epochs=2, verbose=0)
    ...     sorted(trial.hyperparameters["nodes"] for trial in tuner.oracle.trials.values())
    [3, 5]
    """

    objective = keras_tuner.Objective(OBJECTIVE, "min")

    def __init__(
        self,
        train,
        validation,
        functions,
        grid=None,
        activation="silu",
        scaling="principal-components",
        loss="mae",
        batch_size=32,
        patience=None,
        seed=0,
        cache=None,
        progress=None,
    ):
        super().__init__()
        if not train or not validation:
            text = f"{len(train)} to train, {len(validation)} to validate"
            raise ValueError(f"Both parts need structures. Received: {text}")
        self.grid = check_grid(BPNN_TABLE_I if grid is None else grid)
        self.activation, self.loss, self.patience, self.seed = activation, loss, patience, seed
        self.functions = list(functions)
        structures = [*train, *validation]
        self.elements = elements_of(structures)
        descriptor = descriptor_from_functions(self.functions, self.elements, dtype="float64")
        features = cached_features(structures, descriptor, cache, progress)
        n = sum(map(len, train))
        self.template = NeuralNetworkPotential.from_functions(self.elements, self.functions, (1,), scaling=scaling)
        self.template.adapt(train, features[:n])
        scale = float(self.template.atom_sum.scale)
        self._weights = loss_weights(scale, train, ENERGY) if loss == "mse" else {ENERGY[0]: 1.0 / scale}
        self.train = self._data(train, features[:n], batch_size, shuffle=True)
        self.validation = self._data(validation, features[n:], None, shuffle=False)

    def _data(self, structures, features, batch_size, shuffle):
        options = {"batch_size": batch_size, "shuffle": shuffle, "seed": self.seed}
        dataset = self.template.dataset(structures, **options)
        return prepared(self.template, dataset, structures, None, 0, features=features)

    def build(self, hp):
        """A compiled potential with the network that the hyperparameters describe, adapted to the training data."""
        values = {name: hp.Choice(name, values) for name, values in self.grid.items()}
        potential = NeuralNetworkPotential.from_functions(
            self.elements,
            self.functions,
            (values["nodes"],) * values["layers"],
            self.activation,
            self.template.feature_scaling.method,
            seed=self.seed,
            dropout=values["dropout"],
        )
        for name in ("feature_scaling", "atom_sum"):
            getattr(potential, name).set_weights(getattr(self.template, name).get_weights())
        loss = losses(ENERGY, "float32") if self.loss == "mse" else {ENERGY[0]: keras.losses.MeanAbsoluteError()}
        metrics = [keras.metrics.RootMeanSquaredError("rmse"), keras.metrics.MeanAbsoluteError("mae")]
        potential.compile(
            keras.optimizers.Adam(values["learning_rate"]),
            loss,
            loss_weights=self._weights,
            weighted_metrics={ENERGY[0]: metrics},
            jit_compile=True,
        )
        potential.optimizer.build(potential.trainable_variables)  # tuners' files of weights hold its own too
        return potential

    def fit(self, hp, model, *args, callbacks=(), **kwargs):
        """Trains on the data of the hypermodel, unless others are given.

        Returns:
            Dict of the numbers of the best epoch: the objective, "val_mae", "best_epoch", "epochs" and
            "seconds".

        Raises:
            keras_tuner.errors.FailedTrialError: the loss became infinite.
        """
        start = time.perf_counter()
        history = self.history(model, *args, callbacks=callbacks, **kwargs)
        best = int(np.argmin(history[OBJECTIVE]))
        found = {name: float(values[best]) for name, values in history.items() if name.startswith("val_")}
        measured = {"best_epoch": best + 1, "epochs": len(history["loss"]), "seconds": time.perf_counter() - start}
        return found | measured

    def history(self, model, *args, callbacks=(), **kwargs):
        """The numbers of each epoch, dict of lists; the weights of the best epoch are put back."""
        options = {"verbose": 0, "epochs": 60} | kwargs
        if not args and "x" not in options:
            # A copy, so that every trial has the same batches, whatever trials came before.
            options |= {"x": copy.copy(self.train), "validation_data": self.validation}
        patience = self.patience or options["epochs"]
        stop = keras.callbacks.EarlyStopping(OBJECTIVE, mode="min", patience=patience, restore_best_weights=True)
        callbacks = [*callbacks, stop, keras.callbacks.TerminateOnNaN()]
        history = model.fit(*args, callbacks=callbacks, **options).history
        if not np.isfinite(history["loss"] + history[OBJECTIVE]).all():
            raise keras_tuner.errors.FailedTrialError("The loss became infinite: a smaller learning rate may help")
        return history

"""Training a potential on cached features, and for forces on their rates, by batches without padding."""

from dataclasses import dataclass

import ase
import keras
import numpy as np

from atomzoo.datasets.arrays.padded import find_species, labels
from atomzoo.models.training.flat_batches import FlatBatches, FlatNetwork
from atomzoo.models.training.force_projections import energy_rates
from atomzoo.models.zoo.bpnn import build_subnets

DAMPING = 1e-3  # added to the variances of principal components (of scaled features, whose own are 1)
WARM_UP = 2  # epochs


@dataclass
class FlatData:
    """Structures, and the features of their atoms.

    Args:
        structures: list of `ase.Atoms` with energies, and with forces if there are rates.
        features: array (N, F), unscaled, a row for each atom; see `cached_features`.
        directions, rates: arrays (N, K, 3) and (N, K, F), see `random_directions` and `cached_rates`; None to train on
            energies only.
    """

    structures: list[ase.Atoms]
    features: np.ndarray
    directions: np.ndarray | None = None
    rates: np.ndarray | None = None

    def arguments(self, potential, transforms):
        """Those of `FlatBatches`: features scaled and transformed, and energies counted from the elements' shifts.

        Args:
            potential: `NeuralNetworkPotential` that has been adapted.
            transforms: of `principal_components`.
        """
        species = find_species(self.structures, potential.elements)
        counts = np.array([len(atoms) for atoms in self.structures])
        references = np.add.reduceat(np.asarray(potential.atom_sum.shifts)[species], np.cumsum(counts) - counts)
        arguments = {
            "features": np.empty(self.features.shape, "float32"),
            "species": species,
            "counts": counts,
            "energies": (labels(self.structures, ("energy",))["energy"] - references) / counts,
            "elements": potential.elements,
        }
        if self.rates is not None:
            rates = energy_rates(self.structures, self.directions)
            arguments |= {"rates": np.empty(self.rates.shape, "float32"), "energy_rates": rates}
        offset, factor = (np.asarray(table) for table in potential.feature_scaling.offset_and_factor())
        for index, transform in enumerate(transforms):
            atoms, matrix = np.flatnonzero(species == index), factor[index][:, None] * transform
            arguments["features"][atoms] = (self.features[atoms] - offset[index]) @ matrix
            if self.rates is not None:
                arguments["rates"][atoms] = self.rates[atoms] @ matrix.astype("float32")
        return arguments


def fit_flat(
    potential,
    train,
    validation,
    epochs=200,
    batch_size=32,
    learning_rate=3e-3,
    force_weight=0.01,
    seed=0,
    callbacks=(),
):
    """Trains a potential on cached features, with Adam.

    The network sees the principal components of the scaled features, of which symmetry functions have far fewer that
    matter than functions; in the end they are part of the weights of its first layer. The loss is the mean squared
    error of energies per atom, divided by their variance, plus `force_weight` times that of the forces along the
    directions, divided by their mean square. The learning rate falls to zero along half a cosine; the epoch with the
    smallest validation loss is kept.

    Args:
        potential: `NeuralNetworkPotential` with the same hidden layers for all elements; scaling, shifts, scale and
            weights are set. Its `scaling` is best "z-score".
        train, validation: `FlatData`.
        epochs: number of passes over the training structures.
        batch_size: number of structures in a batch.
        learning_rate: the largest, after the first epochs.
        force_weight: see above; of no effect without rates.
        seed: of the initial weights and the batches.
        callbacks: Keras callbacks.

    Returns:
        Dict of lists, one value an epoch: "loss", "val_loss", and in eV/atom "rmse", "mae", "val_rmse", "val_mae";
        with rates these are "energy_rmse" and so on, and there is "rates_rmse" in eV/A, that of a force component.

    Raises:
        ValueError: a loss that became infinite, or a missing label.

    Example:
        >>> from atomzoo.datasets import gold_clusters
        >>> from atomzoo.models import NeuralNetworkPotential
        >>> from atomzoo.models.potential.function_sets import load_function_set
        >>> parts = gold_clusters.load_data(2)
        >>> potential = NeuralNetworkPotential(["Au"], load_function_set("barch-tubman-2017", ["Au"]), hidden=(5,))
        >>> data = [FlatData(part, np.concatenate(potential.evaluator.features(part))) for part in parts]
        >>> sorted(fit_flat(potential, *data, epochs=3))
        ['loss', 'mae', 'rmse', 'val_loss', 'val_mae', 'val_rmse']
    """
    potential.adapt(train.structures, train.features)
    transforms = principal_components(potential, train)
    batches = FlatBatches(**train.arguments(potential, transforms), batch_size=batch_size, seed=seed)
    held_out = FlatBatches(**validation.arguments(potential, transforms), batch_size=batch_size)
    subnets = build_subnets(potential.elements, potential.hidden, potential.activation, seed=seed)
    network = FlatNetwork(subnets, len(potential.functions), float(potential.atom_sum.scale))
    network.compile(**_losses(network.scale, batches, epochs, learning_rate, force_weight), jit_compile=True)
    best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
    options = {"callbacks": [keras.callbacks.TerminateOnNaN(), best, *callbacks], "shuffle": False, "verbose": 0}
    history = network.fit(batches, validation_data=held_out, epochs=epochs, **options).history
    if not np.isfinite(history["loss"]).all():
        raise ValueError(f"The loss became infinite in epoch {len(history['loss'])}: a smaller learning rate may help")
    assign_network(potential, network, transforms)
    # What weighted_metrics are called is up to Keras; the losses of single outputs are in the metrics already.
    return {name: values for name, values in history.items() if name in ("loss", "val_loss") or "loss" not in name}


def principal_components(potential, data):
    """Matrices (F, F), one for each element, from scaled features to uncorrelated ones of variance about 1.

    Components whose variance is below `DAMPING` stay small: what data hardly vary in must not tell structures apart.

    Args:
        potential: `NeuralNetworkPotential` that has been adapted.
        data: `FlatData` for training.
    """
    species = find_species(data.structures, potential.elements)
    offset, factor = (np.asarray(table) for table in potential.feature_scaling.offset_and_factor())
    matrices = []
    for index in range(len(potential.elements)):
        scaled = (data.features[species == index] - offset[index]) * factor[index]
        variances, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
        matrices.append(vectors / np.sqrt(np.maximum(variances, 0.0) + DAMPING))
    return matrices


def assign_network(potential, network, transforms):
    """Sets the weights of a potential to those of a `FlatNetwork` that takes transformed features."""
    for stack, element, transform in zip(potential.atomic_network.stacks, potential.elements, transforms, strict=True):
        dense = [layer for layer in network.subnets[element] if not isinstance(layer, keras.layers.Dropout)]
        for number, (atomic, layer) in enumerate(zip(stack, dense, strict=True)):
            kernel, bias = layer.get_weights()
            atomic.set_weights([(kernel if number else transform @ kernel)[None], bias])


def _losses(scale, batches, epochs, learning_rate, force_weight):
    """Arguments of `compile`."""
    steps, warm_up = epochs * len(batches), min(WARM_UP, epochs - 1) * len(batches)
    options = {"warmup_target": learning_rate, "warmup_steps": warm_up} if warm_up else {}
    first = 0.1 * learning_rate if warm_up else learning_rate
    schedule = keras.optimizers.schedules.CosineDecay(first, steps - warm_up, **options)
    optimizer = keras.optimizers.Adam(schedule)
    if batches.rates is None:
        return {"optimizer": optimizer, "loss": "mse", "loss_weights": [scale**-2], "weighted_metrics": _metrics()}
    names = ("energy", "rates")
    mean_square = max(float(np.mean(batches.energy_rates**2)), np.finfo("float32").tiny)
    return {
        "optimizer": optimizer,
        "loss": dict.fromkeys(names, "mse"),
        "loss_weights": {"energy": scale**-2, "rates": force_weight / mean_square},
        "weighted_metrics": {name: _metrics() for name in names},
    }


def _metrics():
    return [keras.metrics.RootMeanSquaredError("rmse"), keras.metrics.MeanAbsoluteError("mae")]

"""Seconds of an epoch of training on G2 and G5: fixed and cached, trained at linear cost, trained by triplets.

The paper could not train angular functions, whose sums over triplets it found too slow.
"""

import time

import keras
import numpy as np

from atomzoo import NeuralNetworkPotential
from atomzoo.layers import AtomicNetwork, SymmetryFunctionLayer
from atomzoo.models.training.inputs import prepared
from atomzoo.models.training.trained_functions import FollowingScaling
from atomzoo.reproductions.barch_tubman_2017._shared import hydrogen
from atomzoo.reproductions.report import markdown_table

KINDS = {
    "fixed": "fixed, cached",
    "linear": "trained, linear cost",
    "triplets": "trained, triplets",
}


class EpochTimer(keras.callbacks.Callback):
    """Seconds by the clock that each epoch takes, with what other callbacks before it do."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self._start)


def epoch_seconds(structures, kind, epochs):
    """Seconds of each epoch but the first, which compiles; float32, batches of 16, as in `hydrogen.train`.

    Args:
        structures: list of `Atoms` with energies.
        kind: key of `KINDS`.
        epochs: number that count.

    Returns:
        list of floats.
    """
    potential = hydrogen.untrained(structures, "G2+G5", trained=kind != "fixed")
    if kind == "triplets":
        potential = by_triplets(potential)
    potential.compile("adam", loss_weights={"energy_per_atom": float(potential.atom_sum.scale) ** -2})
    dataset, timer = potential.dataset(structures, hydrogen.BATCH_SIZE, shuffle=True), EpochTimer()
    dataset = prepared(potential, dataset, structures, None, 0)
    following = [FollowingScaling(structures)] if kind == "linear" else []
    potential.fit(dataset, epochs=1 + epochs, callbacks=[*following, timer], verbose=0)
    return timer.seconds[1:]


def by_triplets(potential):
    """The same potential as one that was not trained, but summing G5 over triplets."""
    old = potential.descriptor
    descriptor = SymmetryFunctionLayer(
        old.initial_functions, old.elements, trainable=old.trainable_parameters, linear_g5=False
    )
    network = AtomicNetwork(old.elements, old.n_features, hydrogen.HIDDEN)
    copy = NeuralNetworkPotential(descriptor, network)
    for name in ("feature_scaling", "atomic_network", "atom_sum"):
        getattr(copy, name).set_weights(getattr(potential, name).get_weights())
    return copy


def table(structures, epochs):
    """Rows of dicts, one for each of `KINDS`, measured one after the other in this process.

    The triplets take one epoch only. `per_1000` is the smallest time, scaled to 1000 structures.
    """
    rows = []
    for kind, label in KINDS.items():
        seconds = epoch_seconds(structures, kind, 1 if kind == "triplets" else epochs)
        smallest = float(np.min(seconds))
        per_1000 = smallest * 1000 / len(structures)
        rows.append({"case": label, "structures": len(structures), "seconds": smallest, "per_1000": per_1000})
    return rows


def markdown(rows):
    """The rows as a Markdown table, with the ratio to the linear-cost form."""
    linear = rows[1]["per_1000"]
    names = ["G2 + G5, 36 functions", "structures", "s an epoch", "s for 1000 structures", "of linear cost"]
    lines = []
    for row in rows:
        seconds = (row["seconds"], row["per_1000"], row["per_1000"] / linear)
        lines.append([row["case"], row["structures"], *(f"{value:.2f}" for value in seconds)])
    return markdown_table(names, lines)

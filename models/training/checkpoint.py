"""A training that was killed goes on where it was."""

import hashlib
import json
import time
import warnings

import keras
import numpy as np

from atomzoo.datasets.arrays.labels import find_label
from atomzoo.datasets.io.output_files import check_output, replacing
from atomzoo.models.potential.feature_cache import unnamed

EVERY = 60.0  # seconds


class Checkpoint(keras.callbacks.Callback):
    """Writes the state of a training to a file, every minute. A disk that is full does not end it: it is warned of.

    Args:
        path: the file.
        key: str; a file with another key is of another training.
        best: `KeepBest` of the training, or None.
        interval: number of epochs after a multiple of which the state may be written: those of L-BFGS after which it
            begins anew, so that what goes on is what would have been.

    Attributes:
        is_done: whether the training that the file was restored from is complete.

    Raises:
        ValueError, OSError: the file cannot be written, as `check_output`.
    """

    def __init__(self, path, key, best=None, interval=1):
        super().__init__()
        self.is_done = False
        self.path, self.key, self.best, self.interval = check_output(path), key, best, interval
        self.rows, self._last = [], time.monotonic()

    def restore(self, potential):
        """Sets weights, optimizer and what is best from the file.

        Returns:
            The number of epochs that are done; 0 without a file.

        Raises:
            ValueError: the file is of another training, or damaged.
        """
        if not self.path.exists():
            return 0
        state, notes = _read(self.path)
        if notes["key"] != self.key:
            raise ValueError(f"'{self.path}' is of a training with other data or options; delete it to start anew")
        _assign(potential.variables, state, "weight")
        if "optimizer 0" in state:
            potential.optimizer.build(potential.trainable_variables)
            _assign(potential.optimizer.variables, state, "optimizer")
        if self.best is not None and notes["best_epoch"] >= 0:
            self.best.loss, self.best.epoch = notes["best_loss"], notes["best_epoch"]
            self.best.weights = [state[f"best {k}"] for k in range(len(potential.get_weights()))]
        self.rows, self.is_done = notes["rows"], notes.get("is_done", False)
        return len(self.rows)

    @property
    def history(self):
        """Dict of lists, one value an epoch, those before a restart included."""
        names = dict.fromkeys(name for row in self.rows for name in row)
        return {name: [row[name] for row in self.rows if name in row] for name in names}

    def on_epoch_end(self, epoch, logs=None):
        self.rows.append({name: float(value) for name, value in logs.items()})
        if (epoch + 1) % self.interval == 0 and time.monotonic() - self._last > EVERY:
            self.write()

    def write(self, is_done=False):
        """Writes the file now.

        Args:
            is_done: whether the training is complete.
        """
        self._last = time.monotonic()
        state = {f"weight {k}": np.asarray(v) for k, v in enumerate(self.model.variables)}
        if self.model.optimizer.built:  # that of L-BFGS takes no step
            state |= {f"optimizer {k}": np.asarray(v) for k, v in enumerate(self.model.optimizer.variables)}
        notes = {"key": self.key, "is_done": is_done, "rows": self.rows, "best_epoch": -1}
        if self.best is not None and self.best.weights is not None:
            state |= {f"best {k}": weight for k, weight in enumerate(self.best.weights)}
            notes |= {"best_epoch": self.best.epoch, "best_loss": self.best.loss}
        try:
            with replacing(self.path) as temporary, open(temporary, "wb") as file:
                np.savez(file, notes=np.array(json.dumps(notes)), **state)
        except OSError as error:
            if not is_done:  # else nothing is lost if what comes of the training can be written
                warnings.warn(f"The checkpoint could not be written: {error}", stacklevel=2)


def remove_if_complete(paths):
    """Deletes the checkpoints of trainings that belong together, if all of these are complete and were written."""
    if all(path.exists() and _read(path)[1].get("is_done") for path in paths):
        for path in paths:
            path.unlink()


def training_key(potential, structures, settings):
    """A hash of what a training depends on.

    Args:
        potential: `NeuralNetworkPotential`; its kind counts, not its weights.
        structures: list of labelled `ase.Atoms`.
        settings: list of what `repr` says all of.
    """
    shapes = [variable.shape for variable in potential.variables]
    core = potential.core and unnamed(potential.core.get_config())
    kind = [potential.elements, unnamed(potential.descriptor.get_config()), core, shapes]
    content = hashlib.sha256(repr([kind, settings]).encode())
    for atoms in structures:
        found = [find_label(atoms, name) for name in ("energy", "forces", "stress")]
        for array in (atoms.numbers, atoms.positions, atoms.cell.array, atoms.pbc, *found):
            content.update(b"|" if array is None else np.ascontiguousarray(array).tobytes())
    return content.hexdigest()


def _read(path):
    """Arrays by name, and the notes, of a checkpoint."""
    try:
        with open(path, "rb") as file:  # which np.load would leave open where it is damaged
            state = dict(np.load(file, allow_pickle=False))
        return state, json.loads(str(state["notes"]))
    except Exception as error:  # BadZipFile, KeyError, ValueError, zlib.error ...
        raise ValueError(f"'{path}' is no checkpoint, or is damaged: {type(error).__name__}") from None


def _assign(variables, state, name):
    for k, variable in enumerate(variables):
        variable.assign(state[f"{name} {k}"])

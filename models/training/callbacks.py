"""What happens during a training beside it: keeping the best, ending it, its learning rate, a line of progress."""

import math
import signal
import threading
import time

import keras

WARM_UP = 2  # epochs, in which the learning rate grows from a tenth
LINES = 20  # of progress in a training ...
QUIET = 60.0  # seconds; ... or one after so many


class KeepBest(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the smallest validation loss.

    Args:
        patience: epochs without a smaller validation loss after which training ends; None for no such end.

    Attributes:
        loss, epoch, weights: those of the best epoch.
        is_out_of_patience: whether training has ended for that.
    """

    def __init__(self, patience=None):
        super().__init__()
        self.patience, self.is_out_of_patience = patience, False
        self.loss, self.epoch, self.weights = math.inf, -1, None

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.loss:
            self.loss, self.epoch, self.weights = logs["val_loss"], epoch, self.model.get_weights()
        elif self.patience is not None and epoch - self.epoch >= self.patience:
            self.is_out_of_patience = self.model.stop_training = True

    def restore(self, potential):
        """Puts them back after training."""
        if self.weights is not None:
            potential.set_weights(self.weights)


class TimeLimit(keras.callbacks.Callback):
    """Ends training before an epoch that would take it beyond a time, and within one that does.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds):
        super().__init__()
        self.start, self.seconds = time.monotonic(), seconds

    @property
    def share(self):
        """The part of the time that has passed."""
        return (time.monotonic() - self.start) / self.seconds

    def on_epoch_begin(self, epoch, logs=None):
        self._before = self.share

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training |= self.share > 1

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training |= 2 * self.share - self._before > 1


class CosineRate(keras.callbacks.Callback):
    """A learning rate that grows for two epochs, then falls to zero along half a cosine.

    Args:
        largest: the learning rate after the growth.
        epochs: of the training.
        steps: in an epoch.
        limit: `TimeLimit`, at the end of which the rate is zero if it comes before that of the epochs; or None.
    """

    def __init__(self, largest, epochs, steps, limit=None):
        super().__init__()
        self.largest, self.epochs, self.steps, self.limit = largest, epochs, steps, limit

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        warm_up = min(WARM_UP, self.epochs - 1)
        epoch = self._epoch + batch / self.steps
        if epoch < warm_up:
            rate = 0.1 + 0.9 * epoch / warm_up
        else:
            share = (epoch - warm_up) / (self.epochs - warm_up)
            share = min(max(share, self.limit.share if self.limit else 0.0), 1.0)
            rate = 0.5 * (1 + math.cos(math.pi * share))
        self.model.optimizer.learning_rate.assign(self.largest * rate)


class StopOnSignal(keras.callbacks.Callback):
    """Lets Ctrl-C and SIGTERM end training as patience does: what is best so far is kept. A second one is not caught.

    Attributes:
        name: of the signal that came, or None.
    """

    def __init__(self):
        super().__init__()
        self.name, self._others = None, {}

    def on_train_begin(self, logs=None):
        if threading.current_thread() is threading.main_thread():  # where alone signals can be handled
            self._others = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_train_end(self, logs=None):
        for number, handler in self._others.items():
            signal.signal(number, handler)
        self._others = {}

    def _stop(self, number, frame):
        self.name = signal.Signals(number).name
        self.model.stop_training = True
        self.on_train_end()


class Progress(keras.callbacks.Callback):
    """Tells how far training is: its errors in meV/atom and eV/A, and the time that is left.

    Args:
        tell: function of a line of text.
        limit: seconds that training may take, or None.
    """

    def __init__(self, tell, limit=None):
        super().__init__()
        self.tell, self.limit = tell, limit

    def on_train_begin(self, logs=None):
        self._start = self._last = time.monotonic()
        self._first = None

    def on_epoch_end(self, epoch, logs=None):
        now, done, epochs = time.monotonic(), epoch + 1, self.params["epochs"]
        if self._first is None:
            self._first = (done, now)  # in which programs were compiled
            return
        every = max(1, epochs // LINES)
        if done == self._first[0] + 1 or done % every == 0 or done == epochs or now - self._last > QUIET:
            self._last = now
            seconds = (now - self._first[1]) / (done - self._first[0]) * (epochs - done)
            if self.limit is not None:
                seconds = max(min(seconds, self.limit - (now - self._start)), 0.0)
            left = f"; about {in_words(seconds)} left" if done < epochs else ""
            self.tell(f"epoch {done} of {epochs}: {errors_in_words(logs)}{left}")


def errors_in_words(logs):
    """The errors of an epoch in units that people use, of the validation structures if there are any.

    Example:

    >>> errors_in_words({"loss": 0.5, "val_energy_per_atom_rmse": 0.0123, "val_forces_rmse": 0.25})
    'validation 12.3 meV/atom, 0.25 eV/A'
    """
    part = "validation " if any(name.startswith("val_") for name in logs) else ""
    prefix = "val_" if part else ""
    units = {"energy_per_atom": ("meV/atom", 1e3), "forces": ("eV/A", 1), "projected_forces": ("eV/A", 1)}
    units["stress"] = ("GPa", 1 / 0.006241509)
    found = [
        f"{factor * logs[f'{prefix}{name}_rmse']:.3g} {unit}"
        for name, (unit, factor) in units.items()
        if f"{prefix}{name}_rmse" in logs
    ]
    return part + (", ".join(found) or f"loss {logs[f'{prefix}loss']:.3g}")


def in_words(seconds):
    """A time in words.

    Example:

    >>> in_words(200.0), in_words(40.0), in_words(9000.0)
    ('3 minutes', '40 seconds', '2.5 hours')
    """
    if seconds < 90:
        return f"{max(round(seconds), 1)} second{'' if round(seconds) <= 1 else 's'}"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"

"""Callbacks alone, on a stand-in for the model and with a clock of their own."""

import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest

from atomzoo.models.training import callbacks
from atomzoo.models.training.callbacks import CosineRate, KeepBest, Progress, StopOnSignal, TimeLimit, in_words


class Model:
    """As much of a Keras model as callbacks see."""

    def __init__(self):
        self.stop_training, self.weights = False, 0
        self.optimizer = SimpleNamespace(learning_rate=SimpleNamespace(assign=self.set_rate))

    def set_rate(self, value):
        self.rate = value

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def on_model(callback, **params):
    callback.set_model(Model())
    callback.set_params(params)
    return callback


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(callbacks.time, "monotonic", lambda: now.time)
    return now


@pytest.mark.parametrize(("patience", "end"), [(None, 7), (2, 5), (3, 6)])
def test_the_best_is_kept(patience, end):
    best = on_model(KeepBest(patience))
    for epoch, loss in enumerate([3.0, 2.0, np.nan, 1.0, 1.0, 2.0, 2.0]):
        best.model.weights = epoch
        best.on_epoch_end(epoch, {"val_loss": loss})
        if best.model.stop_training:
            break
    assert (epoch + (not best.model.stop_training), best.epoch, best.loss) == (end, 3, 1.0)
    assert best.is_out_of_patience == (patience is not None)
    best.restore(best.model)
    assert best.model.weights == 3


def test_time_ends_before_it_is_over(clock):
    """Epochs of 4 seconds in 11: two; within an epoch when it is over."""
    limit = on_model(TimeLimit(11.0))
    for done in (1, 2):
        limit.on_epoch_begin(0)
        clock.time += 4.0
        limit.on_epoch_end(0)
        assert limit.model.stop_training == (done == 2)
    limit = on_model(TimeLimit(1.0))
    clock.time += 2.0
    limit.on_train_batch_end(0)
    assert limit.model.stop_training


def test_the_rate_rises_for_two_epochs_and_falls_to_zero(clock):
    rate, found = on_model(CosineRate(2.0, epochs=6, steps=2)), []
    for epoch in range(6):
        rate.on_epoch_begin(epoch)
        for batch in range(2):
            rate.on_train_batch_begin(batch)
            found.append(rate.model.rate)
    assert found[:5] == pytest.approx([0.2, 0.65, 1.1, 1.55, 2.0])
    assert found[5:] == pytest.approx([1 + np.cos(np.pi * share / 8) for share in range(1, 8)])
    one = on_model(CosineRate(2.0, epochs=1, steps=1))
    one.on_epoch_begin(0)
    one.on_train_batch_begin(0)
    assert one.model.rate == 2.0
    # Half of the time is over before half of the epochs.
    rate.limit = TimeLimit(10.0)
    clock.time += 5.0
    rate.on_epoch_begin(2)
    rate.on_train_batch_begin(0)
    assert rate.model.rate == pytest.approx(1.0)


def test_signals_end_training_once():
    stop, others = on_model(StopOnSignal()), [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)]
    stop.on_train_begin()
    os.kill(os.getpid(), signal.SIGTERM)
    assert stop.model.stop_training and stop.name == "SIGTERM"
    assert [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)] == others
    stop.on_train_end()
    assert [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)] == others


def test_lines_of_progress(clock):
    """The second epoch, every twentieth part, the last, and after a minute without any; the first compiles."""
    lines = []
    progress = on_model(Progress(lines.append), epochs=100)
    progress.on_train_begin()
    for epoch in range(100):
        clock.time += 30.0 if epoch == 0 else 61.0 if epoch == 7 else 0.5
        logs = {"loss": 1.0, "val_loss": 2.0, "val_energy_per_atom_rmse": 0.0123, "val_forces_rmse": 0.25}
        progress.on_epoch_end(epoch, logs)
    assert lines[0] == "epoch 2 of 100: validation 12.3 meV/atom, 0.25 eV/A; about 49 seconds left"
    assert [int(line.split()[1]) for line in lines] == [2, 5, 8, *range(10, 101, 5)]
    assert lines[-1] == "epoch 100 of 100: validation 12.3 meV/atom, 0.25 eV/A"
    limited = on_model(Progress(lines.append, limit=40.0), epochs=100)
    limited.on_train_begin()
    for epoch in range(2):
        clock.time += 10.0
        limited.on_epoch_end(epoch, {"loss": 0.5})
    assert lines[-1] == "epoch 2 of 100: loss 0.5; about 20 seconds left"


def test_times_in_words():
    assert [in_words(t) for t in (0.2, 1.0, 89.0, 100.0, 3600.0, 7200.0)] == [
        "1 second",
        "1 second",
        "89 seconds",
        "2 minutes",
        "60 minutes",
        "2.0 hours",
    ]

"""KerasTuner's GridSearch, but resumable after a kill at any time."""

import json
import re
from functools import cmp_to_key
from pathlib import Path

import keras
import keras_tuner

from atomzoo.datasets.io.output_files import replacing


class ResumableGridOracle(keras_tuner.oracles.GridSearchOracle):
    """Hands out the combinations of a grid, each once, over any number of interrupted runs.

    KerasTuner 1.4.8 saves neither the order of the trials by their values, `_ordered_ids`, without which a resumed
    search ends in a KeyError, nor the queue of trials whose next combination may be due. Both follow from the trials,
    and are made anew here. Files are replaced whole, so that a kill while one is written leaves the one before.
    """

    def save(self):
        with replacing(Path(self._get_oracle_fname())) as temporary:
            temporary.write_text(json.dumps(self.get_state()))

    def _save_trial(self, trial):
        with replacing(Path(self._get_trial_dir(trial.trial_id)) / "trial.json") as temporary:
            trial.save(str(temporary))

    def reload(self):
        if not Path(self._get_oracle_fname()).exists():  # killed before the first trial
            return
        super().reload()
        # Killed after a trial was saved and before the oracle: one that it does not know begins again ...
        self.trials = {trial_id: self.trials[trial_id] for trial_id in self.start_order}
        # ... and one that it takes for running, but is complete, has ended.
        for trial_id in list(self._retry_queue):
            if self.trials[trial_id].status == "COMPLETED":
                self._retry_queue.remove(trial_id)
                self.end_order.append(trial_id)
            else:
                self.trials[trial_id].metrics = type(self.trials[trial_id].metrics)()
        for trial_id in sorted(self.start_order, key=cmp_to_key(self._compare_trials)):
            self._ordered_ids.insert(trial_id)
        self._populate_next = list(self.start_order)  # those whose next combination exists are passed over

    def _compare_trials(self, a, b):
        return self._compare(*(self.trials[trial_id].hyperparameters.values for trial_id in (a, b)))


class ResumableGridSearch(keras_tuner.Tuner):
    """A tuner that takes its trials from `ResumableGridOracle`.

    Args:
        hypermodel: `keras_tuner.HyperModel`, whose `fit` returns a dict with the objective.
        objective: name of what is minimized.
        hyperparameters: `keras_tuner.HyperParameters`, the grid.
        directory: folder of all files.
        progress: function of "trials", the number of complete ones and that of all, or None.
        n_trials: number of combinations.
    """

    def __init__(self, hypermodel, objective, hyperparameters, directory, progress, n_trials):
        self.progress, self.n_trials = progress, n_trials
        oracle = ResumableGridOracle(
            objective=keras_tuner.Objective(objective, "min"),
            hyperparameters=hyperparameters,
            allow_new_entries=False,
            max_consecutive_failed_trials=n_trials + 1,  # a learning rate too large is no reason to end the search
        )
        super().__init__(oracle, hypermodel, directory=str(directory), project_name="trials")

    def save(self):
        if isinstance(self.oracle, keras_tuner.Oracle):  # of a worker it is a client of the chief's
            self.oracle.save()
        with replacing(Path(self._get_tuner_fname())) as temporary:
            temporary.write_text(json.dumps(self.get_state()))

    def on_search_begin(self):
        self.save()  # without this file KerasTuner would not look for trials when it starts again
        self._show_progress()

    def run_trial(self, trial, **kwargs):
        """As KerasTuner does it, but without tensorboard, which is no dependency.

        What goes wrong in a trial is an error of the search, unless it is a `keras_tuner.errors.FailedTrialError`: the
        cause of a `keras_tuner.errors.FatalError`.
        """
        keras.backend.clear_session()
        objective, path = self.oracle.objective.name, self._weights(trial)
        options = {"mode": "min", "save_best_only": True, "save_weights_only": True}
        checkpoint = keras.callbacks.ModelCheckpoint(path, objective, **options)
        try:
            model = self.hypermodel.build(trial.hyperparameters)
            return self.hypermodel.fit(trial.hyperparameters, model, callbacks=[checkpoint], **kwargs)
        except keras_tuner.errors.FailedTrialError:
            raise
        except Exception as error:
            raise keras_tuner.errors.FatalError(str(error)) from _of_system(error, path)

    def load_model(self, trial):
        """The trial's network, as it was after its best epoch."""
        model = self.hypermodel.build(trial.hyperparameters)
        model.load_weights(self._weights(trial))
        return model

    def _weights(self, trial):
        return Path(self.get_trial_dir(trial.trial_id)) / "best.weights.h5"

    def on_trial_end(self, trial):
        super().on_trial_end(trial)
        self._show_progress()

    def _show_progress(self):
        if self.progress is not None and isinstance(self.oracle, keras_tuner.Oracle):
            self.progress("trials", len(self.oracle.end_order), self.n_trials)


def _of_system(error, path):
    """The `OSError` of which HDF5 makes a RuntimeError of several lines when a disk is full; others as they are."""
    found = re.search(r"errno = (\d+), error message = '([^']*)'", str(error))
    return error if found is None else OSError(int(found[1]), found[2], str(path))

"""Which engine evaluates a potential: its C++ copy where there can be one, else the programs of the Keras backend."""

import functools
import warnings

from atomzoo.models.potential.gradients import BACKEND
from atomzoo.models.potential.native.build import BuildError, CompilerMissing, NativeError
from atomzoo.models.potential.native.evaluator import NativeEvaluator
from atomzoo.models.potential.results import taken_features

ENGINES = ("auto", BACKEND, "native")


class Engines:
    """The engines of a potential.

    Args:
        potential: `NeuralNetworkPotential`.

    Attributes:
        ran: the engine that ran last, None before.
    """

    def __init__(self, potential):
        self.potential, self.ran = potential, None
        self._native = self._refusal = None

    def evaluate(self, structures, engine):
        """See `NeuralNetworkPotential.evaluate_atoms`."""
        if engine not in ENGINES:
            raise ValueError(f"`engine` must be one of {', '.join(ENGINES)}. Received: engine={engine!r}")
        if engine != BACKEND:
            try:
                results = self._native_evaluator().evaluate(structures)
            except NativeError as refusal:
                if engine == "native":
                    raise
                _warn_of(refusal)
            else:
                self.ran = "native"
                return results
        results = self.potential.evaluator.evaluate(structures)
        self.ran = BACKEND
        return results

    def feature_gradients(self, pairs):
        """Derivatives (P, 3, F) of the features of each pair's first atom with respect to its displacement.

        Those of features that the network of the atom's element does not take are not defined.

        Args:
            pairs: `Pairs`.
        """
        try:
            return self._native_evaluator().features(pairs, with_gradients=True)[1]
        except NativeError as refusal:
            _warn_of(refusal)
            return self.potential.evaluator.gradients(pairs)

    def features(self, pairs):
        """Unscaled features (N, F) of all atoms of `Pairs`, float64, also of those that no network takes."""
        try:
            native = self._native_evaluator()  # which knows what networks take
            if taken_features(self.potential) is None:
                return native.features(pairs, with_gradients=False)[0]
        except NativeError as refusal:
            _warn_of(refusal)
        return self.potential.evaluator.values(pairs)

    def _native_evaluator(self):
        """Made at its first use, or refused for good."""
        if self._refusal is not None:
            raise self._refusal
        if self._native is None:
            try:
                self._native = NativeEvaluator(self.potential)
            except NativeError as refusal:
                self._refusal = refusal
                raise
        return self._native


def _warn_of(refusal):
    if isinstance(refusal, BuildError) and not isinstance(refusal, CompilerMissing):
        _warn_once(f"{refusal}; evaluations take longer without")


@functools.cache
def _warn_once(text):
    warnings.warn(text, RuntimeWarning, stacklevel=5)

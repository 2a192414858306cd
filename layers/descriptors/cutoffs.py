"""Cutoff functions fc(r): 1 near the atom, 0 from the cutoff radius on, smooth between."""

import math

import keras
from keras import ops

from atomzoo.layers import trigonometry

# Coefficients of x^k, x in [0, 1], highest power first, of n2p2's cutoff types 5 to 8: of all polynomials with f(0) = 1
# and f(1) = 0 the ones of lowest degree whose first `order` derivatives vanish at both ends.
POLYNOMIALS = {
    1: (2.0, -3.0, 0.0, 1.0),
    2: (-6.0, 15.0, -10.0, 0.0, 0.0, 1.0),
    3: (20.0, -70.0, 84.0, -35.0, 0.0, 0.0, 0.0, 1.0),
    4: (-70.0, 315.0, -540.0, 420.0, -126.0, 0.0, 0.0, 0.0, 0.0, 1.0),
}


class Cutoff(keras.layers.Layer):
    """Base of the cutoff functions: scales r to x in [0, 1] and cuts off; subclasses give `profile(x)`.

    Args:
        cutoff: Float. Cutoff radius Rc in A, positive.
        inner_fraction: Float in [0, 1). fc is 1 up to `inner_fraction * cutoff` (n2p2's `alpha`).

    Call arguments:
        distances: Tensor of distances r in A, any shape, non-negative.

    Returns:
        fc(r), same shape as `distances`.

    Raises:
        ValueError: if `cutoff` or `inner_fraction` is out of range.
    """

    def __init__(self, cutoff=6.0, inner_fraction=0.0, **kwargs):
        super().__init__(**kwargs)
        if not (math.isfinite(cutoff) and cutoff > 0):
            raise ValueError(f"`cutoff` must be a positive radius in A. Received: cutoff={cutoff}")
        if not 0 <= inner_fraction < 1:
            raise ValueError(f"`inner_fraction` must lie in [0, 1). Received: inner_fraction={inner_fraction}")
        self.cutoff = float(cutoff)
        self.inner_fraction = float(inner_fraction)

    def call(self, distances):
        inner = self.inner_fraction * self.cutoff
        x = (distances - inner) / (self.cutoff - inner)
        # The profile sees x in [0, 1] only, so that nothing that is masked away can overflow or give a NaN gradient.
        value = self.profile(ops.clip(x, 0.0, 1.0))
        return ops.where(distances < self.cutoff, value, ops.zeros_like(value))

    def compute_output_shape(self, input_shape):
        return input_shape

    def with_cutoff(self, cutoff, dtype):
        """The same function with another radius (A) and dtype, as a new layer."""
        config = {**self.get_config(), "cutoff": cutoff, "dtype": dtype}
        config.pop("name")
        return type(self).from_config(config)

    def get_config(self):
        return {**super().get_config(), "cutoff": self.cutoff, "inner_fraction": self.inner_fraction}


@keras.saving.register_keras_serializable(package="atomzoo")
class CosineCutoff(Cutoff):
    """fc(r) = 0.5 (cos(pi r / Rc) + 1): continuous value and slope at Rc (C1).

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import CosineCutoff
    >>> float(CosineCutoff(6.0, dtype="float64")(np.array([3.0]))[0])
    0.5

    References:
        Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007), eq. 3. n2p2 `cutoff_type 1`.
    """

    def profile(self, x):
        return 0.5 * (trigonometry.cos_pi(x) + 1.0)


@keras.saving.register_keras_serializable(package="atomzoo")
class TanhCutoff(Cutoff):
    """fc(r) = tanh^3(1 - r / Rc), or that divided by tanh^3(1) so that fc(0) = 1 (C2 at Rc).

    Args:
        cutoff: Float. Cutoff radius Rc in A.
        normalized: Bool. Whether fc(0) = 1.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import TanhCutoff
    >>> float(TanhCutoff(6.0, normalized=True, dtype="float64")(np.array([0.0]))[0])
    1.0

    References:
        Behler, J. Chem. Phys. 134, 074106 (2011), eq. 5. n2p2 `cutoff_type` 2, and 3 when normalized.
    """

    def __init__(self, cutoff=6.0, normalized=False, **kwargs):
        super().__init__(cutoff, **kwargs)
        self.normalized = normalized

    def profile(self, x):
        value = trigonometry.tanh(1.0 - x) ** 3
        return value / math.tanh(1.0) ** 3 if self.normalized else value

    def get_config(self):
        return {**super().get_config(), "normalized": self.normalized}


@keras.saving.register_keras_serializable(package="atomzoo")
class PolynomialCutoff(Cutoff):
    """The polynomial in x = r / Rc that falls from 1 to 0 with `order` vanishing derivatives at both ends.

    Order 2 is fc = ((15 - 6 x) x - 10) x^3 + 1, which is C2.

    Args:
        cutoff: Float. Cutoff radius Rc in A.
        order: Int, 1 to 4.

    Example:

    >>> import numpy as np
    >>> from atomzoo.layers import PolynomialCutoff
    >>> float(PolynomialCutoff(6.0, order=2)(np.array([3.0]))[0])
    0.5

    References:
        Singraber, Behler and Dellago, J. Chem. Theory Comput. 15, 1827 (2019). n2p2 `cutoff_type` 5 to 8.
    """

    def __init__(self, cutoff=6.0, order=2, **kwargs):
        super().__init__(cutoff, **kwargs)
        if order not in POLYNOMIALS:
            raise ValueError(f"`order` must be 1, 2, 3 or 4. Received: order={order}")
        self.order = order

    def profile(self, x):
        value = ops.zeros_like(x)
        for coefficient in POLYNOMIALS[self.order]:
            value = value * x + coefficient
        return value

    def get_config(self):
        return {**super().get_config(), "order": self.order}


CUTOFF_FUNCTIONS = {
    "cosine": CosineCutoff,
    "tanh": TanhCutoff,
    "polynomial": PolynomialCutoff,
}


def get_cutoff_function(identifier):
    """A cutoff layer from its name ("cosine", "tanh", "polynomial"), its Keras config, or itself.

    Raises:
        ValueError: if the name is unknown.
    """
    if isinstance(identifier, Cutoff):
        return identifier
    if isinstance(identifier, dict):
        return keras.saving.deserialize_keras_object(identifier)
    if identifier not in CUTOFF_FUNCTIONS:
        names = ", ".join(CUTOFF_FUNCTIONS)
        raise ValueError(f"`cutoff_function` must be one of {names}, or a layer. Received: {identifier!r}")
    return CUTOFF_FUNCTIONS[identifier]()

"""The Chebyshev functions T2 and T3 of Artrith, Urban and Ceder as plain data: one for each feature."""

import math
from dataclasses import dataclass
from numbers import Integral, Real

from atomzoo.layers.descriptors.functions import check_element, checked_cutoff

LARGEST_ORDERS = {"T2": 500, "T3": 50}  # papers have up to 20 and 10; T3 takes (order + 1)^2 harmonics
KINDS = tuple(LARGEST_ORDERS)


@dataclass(frozen=True)
class ChebyshevFunction:
    """One coefficient of the expansion of an atom's radial or angular distribution in Chebyshev polynomials.

    For atom i, with the Chebyshev polynomials T_n, the cutoff function fc and t the angle at i between j and k:

        T2 = sum_j      s_j     T_n(2 r_ij / Rc - 1) fc(r_ij)
        T3 = sum_{j<k}  s_j s_k T_n(cos t)           fc(r_ij) fc(r_ik)

    The weights s of the elements are 1 in the first channel of the descriptor, which knows no elements. In the second
    they differ, and tell the elements apart; the number of features does not grow with the number of elements.

    Args:
        kind: "T2" or "T3".
        cutoff: cutoff radius Rc in A, from 0.1 to 100.
        order: n, not negative.
        weights: `()` for 1; else pairs of an element and its weight, 0 for elements that are not named.

    Raises:
        ValueError: a value out of range.

    Example:
        >>> str(ChebyshevFunction("T2", cutoff=6.0, order=3, weights=(("Ti", -1.0), ("O", 1.0))))
        'T2(Ti:-1 O:1) cutoff=6 order=3'

    References:
        Artrith, Urban and Ceder, Phys. Rev. B 96, 014112 (2017), https://doi.org/10.1103/PhysRevB.96.014112
    """

    kind: str
    cutoff: float
    order: int
    weights: tuple[tuple[str, float], ...] = ()

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"`kind` must be one of {', '.join(KINDS)}. Received: kind={self.kind!r}")
        largest = LARGEST_ORDERS[self.kind]
        if not (isinstance(self.order, Integral) and not isinstance(self.order, bool) and 0 <= self.order <= largest):
            raise ValueError(f"`order` must be a whole number from 0 to {largest}. Received: order={self.order!r}")
        object.__setattr__(self, "cutoff", checked_cutoff(self.cutoff))
        object.__setattr__(self, "order", int(self.order))
        object.__setattr__(self, "weights", checked_weights(self.weights))

    @property
    def is_angular(self):
        """Whether it sums over pairs of neighbors (T3)."""
        return self.kind == "T3"

    def to_dict(self):
        """Returns a dict of the fields, ready for JSON."""
        weights = {"weights": [list(pair) for pair in self.weights]} if self.weights else {}
        return {"kind": self.kind, "cutoff": self.cutoff, "order": self.order} | weights

    @classmethod
    def from_dict(cls, fields):
        """The function that `to_dict` described.

        Raises:
            ValueError: a key is missing, unknown or bad, and which.
        """
        if not isinstance(fields, dict):
            raise ValueError(f"A Chebyshev function must be a dict. Received: {fields!r}")
        for name in ("kind", "cutoff", "order"):
            if name not in fields:
                raise ValueError(f"A Chebyshev function needs the key `{name}`. Received: {fields}")
        unknown = [name for name in fields if name not in ("kind", "cutoff", "order", "weights")]
        if unknown:
            raise ValueError(f"{fields['kind']} has no key `{unknown[0]}`. Received: {fields}")
        return cls(**fields)

    def resolved(self, elements):
        """Itself in a list, as it counts all elements; see `resolve`."""
        for element, _ in self.weights:
            check_element(self, element, elements)
        return [self]

    def __str__(self):
        weights = " ".join(f"{element}:{weight:g}" for element, weight in self.weights)
        return f"{self.kind}({weights or '*'}) cutoff={self.cutoff:g} order={self.order}"


def chebyshev_basis(elements, radial_cutoff, radial_order, angular_cutoff, angular_order, weights=None):
    """The functions of a Chebyshev descriptor, in aenet's order.

    First T2 of order 0 to `radial_order`, then T3 of order 0 to `angular_order`, both with weights 1; for more than one
    element then both again with the weights of the elements.

    Args:
        elements: chemical symbols of the neighbors.
        radial_cutoff, angular_cutoff: in A.
        radial_order, angular_order: largest orders.
        weights: dict by element; by default whole numbers around 0 in the order of `elements`, without 0 for an even
            number of them, as in aenet: -1, 1 for two elements, -1, 0, 1 for three.

    Returns:
        List of `ChebyshevFunction`.

    Example:
        >>> len(chebyshev_basis(["Ti", "O"], 8.0, 16, 6.5, 4))
        44
    """
    weights = element_weights(elements) if weights is None else weights
    channels = [()] if len(elements) == 1 else [(), tuple(weights.items())]
    return [
        ChebyshevFunction(kind, cutoff, order, channel)
        for channel in channels
        for kind, cutoff, largest in (("T2", radial_cutoff, radial_order), ("T3", angular_cutoff, angular_order))
        for order in range(largest + 1)
    ]


def element_weights(elements):
    """aenet's weights of the second channel, a dict by element.

    Example:
        >>> element_weights(["Li", "Ni", "Ti", "O"])
        {'Li': -2.0, 'Ni': -1.0, 'Ti': 1.0, 'O': 2.0}
    """
    n = len(elements)
    values = [k - n // 2 for k in range(n)]
    return {e: float(k + 1 if n % 2 == 0 and k >= 0 else k) for e, k in zip(elements, values, strict=True)}


def checked_weights(weights):
    """Pairs of an element and its weight as tuples; a ValueError unless they are such, each element once."""
    pairs = [tuple(pair) for pair in weights if isinstance(pair, list | tuple)]
    valid = all(len(pair) == 2 and isinstance(pair[0], str) and _is_finite(pair[1]) for pair in pairs)
    if not valid or len(pairs) != len(weights) or len({pair[0] for pair in pairs}) != len(pairs):
        raise ValueError(f"`weights` must be pairs of an element and a number. Received: weights={weights!r}")
    return tuple((element, float(weight)) for element, weight in pairs)


def _is_finite(value):
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)

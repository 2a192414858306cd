"""Symmetry functions as plain data: which functions, with which parameters, of which neighbors."""

import math
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from numbers import Real

PARAMETERS = {
    "G1": ("cutoff",),
    "G2": ("cutoff", "eta", "rs"),
    "G3": ("cutoff", "kappa"),
    "G4": ("cutoff", "eta", "rs", "zeta", "lambda_"),
    "G5": ("cutoff", "eta", "rs", "zeta", "lambda_"),
}
SMALLEST_CUTOFF = 0.1  # A; where atoms cannot be, neighbor lists take very many boxes
LARGEST_CUTOFF = 100.0  # A; a damaged number, or one in pm, must not ask for billions of neighbors
DEFAULTS = {"eta": 0.0, "rs": 0.0, "kappa": 0.0, "zeta": 1.0, "lambda_": 1.0}


@dataclass(frozen=True)
class SymmetryFunction:
    """One atom-centered symmetry function, in the numbering of Behler 2011.

    For atom i, with the cutoff function `fc` and t the angle at i between the neighbors j and k:

        G1 = sum_j fc(r_ij)
        G2 = sum_j exp(-eta (r_ij - rs)^2) fc(r_ij)
        G3 = sum_j cos(kappa r_ij) fc(r_ij)
        G4 = 2^(1-zeta) sum_{j<k} (1 + lambda cos t)^zeta exp(-eta (r_ij^2 + r_ik^2 + r_jk^2))
             fc(r_ij) fc(r_ik) fc(r_jk)
        G5 = 2^(1-zeta) sum_{j<k} (1 + lambda cos t)^zeta exp(-eta (r_ij^2 + r_ik^2)) fc(r_ij) fc(r_ik)

    In G4 and G5 each distance r of the exponent is r - rs; rs is 0 in the paper.

    Args:
        kind: "G1", "G2", "G3", "G4" or "G5".
        cutoff: cutoff radius in A, from 0.1 to 100.
        eta: width in A^-2, not negative (G2, G4, G5).
        rs: shift of the distances in A (G2, G4, G5).
        kappa: wave number in A^-1 (G3).
        zeta: angular exponent, at least 1 (G4, G5): below 1 the slope is infinite where 1 + lambda cos t = 0.
        lambda_: +1 or -1 (G4, G5).
        neighbors: `()` for every neighbor element, or every unordered pair of them, see `resolve`;
            else the one element (G1-G3) or the two elements (G4, G5) it counts.

    Raises:
        ValueError: a value out of range, or one that this kind of function does not use.

    Example:
        >>> function = SymmetryFunction("G2", cutoff=6.5, eta=4.0, rs=2.5)
        >>> SymmetryFunction.from_dict(function.to_dict()) == function
        True

    References:
        Behler, J. Chem. Phys. 134, 074106 (2011), https://doi.org/10.1063/1.3553717
    """

    kind: str
    cutoff: float
    eta: float = 0.0
    rs: float = 0.0
    kappa: float = 0.0
    zeta: float = 1.0
    lambda_: float = 1.0
    neighbors: tuple[str, ...] = ()

    def __post_init__(self):
        _check_kind(self.kind)
        object.__setattr__(self, "cutoff", checked_cutoff(self.cutoff))
        for name in DEFAULTS:
            object.__setattr__(self, name, finite_number(name, getattr(self, name)))
        object.__setattr__(self, "neighbors", checked_neighbors(self))
        self._check_ranges()
        for name, default in DEFAULTS.items():
            if name not in PARAMETERS[self.kind] and getattr(self, name) != default:
                raise ValueError(f"{self.kind} does not use `{name}`. Received: {name}={getattr(self, name)}")

    @property
    def is_angular(self):
        """Whether it sums over pairs of neighbors (G4, G5)."""
        return self.kind in ("G4", "G5")

    def resolved(self, elements):
        """The functions, each with `neighbors` set, that it stands for; see `resolve`."""
        return with_neighbors(self, elements)

    def to_dict(self):
        """Returns a dict of the fields that matter to its kind, ready for JSON; `neighbors` only if set."""
        fields = {"kind": self.kind} | {name: getattr(self, name) for name in PARAMETERS[self.kind]}
        return fields | ({"neighbors": list(self.neighbors)} if self.neighbors else {})

    @classmethod
    def from_dict(cls, fields):
        """The function that `to_dict` described; parameters left out take their default.

        Args:
            fields: dict with "kind", "cutoff" and any of the parameters of that kind.

        Raises:
            ValueError: a key is missing, unknown or bad, and which.
        """
        if not isinstance(fields, dict):
            raise ValueError(f"A symmetry function must be a dict. Received: {fields!r}")
        for name in ("kind", "cutoff"):
            if name not in fields:
                raise ValueError(f"A symmetry function needs the key `{name}`. Received: {fields}")
        _check_kind(fields["kind"])
        known = ("kind", "neighbors", *PARAMETERS[fields["kind"]])
        unknown = [name for name in fields if name not in known]
        if unknown:
            raise ValueError(f"{fields['kind']} has no key `{unknown[0]}`. Received: {fields}")
        return cls(**fields)

    def __str__(self):
        values = " ".join(f"{name.rstrip('_')}={getattr(self, name):g}" for name in PARAMETERS[self.kind])
        return f"{self.kind}({'-'.join(self.neighbors) or '*'}) {values}"

    def _check_ranges(self):
        for name, holds, rule in (
            ("eta", self.eta >= 0, "not be negative"),
            ("zeta", self.zeta >= 1, "be at least 1"),
            ("lambda_", abs(self.lambda_) == 1, "be +1 or -1"),
        ):
            if not holds:
                raise ValueError(f"`{name}` must {rule}. Received: {name}={getattr(self, name)}")


def resolve(functions, elements):
    """Gives every function its neighbor elements: one function for each feature column.

    A function without `neighbors` becomes one for each element (G1-G3) or unordered pair of elements (G4, G5),
    in the order of `elements`; one that names its neighbors stays one.

    Args:
        functions: `SymmetryFunction`s, in the wanted order.
        elements: chemical symbols of the possible neighbors.

    Returns:
        List of `SymmetryFunction` with `neighbors` set, a pair in the order of `elements`.

    Raises:
        ValueError: an element is repeated, or a function names one that is not in `elements`.

    Example:
        >>> [str(f) for f in resolve([SymmetryFunction("G1", cutoff=6.0)], ["Ti", "O"])]
        ['G1(Ti) cutoff=6', 'G1(O) cutoff=6']
    """
    check_elements(elements)
    return [resolved for function in functions for resolved in function.resolved(list(elements))]


def with_neighbors(function, elements):
    """What a function stands for: one for each element or pair of elements, or itself, its neighbors in order."""
    for element in function.neighbors:
        check_element(function, element, elements)
    if function.neighbors:
        choices = [tuple(sorted(function.neighbors, key=elements.index))]
    else:
        choices = combinations_with_replacement(elements, 2 if function.is_angular else 1)
    return [replace(function, neighbors=neighbors) for neighbors in choices]


def checked_neighbors(function):
    """The neighbors of a function as a tuple; a ValueError unless they are none, or as many as it counts."""
    given, count = function.neighbors, 2 if function.is_angular else 1
    if isinstance(given, list | tuple) and len(given) in (0, count):
        if all(isinstance(element, str) and element for element in given):
            return tuple(given)
    what = "two elements" if function.is_angular else "one element"
    raise ValueError(f"`neighbors` of {function.kind} must be empty or name {what}. Received: neighbors={given!r}")


def check_elements(elements):
    """A ValueError unless `elements` is a list of different symbols."""
    if isinstance(elements, str) or not elements or len(set(elements)) != len(elements):
        raise ValueError(f"`elements` must be a list of different symbols. Received: elements={elements!r}")


def check_element(function, element, elements):
    """A ValueError unless `element`, which the function counts, is one of `elements`."""
    if element not in elements:
        raise ValueError(f"{function} counts {element}, which is not in `elements`. Received: elements={elements}")


def _check_kind(kind):
    if not isinstance(kind, str) or kind not in PARAMETERS:
        raise ValueError(f"`kind` must be one of {', '.join(PARAMETERS)}. Received: kind={kind!r}")


def finite_number(name, value):
    """The value as a float; a ValueError, with the name of the parameter, unless it is a finite number."""
    try:
        number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    except OverflowError:  # an integer of hundreds of digits
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"`{name}` must be a finite number. Received: {name}={value!r}")
    return number


def checked_cutoff(value):
    """The cutoff radius in A as a float; a ValueError unless it is a number from 0.1 to 100."""
    cutoff = finite_number("cutoff", value)
    if not SMALLEST_CUTOFF <= cutoff <= LARGEST_CUTOFF:
        raise ValueError(f"`cutoff` must be from {SMALLEST_CUTOFF:g} to {LARGEST_CUTOFF:g} A. Received: cutoff={value}")
    return cutoff

"""The compact symmetry functions C2, C4 and C5 of Bircher, Singraber and Dellago as plain data."""

from dataclasses import dataclass

from atomzoo.layers.descriptors.chebyshev_functions import checked_weights
from atomzoo.layers.descriptors.functions import (
    check_element,
    checked_cutoff,
    checked_neighbors,
    finite_number,
    with_neighbors,
)

RADIAL = ("rlow", "cutoff", "subtype")
ANGULAR = ("rlow", "cutoff", "thetalow", "thetahigh", "subtype")
COMPACT_PARAMETERS = {"C2": RADIAL, "C4": ANGULAR, "C5": ANGULAR}
SUBTYPES = ("p1", "p2", "p3", "p4", "p1a", "p2a", "p3a", "p4a", "e")
ALL_ANGLES = {"thetalow": 0.0, "thetahigh": 180.0}


@dataclass(frozen=True)
class CompactFunction:
    """One symmetry function with compact support, as n2p2 has them beside those of Behler.

    For atom i, with the angle t at i between the neighbors j and k:

        C2 = sum_j   s_j     R(r_ij)                                n2p2's type 20, with weights 23
        C4 = sum_j<k s_j s_k R(r_ij) R(r_ik) R(r_jk) A(t)           21, with weights 24 (narrow)
        C5 = sum_j<k s_j s_k R(r_ij) R(r_ik)         A(t)           22, with weights 25 (wide)

    R is `f(|r - c| / w)` between `rlow` and `cutoff`, and 0 beyond; c is the center and 2 w the width of this range.
    A is the same of t between `thetalow` and `thetahigh`. The subtype names f, which falls from f(0) = 1 to f(1) = 0:

        p1 to p4  the polynomial of lowest degree of which as many derivatives vanish at both ends: p2 is
                  ((15 - 6 x) x - 10) x^3 + 1
        p1a ...   R is steeper inside: that polynomial of x (2 - x), which makes R alone asymmetric; A stays as it is
        e         exp(1 - 1 / (1 - x^2))

    A negative `rlow` is as good as a positive one: -Rc makes R fall from r = 0 to Rc. Angles are in [0, 180] degrees; a
    range beyond them must have its center at 0 or 180, where A is 1 and its slope 0.

    n2p2 takes nothing of atoms that are on one line to the last bit; here A is continuous there.

    Args:
        kind: "C2", "C4" or "C5".
        cutoff: upper end of the radial range in A, from 0.1 to 100.
        rlow: lower end of it in A; None for `-cutoff`.
        thetalow, thetahigh: ends of the angular range in degrees (C4, C5).
        subtype: "p1" to "p4", "p1a" to "p4a", or "e".
        neighbors: `()` for every neighbor element, or every unordered pair of them; else the one element (C2) or the
            two elements (C4, C5) it counts, with s = 1.
        weights: `()`, or pairs of an element and its weight s: then neighbors of all elements are counted, those not
            named with 0. n2p2's weights are atomic numbers.

    Raises:
        ValueError: a value out of range, or one that this kind of function does not use.

    Example:
        >>> str(CompactFunction("C5", cutoff=6.0, thetalow=60.0, neighbors=("Ti", "O")))
        'C5(Ti-O) rlow=-6 cutoff=6 thetalow=60 thetahigh=180 subtype=p2'

    References:
        Bircher, Singraber and Dellago, Mach. Learn.: Sci. Technol. 2, 035026 (2021),
        https://arxiv.org/abs/2010.14414
    """

    kind: str
    cutoff: float
    rlow: float | None = None
    thetalow: float = ALL_ANGLES["thetalow"]
    thetahigh: float = ALL_ANGLES["thetahigh"]
    subtype: str = "p2"
    neighbors: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()

    def __post_init__(self):
        if self.kind not in COMPACT_PARAMETERS:
            raise ValueError(f"`kind` must be one of {', '.join(COMPACT_PARAMETERS)}. Received: kind={self.kind!r}")
        if self.subtype not in SUBTYPES:
            raise ValueError(f"`subtype` must be one of {', '.join(SUBTYPES)}. Received: subtype={self.subtype!r}")
        object.__setattr__(self, "cutoff", checked_cutoff(self.cutoff))
        object.__setattr__(self, "rlow", -self.cutoff if self.rlow is None else finite_number("rlow", self.rlow))
        for name in ALL_ANGLES:
            object.__setattr__(self, name, finite_number(name, getattr(self, name)))
        object.__setattr__(self, "neighbors", checked_neighbors(self))
        object.__setattr__(self, "weights", checked_weights(self.weights))
        self._check_ranges()

    @property
    def is_angular(self):
        """Whether it sums over pairs of neighbors (C4, C5)."""
        return self.kind != "C2"

    def resolved(self, elements):
        """The functions, each with `neighbors` or weights set, that it stands for; see `resolve`."""
        for element, _ in self.weights:
            check_element(self, element, elements)
        return [self] if self.weights else with_neighbors(self, elements)

    def to_dict(self):
        """Returns a dict of the fields that matter to its kind, ready for JSON; `neighbors` and weights only if set."""
        fields = {"kind": self.kind} | {name: getattr(self, name) for name in COMPACT_PARAMETERS[self.kind]}
        neighbors = {"neighbors": list(self.neighbors)} if self.neighbors else {}
        return fields | neighbors | ({"weights": [list(pair) for pair in self.weights]} if self.weights else {})

    @classmethod
    def from_dict(cls, fields):
        """The function that `to_dict` described; parameters left out take their default.

        Raises:
            ValueError: a key is missing, unknown or bad, and which.
        """
        for name in ("kind", "cutoff"):
            if name not in fields:
                raise ValueError(f"A compact function needs the key `{name}`. Received: {fields}")
        known = ("kind", "neighbors", "weights", *COMPACT_PARAMETERS.get(fields["kind"], ()))
        unknown = [name for name in fields if name not in known]
        if unknown:
            raise ValueError(f"{fields['kind']} has no key `{unknown[0]}`. Received: {fields}")
        return cls(**fields)

    def __str__(self):
        weights = " ".join(f"{element}:{weight:g}" for element, weight in self.weights)
        values = [getattr(self, name) for name in COMPACT_PARAMETERS[self.kind]]
        texts = [value if isinstance(value, str) else f"{value:g}" for value in values]
        pairs = zip(COMPACT_PARAMETERS[self.kind], texts, strict=True)
        return f"{self.kind}({weights or '-'.join(self.neighbors) or '*'}) {' '.join(map('='.join, pairs))}"

    def _check_ranges(self):
        low, high = self.thetalow, self.thetahigh
        for holds, rule, names in (
            (self.rlow < self.cutoff, "`rlow` must be below `cutoff`", ("rlow", "cutoff")),
            (low < high <= low + 360, "`thetahigh` must be above `thetalow`, by 360 at most", tuple(ALL_ANGLES)),
            (low >= 0 or low == -high, "a range with angles below 0 must have its center at 0", tuple(ALL_ANGLES)),
            (high <= 180 or low == 360 - high, "one above 180 must have its center at 180", tuple(ALL_ANGLES)),
            (not (self.neighbors and self.weights), "give `neighbors` or `weights`", ("neighbors", "weights")),
        ):
            if not holds:
                received = ", ".join(f"{name}={getattr(self, name)}" for name in names)
                raise ValueError(f"{rule}. Received: {received}")
        for name, default in ALL_ANGLES.items():
            if not self.is_angular and getattr(self, name) != default:
                raise ValueError(f"{self.kind} does not use `{name}`. Received: {name}={getattr(self, name)}")

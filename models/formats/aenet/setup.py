"""aenet's structural fingerprint set-up (`.stp`): the symmetry functions of one central element.

    DESCR
      any text
    END DESCR
    ATOM Ti                              central element
    ENV 2                                its neighbor elements, one a line
    Ti
    O
    RMIN 0.75d0                          shortest distance, A
    SYMMFUNC type=Behler2011             or FUNCTIONS
    1                                    number of functions, then one a line, keys in any order
    G=2 type2=O eta=0.003214 Rs=0.0 Rc=6.5

or, in place of SYMMFUNC, the descriptor of Artrith, Urban and Ceder (2017),

    BASIS type=Chebyshev
    radial_Rc = 8.0 radial_N = 16 angular_Rc = 6.5 angular_N = 4

G=1 takes type2 and Rc; G=2 also Rs and eta; G=3 also kappa; G=4 and G=5 take type2, type3, Rc, lambda, zeta, eta.
Everything after `!`, `#` or `%` is a comment. Lengths are in A, eta in A^-2, kappa in A^-1.
"""

import math
from dataclasses import dataclass

from ase.data import atomic_numbers

from atomzoo.datasets.io.output_files import replacing
from atomzoo.layers.descriptors.chebyshev_functions import ChebyshevFunction, chebyshev_basis
from atomzoo.layers.descriptors.functions import SymmetryFunction

KEYS = {
    "G1": ("type2", "Rc"),
    "G2": ("type2", "Rc", "Rs", "eta"),
    "G3": ("type2", "Rc", "kappa"),
    "G4": ("type2", "type3", "Rc", "lambda", "zeta", "eta"),
    "G5": ("type2", "type3", "Rc", "lambda", "zeta", "eta"),
}
FIELDS = {"Rc": "cutoff", "Rs": "rs", "eta": "eta", "kappa": "kappa", "lambda": "lambda_", "zeta": "zeta"}
BASIS_KEYS = ("radial_Rc", "radial_N", "angular_Rc", "angular_N")


@dataclass(frozen=True)
class AenetSetup:
    """The content of one `.stp` file.

    Args:
        element: chemical symbol of the central atom.
        neighbor_elements: symbols of its neighbors, in ENV order.
        functions: `SymmetryFunction`s with `neighbors` set, in file order; or the `ChebyshevFunction`s of one basis.
        rmin: shortest distance that aenet accepts, in A; aenet's own default is 1.
        description: free text.

    Raises:
        ValueError: an unknown or repeated element, no functions, or one whose neighbors are not among the elements.
    """

    element: str
    neighbor_elements: tuple[str, ...]
    functions: tuple[SymmetryFunction | ChebyshevFunction, ...]
    rmin: float = 1.0
    description: str = ""

    def __post_init__(self):
        for name, kind in (("neighbor_elements", tuple), ("functions", tuple), ("rmin", float)):
            object.__setattr__(self, name, kind(getattr(self, name)))
        for element in (self.element, *self.neighbor_elements):
            check_element(element)
        check_environment(self.neighbor_elements)
        check_rmin(self.rmin)
        if not self.functions:
            raise ValueError(f"A set-up needs one or more functions. Received: {self.functions}")
        if self.is_chebyshev:
            basis_parameters(self.functions, self.neighbor_elements)
        else:
            for function in self.functions:
                check_neighbors(function, self.neighbor_elements)

    @property
    def is_chebyshev(self):
        """Whether it is a Chebyshev basis."""
        return any(isinstance(function, ChebyshevFunction) for function in self.functions)


def write_setup(setup, path):
    """Writes an aenet `.stp` file; `read_setup` gives back the same numbers to the last bit, and the same order.

    Args:
        setup: `AenetSetup`.
        path: the file, replaced only once all is written.

    Raises:
        ValueError: something the format cannot hold (a shift `rs` in G4 or G5, "END DESCR" in the description).
    """
    if "end descr" in setup.description.lower():
        raise ValueError(f"The description must not contain END DESCR. Received: {setup.description!r}")
    text = "\n".join(
        [
            "DESCR",
            *(f"  {line}" for line in setup.description.splitlines()),
            "END DESCR",
            f"\nATOM {setup.element}",
            f"\nENV {len(setup.neighbor_elements)}",
            *setup.neighbor_elements,
            f"\nRMIN {float(setup.rmin)!r}",
            *(_format_basis(setup) if setup.is_chebyshev else _format_functions(setup)),
        ]
    )
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def canonical_order(setup):
    """The order in which aenet keeps the features inside its networks, which is not that of the file.

    For each neighbor element a in ENV order: G1, then G2, then G3 of a; then for each b from a on, G4, then G5 of
    the pair (a, b); functions of the same kind and neighbors in file order. Chebyshev bases have one order only.

    Args:
        setup: `AenetSetup`.

    Returns:
        List of indices: feature k of aenet is `setup.functions[canonical_order(setup)[k]]`.

    Example:
        >>> functions = [SymmetryFunction("G1", 6.0, neighbors=(element,)) for element in ("O", "Ti")]
        >>> canonical_order(AenetSetup("Ti", ["Ti", "O"], functions))
        [1, 0]
    """

    if setup.is_chebyshev:
        return list(range(len(setup.functions)))

    def key(index):
        function = setup.functions[index]
        first, *second = sorted(setup.neighbor_elements.index(element) for element in function.neighbors)
        return first, second, function.kind  # the empty list of G1-G3 comes before every pair

    return sorted(range(len(setup.functions)), key=key)


def basis_parameters(functions, elements):
    """What defines a Chebyshev basis: radial cutoff and order, angular cutoff and order.

    Args:
        functions: list of functions.
        elements: symbols of the neighbor elements, in ENV order.

    Raises:
        ValueError: they are not those of one basis with aenet's weights, or aenet evaluates that basis wrongly.
    """
    radial = [f for f in functions if isinstance(f, ChebyshevFunction) and f.kind == "T2"]
    angular = [f for f in functions if isinstance(f, ChebyshevFunction) and f.kind == "T3"]
    if radial and angular:
        orders = [max(function.order for function in part) for part in (radial, angular)]
        found = (radial[0].cutoff, orders[0], angular[0].cutoff, orders[1])
        if found[2] > found[0] and len(elements) > 1:
            raise ValueError(
                "aenet mixes up the weights of elements where the angular cutoff is larger than the radial one. "
                f"Received: angular_Rc={found[2]}, radial_Rc={found[0]}"
            )
        if list(functions) == chebyshev_basis(elements, *found):
            return found
    raise ValueError(
        f"expected a whole Chebyshev basis with aenet's weights of {', '.join(elements)}. "
        f"Received: {len(functions)} other functions, the first {functions[0]}"
    )


def _format_basis(setup):
    parameters = basis_parameters(setup.functions, setup.neighbor_elements)
    yield "\nBASIS type=Chebyshev"
    yield " ".join(f"{key}={value!r}" for key, value in zip(BASIS_KEYS, parameters, strict=True))


def _format_functions(setup):
    yield f"\nSYMMFUNC type=Behler2011\n{len(setup.functions)}"
    yield from map(_format_function, setup.functions)


def _format_function(function):
    if function.is_angular and function.rs:
        raise ValueError(f"An aenet set-up cannot shift the distances of {function.kind}. Received: {function}")
    types = dict(zip(("type2", "type3"), function.neighbors, strict=False))
    values = (types[key] if key in types else repr(getattr(function, FIELDS[key])) for key in KEYS[function.kind])
    return " ".join([f"G={function.kind[1]}", *map("=".join, zip(KEYS[function.kind], values, strict=True))])


def check_element(symbol):
    if not atomic_numbers.get(symbol):
        raise ValueError(f"expected a chemical element. Received: {symbol!r}")
    return symbol


def check_environment(elements):
    if not elements or len(set(elements)) != len(elements):
        raise ValueError(f"ENV must name one or more different elements. Received: {', '.join(elements)}")
    return elements


def check_rmin(rmin):
    if not (math.isfinite(rmin) and rmin >= 0):
        raise ValueError(f"RMIN must be a finite distance, not negative. Received: {rmin}")
    return rmin


def check_neighbors(function, elements):
    if not function.neighbors or set(function.neighbors) - set(elements):
        raise ValueError(f"neighbors must be among ENV {', '.join(elements)}. Received: {function}")
    return function

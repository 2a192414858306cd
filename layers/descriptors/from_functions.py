"""The descriptor that belongs to a list of functions."""

from atomzoo.layers.descriptors.chebyshev import ChebyshevDescriptor
from atomzoo.layers.descriptors.chebyshev_functions import KINDS, ChebyshevFunction
from atomzoo.layers.descriptors.functions import SymmetryFunction
from atomzoo.layers.descriptors.symmetry_function_layer import SymmetryFunctionLayer


def descriptor_from_functions(functions, elements, cutoff_function="cosine", trainable=False, name=None, dtype=None):
    """A `SymmetryFunctionLayer` of symmetry functions, or a `ChebyshevDescriptor` of Chebyshev functions.

    Args:
        functions: List of `SymmetryFunction`, or of `ChebyshevFunction`, or of their dicts.
        elements: List of chemical symbols; a species index is a position in it.
        cutoff_function, trainable: See `SymmetryFunctionLayer`.
        name, dtype: Of the layer.

    Raises:
        ValueError: if functions of both kinds are among them, or Chebyshev functions, which have no parameters, are to
            be trained.

    Example:

    >>> from atomzoo.layers import SymmetryFunction, chebyshev_basis, descriptor_from_functions
    >>> type(descriptor_from_functions([SymmetryFunction("G1", cutoff=6.0)], ["Au"])).__name__
    'SymmetryFunctionLayer'
    >>> type(descriptor_from_functions(chebyshev_basis(["Au"], 6.0, 8, 6.0, 4), ["Au"])).__name__
    'ChebyshevDescriptor'
    """
    functions = [function_from(given) for given in functions]
    chebyshev = [function for function in functions if isinstance(function, ChebyshevFunction)]
    if not chebyshev:
        return SymmetryFunctionLayer(functions, elements, cutoff_function, trainable, name=name, dtype=dtype)
    if len(chebyshev) < len(functions):
        other = next(function for function in functions if function not in chebyshev)
        raise ValueError(
            f"`functions` must all be symmetry functions, or all Chebyshev functions. Received: {chebyshev[0]}, {other}"
        )
    if trainable:
        raise ValueError(f"Chebyshev functions have no parameters to train. Received: trainable={trainable!r}")
    return ChebyshevDescriptor(functions, elements, cutoff_function, name=name, dtype=dtype)


def function_from(given):
    """A `SymmetryFunction` or `ChebyshevFunction`, given as such or as its dict.

    Example:

    >>> from atomzoo.layers.descriptors.from_functions import function_from
    >>> str(function_from({"kind": "G1", "cutoff": 6.0}))
    'G1(*) cutoff=6'
    """
    if isinstance(given, SymmetryFunction | ChebyshevFunction):
        return given
    is_chebyshev = isinstance(given, dict) and given.get("kind") in KINDS
    return (ChebyshevFunction if is_chebyshev else SymmetryFunction).from_dict(given)

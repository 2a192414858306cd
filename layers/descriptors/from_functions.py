"""The descriptor that belongs to a list of functions."""

from atomzoo.layers.descriptors.chebyshev import ChebyshevDescriptor
from atomzoo.layers.descriptors.chebyshev_functions import KINDS, ChebyshevFunction
from atomzoo.layers.descriptors.concatenated import ConcatenatedDescriptor
from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.layers.descriptors.symmetry_function_layer import SymmetryFunctionLayer


def descriptor_from_functions(functions, elements, cutoff_function="cosine", trainable=False, name=None, dtype=None):
    """A `SymmetryFunctionLayer`, a `ChebyshevDescriptor`, or both in a `ConcatenatedDescriptor`.

    Args:
        functions: List of `SymmetryFunction` and `ChebyshevFunction`, or of their dicts.
        elements: List of chemical symbols; a species index is a position in it.
        cutoff_function, trainable: See `SymmetryFunctionLayer`.
        name, dtype: Of the layer.

    Returns:
        `Descriptor`, whose features are in the order of the functions, each resolved by element.

    Raises:
        ValueError: if one of them is bad, or Chebyshev functions, which have no parameters, are to be trained.

    Example:

    >>> from atomzoo.layers import SymmetryFunction, chebyshev_basis, descriptor_from_functions
    >>> type(descriptor_from_functions([SymmetryFunction("G1", cutoff=6.0)], ["Au"])).__name__
    'SymmetryFunctionLayer'
    >>> type(descriptor_from_functions(chebyshev_basis(["Au"], 6.0, 8, 6.0, 4), ["Au"])).__name__
    'ChebyshevDescriptor'
    """
    functions = [function_from(given) for given in functions]
    kinds = [isinstance(function, ChebyshevFunction) for function in functions]
    symmetry, chebyshev = ([f for f, kind in zip(functions, kinds, strict=True) if kind == k] for k in (False, True))
    if trainable and chebyshev:
        raise ValueError(f"Chebyshev functions have no parameters to train. Received: trainable={trainable!r}")
    options = {"dtype": dtype} if symmetry and chebyshev else {"dtype": dtype, "name": name}
    parts = []
    if symmetry or not chebyshev:
        parts.append(SymmetryFunctionLayer(symmetry, elements, cutoff_function, trainable, **options))
    if chebyshev:
        parts.append(ChebyshevDescriptor(chebyshev, elements, cutoff_function, **options))
    if len(parts) == 1:
        return parts[0]
    found = [function for part in parts for function in part.functions]
    columns = [found.index(function) for function in resolve(functions, elements)]
    return ConcatenatedDescriptor(parts, columns, name=name, dtype=dtype)


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

"""The descriptor that belongs to a list of functions."""

from atomzoo.layers.descriptors.chebyshev import ChebyshevDescriptor
from atomzoo.layers.descriptors.chebyshev_functions import KINDS, ChebyshevFunction
from atomzoo.layers.descriptors.compact import CompactDescriptor
from atomzoo.layers.descriptors.compact_functions import COMPACT_PARAMETERS, CompactFunction
from atomzoo.layers.descriptors.concatenated import ConcatenatedDescriptor
from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve
from atomzoo.layers.descriptors.symmetry_function_layer import SymmetryFunctionLayer


def descriptor_from_functions(functions, elements, cutoff_function="cosine", trainable=False, name=None, dtype=None):
    """A `SymmetryFunctionLayer`, `ChebyshevDescriptor` or `CompactDescriptor`; or a `ConcatenatedDescriptor` of these.

    Args:
        functions: List of `SymmetryFunction`, `ChebyshevFunction` and `CompactFunction`, or of their dicts.
        elements: List of chemical symbols; a species index is a position in it.
        cutoff_function, trainable: See `SymmetryFunctionLayer`.
        name, dtype: Of the layer.

    Returns:
        `Descriptor`, whose features are in the order of the functions, each resolved by element.

    Raises:
        ValueError: if one of them is bad, or Chebyshev or compact functions, which have no weights, are to be trained.

    Example:

    >>> from atomzoo.layers import SymmetryFunction, chebyshev_basis, descriptor_from_functions
    >>> type(descriptor_from_functions([SymmetryFunction("G1", cutoff=6.0)], ["Au"])).__name__
    'SymmetryFunctionLayer'
    >>> type(descriptor_from_functions(chebyshev_basis(["Au"], 6.0, 8, 6.0, 4), ["Au"])).__name__
    'ChebyshevDescriptor'
    """
    functions = [function_from(given) for given in functions]
    symmetry, chebyshev, compact = (
        [function for function in functions if isinstance(function, kind)]
        for kind in (SymmetryFunction, ChebyshevFunction, CompactFunction)
    )
    if trainable and (chebyshev or compact):
        what = "Chebyshev" if chebyshev else "Compact"
        raise ValueError(f"{what} functions have no parameters to train. Received: trainable={trainable!r}")
    only = len(functions) in (len(symmetry), len(chebyshev), len(compact))
    options = {"dtype": dtype, "name": name} if only else {"dtype": dtype}
    parts = []
    if symmetry or not functions:
        parts.append(SymmetryFunctionLayer(symmetry, elements, cutoff_function, trainable, **options))
    if chebyshev:
        parts.append(ChebyshevDescriptor(chebyshev, elements, cutoff_function, **options))
    if compact:
        parts.append(CompactDescriptor(compact, elements, **options))
    if only:
        return parts[0]
    found = [function for part in parts for function in part.functions]
    columns = [found.index(function) for function in resolve(functions, elements)]
    return ConcatenatedDescriptor(parts, columns, name=name, dtype=dtype)


def function_from(given):
    """A `SymmetryFunction`, `ChebyshevFunction` or `CompactFunction`, given as such or as its dict.

    Example:

    >>> from atomzoo.layers.descriptors.from_functions import function_from
    >>> str(function_from({"kind": "G1", "cutoff": 6.0}))
    'G1(*) cutoff=6'
    """
    if isinstance(given, SymmetryFunction | ChebyshevFunction | CompactFunction):
        return given
    kind = given.get("kind") if isinstance(given, dict) else None
    if kind in KINDS:
        return ChebyshevFunction.from_dict(given)
    return (CompactFunction if kind in tuple(COMPACT_PARAMETERS) else SymmetryFunction).from_dict(given)

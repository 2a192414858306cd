"""What all descriptors side by side must have in common, where a file can hold only one."""

import pytest

from atomzoo.layers import CompactDescriptor, CompactFunction, ConcatenatedDescriptor, SymmetryFunction
from atomzoo.layers import SymmetryFunctionLayer as Symmetry
from atomzoo.layers.descriptors.cutoffs import PolynomialCutoff

RADIAL, ANGULAR = [SymmetryFunction("G2", 5.0, eta=0.1)], [SymmetryFunction("G5", 4.0, eta=0.1, zeta=2)]


def test_one_cutoff_function():
    compact = CompactDescriptor([CompactFunction("C2", cutoff=4.0)], ["Si"])
    polynomials = [PolynomialCutoff(cutoff, order=2) for cutoff in (5.0, 4.0)]
    parts = [Symmetry(functions, ["Si"], f) for functions, f in zip((RADIAL, ANGULAR), polynomials, strict=True)]
    found = ConcatenatedDescriptor([compact, *parts]).cutoff_function
    assert isinstance(found, PolynomialCutoff) and found.order == 2
    for other in ("cosine", PolynomialCutoff(5.0, order=3), PolynomialCutoff(5.0, order=2, inner_fraction=0.5)):
        layer = ConcatenatedDescriptor([*parts, Symmetry(RADIAL, ["Si"], other)])
        with pytest.raises(ValueError, match="All functions must have one cutoff function. Received: "):
            layer.cutoff_function  # noqa: B018


def test_one_way_to_count_pairs():
    once, twice = (Symmetry(ANGULAR, ["Si"], double_count=double) for double in (False, True))
    assert ConcatenatedDescriptor([twice, twice]).double_count and not ConcatenatedDescriptor([once]).double_count
    with pytest.raises(ValueError, match="count each pair of neighbors once, or all twice. Received: both"):
        ConcatenatedDescriptor([once, twice]).double_count  # noqa: B018

import numpy as np
import pytest

from atomzoo.layers import (
    ChebyshevDescriptor,
    CompactDescriptor,
    CompactFunction,
    ConcatenatedDescriptor,
    SymmetryFunction,
    SymmetryFunctionLayer,
    TanhCutoff,
    chebyshev_basis,
    descriptor_from_functions,
)

G2 = SymmetryFunction("G2", 4.0, eta=0.5)
COMPACT = [CompactFunction("C2", 3.0), CompactFunction("C5", 4.0, weights=(("Ti", 22.0), ("O", 8.0)))]
CHEBYSHEV = chebyshev_basis(["Ti", "O"], 4.0, 2, 3.0, 1)


def test_symmetry_functions():
    options = {"cutoff_function": "tanh", "trainable": ("eta",), "name": "functions", "dtype": "float64"}
    layer = descriptor_from_functions([G2, {"kind": "G1", "cutoff": 3.0}], ["Ti", "O"], **options)
    assert type(layer) is SymmetryFunctionLayer and (layer.name, layer.dtype) == ("functions", "float64")
    assert isinstance(layer.cutoff_function, TanhCutoff) and layer.trainable_parameters == ("eta",)
    assert [str(f).split()[0] for f in layer.functions] == ["G2(Ti)", "G2(O)", "G1(Ti)", "G1(O)"]


def test_chebyshev_functions():
    dicts = [function.to_dict() for function in CHEBYSHEV]
    layer = descriptor_from_functions(dicts, ["Ti", "O"], "tanh", name="functions", dtype="float64")
    assert type(layer) is ChebyshevDescriptor and (layer.name, layer.dtype) == ("functions", "float64")
    assert isinstance(layer.cutoff_function, TanhCutoff) and layer.functions == CHEBYSHEV


def test_both_in_the_order_given():
    """Features are those of each alone; a layer from its configuration gives the same."""
    mixed = [CHEBYSHEV[1], G2, *CHEBYSHEV[2:4], SymmetryFunction("G1", 3.0)]
    layer = descriptor_from_functions(mixed, ["Ti", "O"], dtype="float64")
    assert isinstance(layer, ConcatenatedDescriptor) and layer.n_features == 7 == len(layer.feature_names)
    assert [str(f).split("(")[0] for f in layer.functions] == ["T2", "G2", "G2", "T2", "T3", "G1", "G1"]
    inputs = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 1, 0, 1, -1])
    values = np.asarray(layer(*inputs))
    for function, value in zip(layer.functions, values, strict=True):
        alone = descriptor_from_functions([function], ["Ti", "O"], dtype="float64")
        np.testing.assert_allclose(alone(*inputs), [value], rtol=1e-13)
    copy = ConcatenatedDescriptor.from_config(layer.get_config())
    np.testing.assert_array_equal(np.asarray(copy(*inputs)), values)


def test_compact_functions_beside_others():
    """In any order, weighted or not; alone they make a layer that knows no cutoff function."""
    mixed = [COMPACT[1], G2, COMPACT[0], CHEBYSHEV[1]]
    layer = descriptor_from_functions(mixed, ["Ti", "O"], "tanh", dtype="float64")
    assert [str(f).split("(")[0] for f in layer.functions] == ["C5", "G2", "G2", "C2", "C2", "T2"]
    assert isinstance(layer.cutoff_function, TanhCutoff) and layer.sums_over_pairs and not layer.needs_triplets
    inputs = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 1, 0, 1, -1])
    for function, value in zip(layer.functions, np.asarray(layer(*inputs)), strict=True):
        alone = descriptor_from_functions([function], ["Ti", "O"], "tanh", dtype="float64")
        np.testing.assert_allclose(alone(*inputs), [value], rtol=1e-13)
    alone = descriptor_from_functions([f.to_dict() for f in COMPACT], ["Ti", "O"], "tanh", name="c", dtype="float64")
    assert type(alone) is CompactDescriptor and (alone.name, alone.dtype) == ("c", "float64")


def test_parts_of_other_elements():
    parts = [descriptor_from_functions([G2], elements) for elements in (["Ti"], ["O"])]
    with pytest.raises(ValueError, match="must be one or more of the same elements. Received: elements"):
        ConcatenatedDescriptor(parts)


@pytest.mark.parametrize(
    ("functions", "options", "message"),
    [
        (CHEBYSHEV, {"trainable": True}, "have no parameters to train. Received: trainable=True"),
        ([G2, *COMPACT], {"trainable": ("eta",)}, "Compact functions have no parameters to train"),
        ([], {}, "`functions` must name at least one symmetry function. Received: an empty list"),
        ([{"kind": "T4", "cutoff": 4.0}], {}, "`kind` must be one of G1"),
        (["G2"], {}, "A symmetry function must be a dict. Received: 'G2'"),
    ],
)
def test_errors(functions, options, message):
    with pytest.raises(ValueError, match=message):
        descriptor_from_functions(functions, ["Ti", "O"], **options)

import pytest

from atomzoo.layers import (
    ChebyshevDescriptor,
    SymmetryFunction,
    SymmetryFunctionLayer,
    TanhCutoff,
    chebyshev_basis,
    descriptor_from_functions,
)

G2 = SymmetryFunction("G2", 4.0, eta=0.5)
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


@pytest.mark.parametrize(
    ("functions", "options", "message"),
    [
        ([G2, *CHEBYSHEV], {}, r"must all be symmetry functions, or all Cheb.* Received: T2\(\*\) .*, G2\(\*\)"),
        (CHEBYSHEV, {"trainable": True}, "have no parameters to train. Received: trainable=True"),
        ([], {}, "`functions` must name at least one symmetry function. Received: an empty list"),
        ([{"kind": "T4", "cutoff": 4.0}], {}, "`kind` must be one of G1"),
        (["G2"], {}, "A symmetry function must be a dict. Received: 'G2'"),
    ],
)
def test_errors(functions, options, message):
    with pytest.raises(ValueError, match=message):
        descriptor_from_functions(functions, ["Ti", "O"], **options)

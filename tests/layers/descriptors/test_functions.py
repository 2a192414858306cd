import json

import numpy as np
import pytest

from atomzoo.layers.descriptors.functions import SymmetryFunction, resolve

EXAMPLES = [
    SymmetryFunction("G1", 6.5),
    SymmetryFunction("G2", 6.5, eta=4.0, rs=2.5),
    SymmetryFunction("G3", 6.0, kappa=1.5, neighbors=("Ti",)),
    SymmetryFunction("G4", 5.0, eta=0.01, zeta=16, lambda_=-1),
    SymmetryFunction("G5", 6.5, eta=0.2, rs=0.5, zeta=2.5, neighbors=("Ti", "O")),
]


def test_to_dict_holds_only_what_its_kind_uses():
    assert SymmetryFunction("G1", 6).to_dict() == {"kind": "G1", "cutoff": 6.0}
    assert SymmetryFunction("G2", 6, eta=4, rs=2).to_dict() == {"kind": "G2", "cutoff": 6.0, "eta": 4.0, "rs": 2.0}
    angular = {"kind": "G5", "cutoff": 6.5, "eta": 0.2, "rs": 0.5, "zeta": 2.5, "lambda_": 1.0}
    assert EXAMPLES[4].to_dict() == angular | {"neighbors": ["Ti", "O"]}


@pytest.mark.parametrize("function", EXAMPLES, ids=str)
def test_survives_json(function):
    again = SymmetryFunction.from_dict(json.loads(json.dumps(function.to_dict())))
    assert again == function and hash(again) == hash(function)


def test_numbers_become_floats_and_lists_tuples():
    function = SymmetryFunction("G4", np.float32(5), zeta=np.int64(2), neighbors=["O", "O"])
    assert [type(value) for value in (function.cutoff, function.zeta, function.neighbors)] == [float, float, tuple]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"kind": "G6"}, "`kind` must be one of G1, G2, G3, G4, G5. Received: kind='G6'"),
        ({"kind": ["G1"]}, "`kind` must be one of"),
        ({"cutoff": 0}, "`cutoff` must be from 0.1 to 100 A. Received: cutoff=0"),
        ({"cutoff": 0.09}, "`cutoff` must be from 0.1 to 100 A. Received: cutoff=0.09"),
        ({"cutoff": 101}, "`cutoff` must be from 0.1 to 100 A. Received: cutoff=101"),
        ({"cutoff": "6.5"}, "`cutoff` must be a finite number. Received: cutoff='6.5'"),
        ({"cutoff": True}, "`cutoff` must be a finite number"),
        ({"eta": float("nan")}, "`eta` must be a finite number. Received: eta=nan"),
        ({"eta": 10**400}, "`eta` must be a finite number"),
        ({"rs": float("inf")}, "`rs` must be a finite number"),
        ({"eta": -0.1}, "`eta` must not be negative. Received: eta=-0.1"),
        ({"kind": "G4", "zeta": 0.5}, "`zeta` must be at least 1. Received: zeta=0.5"),
        ({"kind": "G5", "lambda_": 0}, r"`lambda_` must be \+1 or -1. Received: lambda_=0.0"),
        ({"zeta": 2}, "G2 does not use `zeta`. Received: zeta=2.0"),
        ({"kind": "G1", "eta": 1}, "G1 does not use `eta`"),
        ({"neighbors": ("Ti", "O")}, "`neighbors` of G2 must be empty or name one element. Received: .*Ti"),
        ({"kind": "G4", "neighbors": ("Ti",)}, "`neighbors` of G4 must be empty or name two elements"),
        ({"kind": "G4", "neighbors": "Ti"}, "`neighbors` of G4 must be empty or name two elements"),
        ({"neighbors": (1,)}, "`neighbors` of G2 must be empty or name one element"),
    ],
)
def test_refuses_bad_values(arguments, message):
    with pytest.raises(ValueError, match=message):
        SymmetryFunction(**({"kind": "G2", "cutoff": 6.5} | arguments))


@pytest.mark.parametrize(
    "fields, message",
    [
        ("G2", "must be a dict. Received: 'G2'"),
        ({"cutoff": 6.5}, "needs the key `kind`"),
        ({"kind": "G2"}, "needs the key `cutoff`"),
        ({"kind": "G2", "cutoff": 6.5, "Rs": 1}, "G2 has no key `Rs`"),
        ({"kind": "G1", "cutoff": 6.5, "eta": 0}, "G1 has no key `eta`"),
        ({"kind": "G9", "cutoff": 6.5, "Rs": 1}, "`kind` must be one of"),
        ({"kind": "G4", "cutoff": 6.5, "neighbors": "Ti"}, "`neighbors` of G4"),
    ],
)
def test_from_dict_names_the_bad_key(fields, message):
    with pytest.raises(ValueError, match=message):
        SymmetryFunction.from_dict(fields)


def test_resolve_goes_by_function_then_element():
    functions = [SymmetryFunction("G2", 6.0, eta=1.0), SymmetryFunction("G4", 6.0)]
    resolved = resolve(functions, ["Ti", "O"])
    assert [f.neighbors for f in resolved] == [("Ti",), ("O",), ("Ti", "Ti"), ("Ti", "O"), ("O", "O")]
    assert [f.kind for f in resolved] == ["G2", "G2", "G4", "G4", "G4"]
    assert resolved[0].eta == 1.0 and resolve(resolved, ["Ti", "O"]) == resolved


def test_resolve_counts_pairs_of_four_elements():
    assert len(resolve([SymmetryFunction("G5", 6.0)], ["H", "C", "N", "O"])) == 10


def test_resolve_keeps_named_neighbors_in_the_order_of_elements():
    named = [SymmetryFunction("G5", 6.0, neighbors=("O", "Ti")), SymmetryFunction("G1", 6.0, neighbors=("O",))]
    assert [f.neighbors for f in resolve(named, ["Ti", "O"])] == [("Ti", "O"), ("O",)]


@pytest.mark.parametrize("elements", [[], ["Ti", "Ti"], "Au"])
def test_resolve_refuses_bad_elements(elements):
    with pytest.raises(ValueError, match="`elements` must be a list of different symbols. Received: "):
        resolve([SymmetryFunction("G1", 6.0)], elements)


def test_resolve_refuses_a_function_of_another_element():
    with pytest.raises(ValueError, match="counts Pt, which is not in `elements`. Received: elements="):
        resolve([SymmetryFunction("G1", 6.0, neighbors=("Pt",))], ["Au"])

import json

import pytest

from atomzoo.layers import CompactFunction
from atomzoo.layers.descriptors.from_functions import function_from
from atomzoo.layers.descriptors.functions import resolve
from tests.examples import ALL_COMPACT, weighted


def test_defaults():
    """The whole sphere within the cutoff, and all angles."""
    function = CompactFunction("C5", 4)
    assert (function.rlow, function.thetalow, function.thetahigh, function.subtype) == (-4.0, 0.0, 180.0, "p2")


def test_resolved_by_element():
    functions = resolve([CompactFunction("C2", 4.0), CompactFunction("C4", 4.0)], ["Ti", "O"])
    assert [function.neighbors for function in functions] == [("Ti",), ("O",), ("Ti", "Ti"), ("Ti", "O"), ("O", "O")]
    (pair,) = resolve([CompactFunction("C5", 4.0, neighbors=("O", "Ti"))], ["Ti", "O"])
    assert pair.neighbors == ("Ti", "O")
    heavy = weighted([CompactFunction("C2", 4.0)], {"Ti": 22.0, "O": 8.0})
    assert resolve(heavy, ["Ti", "O"]) == heavy
    for lost in (CompactFunction("C2", 4.0, neighbors=("Au",)), *weighted([CompactFunction("C2", 4.0)], {"Au": 79.0})):
        with pytest.raises(ValueError, match="counts Au, which is not in `elements`"):
            resolve([lost], ["Ti", "O"])


def test_dicts():
    named = [CompactFunction("C5", 4.0, neighbors=("Ti", "O"))]
    for function in ALL_COMPACT + named + weighted(ALL_COMPACT, {"Ti": 22.0, "O": 8.0}):
        assert function_from(json.loads(json.dumps(function.to_dict()))) == function


def test_text():
    assert str(CompactFunction("C2", 4.0, rlow=0.5, subtype="p2a")) == "C2(*) rlow=0.5 cutoff=4 subtype=p2a"
    (function,) = weighted([CompactFunction("C4", 4.0, thetahigh=120.0)], {"Ti": 22, "O": 8})
    assert str(function) == "C4(Ti:22 O:8) rlow=-4 cutoff=4 thetalow=0 thetahigh=120 subtype=p2"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "C3", "cutoff": 4.0}, "`kind` must be one of G1"),
        ({"kind": "C2"}, "needs the key `cutoff`"),
        ({"kind": "C2", "cutoff": 4.0, "eta": 1.0}, "C2 has no key `eta`"),
        ({"kind": "C2", "cutoff": 4.0, "thetahigh": 90.0}, "C2 has no key `thetahigh`"),
        ({"kind": "C2", "cutoff": float("nan")}, "`cutoff` must be a finite number"),
        ({"kind": "C2", "cutoff": -1.0}, "`cutoff` must be from 0.1 to 100 A. Received: cutoff=-1.0"),
        ({"kind": "C2", "cutoff": 4.0, "rlow": 4.0}, "`rlow` must be below `cutoff`. Received: rlow=4.0, cutoff=4.0"),
        ({"kind": "C2", "cutoff": 4.0, "subtype": "p5"}, "`subtype` must be one of p1, .* Received: subtype='p5'"),
        ({"kind": "C2", "cutoff": 4.0, "subtype": "ea"}, "`subtype` must be one of"),
        ({"kind": "C2", "cutoff": 101.0}, "`cutoff` must be from 0.1 to 100 A. Received: cutoff=101.0"),
        ({"kind": "C5", "cutoff": 4.0, "thetalow": 90.0, "thetahigh": 90.0}, "`thetahigh` must be above `thetalow`"),
        ({"kind": "C5", "cutoff": 4.0, "thetalow": -200.0, "thetahigh": 200.0}, "by 360 at most"),
        ({"kind": "C5", "cutoff": 4.0, "thetalow": -30.0}, "angles below 0 must have its center at 0"),
        ({"kind": "C5", "cutoff": 4.0, "thetalow": 90.0, "thetahigh": 200.0}, "above 180 must have its center at 180"),
        ({"kind": "C5", "cutoff": 4.0, "neighbors": ["O"]}, "`neighbors` of C5 must be empty or name two elements"),
        ({"kind": "C2", "cutoff": 4.0, "neighbors": ["O"], "weights": [["O", 8.0]]}, "give `neighbors` or `weights`"),
        ({"kind": "C2", "cutoff": 4.0, "weights": [["O"]]}, "`weights` must be pairs"),
    ],
)
def test_errors(fields, message):
    with pytest.raises(ValueError, match=message) as error:
        function_from(fields)
    assert "\n" not in str(error.value)


def test_radial_functions_have_no_angles():
    with pytest.raises(ValueError, match="C2 does not use `thetalow`. Received: thetalow=10.0"):
        CompactFunction("C2", 4.0, thetalow=10.0)

import json
import random

import numpy as np
import pytest

from atomzoo.layers.descriptors.chebyshev_functions import ChebyshevFunction, chebyshev_basis
from atomzoo.layers.descriptors.functions import SymmetryFunction
from atomzoo.models.formats.aenet.setup import AenetSetup, canonical_order, write_setup
from atomzoo.models.formats.aenet.setup_reader import read_setup

TEXT = """\
! a comment
DESCR
  Gold on ! not a comment
  titania
END DESCR

ATOM Au   # the central one
env 2
Au
% between
Ti
RMIN 0.75d0
SYMMFUNC type = Behler2011
6
G=5 type3=Au type2=Ti eta=1.0d-2 lambda=-1.0 zeta=2.0 Rc=6.5
G=3 type2=Ti kappa=1.5 Rc=6.0

eta = 4.E0, Rs = 2.5 G = 2 type2 = Au   Rc = .65D+1  ! trailing
G=1 type2=Au Rc=5
G=2 type2=Au eta=0.1 Rc=6.5
G=4 type2=Au type3=Au eta=0 lambda=+1 zeta=16 Rc=6.5
"""
FUNCTIONS = (
    SymmetryFunction("G5", 6.5, eta=0.01, lambda_=-1, zeta=2, neighbors=("Ti", "Au")),
    SymmetryFunction("G3", 6.0, kappa=1.5, neighbors=("Ti",)),
    SymmetryFunction("G2", 6.5, eta=4.0, rs=2.5, neighbors=("Au",)),
    SymmetryFunction("G1", 5.0, neighbors=("Au",)),
    SymmetryFunction("G2", 6.5, eta=0.1, neighbors=("Au",)),
    SymmetryFunction("G4", 6.5, zeta=16, neighbors=("Au", "Au")),
)
CHEBYSHEV = """\
DESCR
END DESCR
ATOM Ti
ENV 2
Ti
O
RMIN 0.55d0
BASIS type=Chebyshev
radial_Rc = 8.0  radial_N = 3 angular_Rc = 6.5  angular_N = 1
"""
SETUP = AenetSetup("Au", ("Au", "Ti"), FUNCTIONS, 0.75, "Gold on ! not a comment\ntitania")


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "X.stp"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_reads_every_kind_comments_spaces_and_fortran_numbers(write):
    assert read_setup(write(TEXT)) == SETUP


def test_reads_windows_line_ends_and_other_encodings(write):
    assert read_setup(write(TEXT.replace("\n", "\r\n"))) == SETUP
    assert read_setup(write(TEXT.encode().replace(b"titania", b"\xe9\xff"))).functions == FUNCTIONS


def test_functions_is_an_alias_and_rmin_has_aenets_default(write):
    setup = read_setup(write(TEXT.replace("SYMMFUNC", "FUNCTIONS").replace("RMIN 0.75d0\n", "")))
    assert setup.functions == FUNCTIONS and setup.rmin == 1.0


def test_writes_what_it_reads(tmp_path):
    write_setup(SETUP, tmp_path / "Au.stp")
    assert read_setup(tmp_path / "Au.stp") == SETUP
    assert [path.name for path in tmp_path.iterdir()] == ["Au.stp"]


def test_numbers_survive_to_the_last_bit(tmp_path):
    function = SymmetryFunction("G2", 0.1 + 0.2, eta=1e-17 / 3, rs=-2 / 3, neighbors=("Au",))
    setup = AenetSetup("Au", ("Au",), (function,), rmin=1 / 3)
    write_setup(setup, tmp_path / "Au.stp")
    assert read_setup(tmp_path / "Au.stp") == setup


@pytest.mark.parametrize(
    "function, description, message",
    [
        (SymmetryFunction("G5", 6.0, rs=1.0, neighbors=("Au", "Au")), "", "cannot shift the distances of G5. Received"),
        (SymmetryFunction("G1", 6.0, neighbors=("Au",)), "x\nEnd Descr\n", "must not contain END DESCR. Received"),
    ],
)
def test_refuses_to_write_what_the_format_cannot_hold(tmp_path, function, description, message):
    path = tmp_path / "Au.stp"
    path.write_text("as it was")
    with pytest.raises(ValueError, match=message):
        write_setup(AenetSetup("Au", ("Au",), (function,), description=description), path)
    assert path.read_text() == "as it was"


def test_a_setup_needs_resolved_functions():
    with pytest.raises(ValueError, match="neighbors must be among ENV Au. Received: G1"):
        AenetSetup("Au", ["Au"], [SymmetryFunction("G1", 6.0)])
    with pytest.raises(ValueError, match="needs one or more functions"):
        AenetSetup("Au", ["Au"], [])


def test_canonical_order_is_by_elements_then_kind_then_file():
    # Au: G1, G2, G2; Au-Au: G4; Au-Ti: G5; Ti: G3
    assert canonical_order(SETUP) == [3, 2, 4, 5, 0, 1]


def test_canonical_order_is_that_of_aenets_own_output(reference_data):
    setup = read_setup(reference_data / "aenet" / "behler2011_tio2" / "Ti.stp")
    expected = json.loads((reference_data / "aenet" / "symmetry_function_values.json").read_text())["order"]
    assert (setup.element, setup.neighbor_elements, setup.rmin, setup.description) == ("Ti", ("Ti", "O"), 0.75, "Ti")
    for index, row in zip(canonical_order(setup), expected, strict=True):
        function = setup.functions[index]
        assert set(function.neighbors) == {row["type2"], row.get("type3", row["type2"])}
        names = {"eta": "eta", "Rc": "cutoff", "Rs": "rs", "lambda": "lambda_", "zeta": "zeta"}
        assert all(getattr(function, names[key]) == row[key] for key in names.keys() & row.keys())
        assert function.kind == f"G{row['G']:.0f}"


@pytest.mark.parametrize(
    "old, new, line, message",
    [
        ("ATOM Au", "ATOM Xx", 7, "expected a chemical element. Received: 'Xx'"),
        ("ATOM Au", "ATOM X", 7, "expected a chemical element"),
        ("END DESCR", "", 21, "END DESCR is missing"),
        ("env 2", "env two", 8, "ENV must be a positive whole number. Received: 'two'"),
        ("env 2", "env " + 5000 * "9", 8, "integer string"),
        ("env 2", "env 999999999", 12, "expected a chemical element"),
        ("\nTi\nRMIN", "\nAu\nRMIN", 11, "ENV must name one or more different elements. Received: Au, Au"),
        ("0.75d0", "abc", 12, "RMIN must be a number. Received: 'abc'"),
        ("0.75d0", "1e999", 12, "RMIN must be a finite distance"),
        ("0.75d0", "-1", 12, "RMIN must be a finite distance"),
        ("RMIN 0.75d0", "ATOM Ti", 12, "given twice. Received: 'ATOM Ti'"),
        ("RMIN 0.75d0", "RADIUS 3", 12, "unknown keyword. Received: 'RADIUS 3'"),
        ("SYMMFUNC type = Behler2011", "SYMMFUNC type=LJ", 13, "only type=Behler2011 can be read"),
        ("SYMMFUNC type = Behler2011", "SYMMFUNC", 13, "only type=Behler2011 can be read"),
        ("SYMMFUNC type = Behler2011", "BASIS type=Chebyshev", 14, "expected key=value pairs. Received: '6'"),
        ("SYMMFUNC type = Behler2011", "BASIS type=Bessel", 13, "a BASIS is of type=Chebyshev"),
        ("2011\n6", "2011\n0", 14, "number of functions must be a positive whole number"),
        ("2011\n6", "2011\n7", 21, "the file ends before its 7 functions. Received: 6 functions"),
        ("2011\n6", "2011\n5", 21, "unknown keyword. Received: 'G=4"),
        ("G=3 type2=Ti", "G=6 type2=Ti", 16, "G must be 1, 2, 3, 4 or 5. Received: 'G=6"),
        ("G=3 type2=Ti", "type2=Ti", 16, "G must be 1, 2, 3, 4 or 5"),
        ("G=3 type2=Ti", "G=3 type2=O", 16, r"neighbors must be among ENV Au, Ti. Received: G3\(O\)"),
        ("kappa=1.5", "", 16, "G=3 needs kappa. Received: 'G=3"),
        ("kappa=1.5", "kappa=1.5 eta=2", 16, "G=3 has no key 'eta'"),
        ("kappa=1.5", "kappa=1.5 Kappa=2", 16, "a key is given twice"),
        ("kappa=1.5", "kappa 1.5", 16, "expected key=value pairs"),
        ("kappa=1.5", "kappa==1.5", 16, "expected key=value pairs"),
        ("kappa=1.5", "kappa=nan", 16, "kappa must be a number. Received: 'nan'"),
        ("Rc=6.0", "Rc=0", 16, "`cutoff` must be from 0.1 to 100 A. Received: cutoff=0.0"),
        ("zeta=16", "zeta=0.5", 21, "`zeta` must be at least 1"),
    ],
)
def test_errors_name_file_and_line(write, old, new, line, message):
    assert old in TEXT
    path = write(TEXT.replace(old, new, 1))
    with pytest.raises(ValueError, match=message) as error:
        read_setup(path)
    assert str(error.value).startswith(f"{path}, line {line}: ") and "\n" not in str(error.value)


def test_chebyshev_basis(write, tmp_path):
    setup = read_setup(write(CHEBYSHEV))
    weights = (("Ti", -1.0), ("O", 1.0))
    assert setup.functions == tuple(
        ChebyshevFunction(kind, cutoff, order, channel)
        for channel in ((), weights)
        for kind, cutoff, orders in (("T2", 8.0, 4), ("T3", 6.5, 2))
        for order in range(orders)
    )
    assert canonical_order(setup) == list(range(12))
    write_setup(setup, tmp_path / "Ti.stp")
    assert read_setup(tmp_path / "Ti.stp") == setup


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("radial_N = 3", "radial_N = -3", 9, "radial_N must be a whole number from 0 to 999. Received: '-3'"),
        ("radial_N = 3", "radial_N = 999", 9, "`order` must be a whole number from 0 to 500"),
        ("radial_N = 3", "", 9, "a Chebyshev basis needs radial_N"),
        ("angular_N = 1", "angular_N = 1 n = 2", 9, "has the keys radial_Rc, radial_N, angular_Rc, angular_N only"),
        ("= 6.5", "= 8.5", 9, "aenet mixes up the weights of elements"),
        ("ENV 2\nTi\nO\n", "", 5, "ENV must come before the basis"),
    ],
)
def test_errors_of_a_chebyshev_basis(write, old, new, line, message):
    with pytest.raises(ValueError, match=f"line {line}: .*{message}"):
        read_setup(write(CHEBYSHEV.replace(old, new)))


def test_only_whole_chebyshev_bases():
    functions = chebyshev_basis(["Ti", "O"], 8.0, 3, 6.5, 1)
    for chosen in (functions[1:], functions[::-1], [*functions, SymmetryFunction("G1", 6.0, neighbors=("O",))]):
        with pytest.raises(ValueError, match="expected a whole Chebyshev basis with aenet's weights of Ti, O"):
            AenetSetup("Ti", ("Ti", "O"), chosen)
    with pytest.raises(ValueError, match="expected a whole Chebyshev basis"):
        AenetSetup("Ti", ("O", "Ti"), functions)


@pytest.mark.parametrize("text", ["", "\n! nothing\n", "ATOM Au\n", "ATOM Au\nENV 1\nAu\n"])
def test_an_incomplete_file_says_what_is_missing(write, text):
    with pytest.raises(ValueError, match="the file ends without"):
        read_setup(write(text))


def test_functions_need_the_elements_first(write):
    with pytest.raises(ValueError, match="line 1: ENV must come before the functions"):
        read_setup(write("SYMMFUNC type=Behler2011\n1\nG=1 type2=Au Rc=6\nENV 1\nAu\nATOM Au\n"))


def test_a_missing_file_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_setup(tmp_path / "none.stp")


def _mutate(text, rng):
    data = bytearray(text.encode())
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(max(len(data), 1))
        match rng.randrange(5):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + rng.randint(1, 30)]
            case 2:
                data[at:at] = rng.choice([b"=", b"\n", b"-1", b"9" * 5000, b"nan", b"1e999", b"G=", b"\x00", b"ENV "])
            case 3:
                lines = bytes(data).split(b"\n")
                rng.shuffle(lines)
                data = bytearray(b"\n".join(lines))
            case 4:
                data = data[: at + 1]
    return bytes(data)


def test_mutated_files_give_a_clear_error_or_a_setup(write):
    rng = random.Random(0)
    outcomes = {"read": 0, "refused": 0}
    for number in range(2000):
        path = write(_mutate(CHEBYSHEV if number % 4 == 0 else TEXT, rng))
        try:
            setup = read_setup(path)
        except ValueError as error:
            assert str(error).startswith(f"{path}, line ")
            assert len(str(error).splitlines()) == 1 and len(str(error)) < 500
            outcomes["refused"] += 1
        else:
            assert sorted(canonical_order(setup)) == list(range(len(setup.functions)))
            outcomes["read"] += 1
    assert min(outcomes.values()) > 10


def test_plain_numbers(tmp_path):
    """A set-up made of NumPy's numbers is written as one of Python's."""
    functions = [SymmetryFunction("G2", np.float64(6.0), eta=np.float32(0.25), neighbors=("Ti",))]
    write_setup(AenetSetup("Ti", ["Ti"], functions, rmin=np.float64(0.75)), tmp_path / "Ti.stp")
    assert "RMIN 0.75\n" in (tmp_path / "Ti.stp").read_text() and "np." not in (tmp_path / "Ti.stp").read_text()

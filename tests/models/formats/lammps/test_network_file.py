import numpy as np
import pytest

from atomzoo import NeuralNetworkPotential
from atomzoo.datasets.engines.lammps import Lammps, LammpsError
from atomzoo.layers import CompactFunction, RepulsiveCore, SymmetryFunction
from atomzoo.models.formats.lammps import pair_commands, write_lammps
from tests.examples import crystal

FUNCTIONS = [
    SymmetryFunction("G2", 3.5, eta=0.1),
    SymmetryFunction("G5", 3.0, eta=1 / 3, zeta=2, neighbors=("O", "Ti")),
    CompactFunction("C5", 3.5, thetalow=60, neighbors=("O", "Ti")),
    CompactFunction("C2", 3.5, rlow=0.5, subtype="p1a", weights=(("Ti", 22.0), ("O", 8.0))),
]
CORE = "core zbl numbers 22 8 radii 1.3 2.3 0.9 1.6 0.5 0.9"


def potential(**options):
    network = NeuralNetworkPotential.from_functions(["Ti", "O"], FUNCTIONS, hidden=(2,), **options)
    network.feature_scaling.set_statistics(0, [0.1, 0.2, 0.3, 0.1, 0.1], [2.1, 4.2, 1.3, 1.1, 1.1], *np.ones((2, 5)))
    network.atom_sum.shifts.assign([-1.5, 1 / 3])
    return network


@pytest.fixture
def lines(tmp_path):
    core = RepulsiveCore([22, 8], [[1.3, 0.9], [0.9, 0.5]], [[2.3, 1.6], [1.6, 0.9]])
    write_lammps(potential(core=core), tmp_path / "a.nn")
    return (tmp_path / "a.nn").read_text().splitlines()


def test_text(lines):
    assert lines[0] == "nn/manybody 1" and lines[-1] == "end"
    for line in (
        "elements Ti O",
        "cutoff_function cosine inner_fraction 0.0",
        "pair_count 1",
        CORE,
        "G2 cutoff 3.5 eta 0.1 rs 0.0 neighbors O",
        "G5 cutoff 3.0 eta 0.3333333333333333 rs 0.0 zeta 2.0 lambda 1.0 neighbors Ti O",
        "C5 rlow -3.5 cutoff 3.5 thetalow 60.0 thetahigh 180.0 subtype p2 neighbors Ti O",
        "C2 rlow 0.5 cutoff 3.5 subtype p1a weights Ti 22.0 O 8.0",
        "energy_shift 0.3333333333333333",
        "layer tanh 5 2",
        "layer linear 2 1",
    ):
        assert line in lines
    first = next(line for line in lines if line.startswith("0 "))  # (G - 1.1) * 1, as min-max gives [-1, 1]
    np.testing.assert_allclose([float(word) for word in first.split()], [0, 1.1, 1, 0.1, 2.1], atol=2e-4)
    assert any(line.endswith("-inf inf") for line in lines)  # oxygen never occurred


def test_float32_keeps_its_digits(tmp_path):
    network = potential(dtype="float32")
    write_lammps(network, tmp_path / "a.nn")
    lines = (tmp_path / "a.nn").read_text().splitlines()
    place = lines.index("layer tanh 5 2")
    kernel = np.array([line.split() for line in lines[place + 2 : place + 7]], dtype="float64")
    np.testing.assert_array_equal(kernel, np.asarray(network.atomic_network.stacks[0][0].kernel)[0])


@pytest.mark.parametrize(
    ("options", "shift", "message"),
    [
        ({"activation": "hard_tanh"}, 0.0, "no activation 'hard_tanh' of Ti, only linear, tanh"),
        ({}, np.nan, "must be finite. Received: nan"),
    ],
)
def test_refused(tmp_path, options, shift, message):
    network = potential(**options)
    network.atom_sum.shifts.assign([shift, 0.0])
    with pytest.raises(ValueError, match=message):
        write_lammps(network, tmp_path / "a.nn")
    assert not list(tmp_path.iterdir())


BAD = [
    ("nn/manybody 1", "nn/manybody 2", "line 1: only version 1 is known"),
    ("elements Ti O", "elements", "an element must be named"),
    ("pair_count 1", "pair_count 3", "pair_count must be 1 or 2"),
    ("cutoff_function cosine inner_fraction 0.0", "cutoff_function sine", "there is no cutoff function 'sine'"),
    ("G2 cutoff 3.5 eta 0.1 rs 0.0 neighbors Ti", "G2 cutoff 3.5 eta x neighbors Ti", "'x' is not a number"),
    ("G2 cutoff 3.5 eta 0.1 rs 0.0 neighbors O", "G2 cutoff 3.5 eta 0.1 neighbors Au", "there is no element 'Au'"),
    (CORE, "core zbl numbers 22 8 radii 1.3 1.3 0.9 1.6 0.5 0.9", "the radii must be 0 <= inner < outer"),
    (CORE, f"{CORE} 1.0", "a core is zbl, numbers, one of each element, radii, and two of each pair"),
    ("layer tanh 5 2", "layer tanh 4 2", "the layer must have 5 inputs"),
    (
        "C5 rlow -3.5 cutoff 3.5 thetalow 60.0 thetahigh 180.0 subtype p2 neighbors Ti O",
        "C5 rlow -3.5 cutoff 3.5 thetalow 60.0 thetahigh 190.0 subtype p2 neighbors Ti O",
        "the range is not a possible one",
    ),
    (
        "C2 rlow 0.5 cutoff 3.5 subtype p1a weights Ti 22.0 O 8.0",
        "C2 rlow 0.5 cutoff 3.5 subtype p5 weights Ti 22.0 O 8.0",
        "there is no subtype 'p5'",
    ),
    ("layer linear 2 1", "layer line 2 1", "there is no activation 'line'"),
    ("end", "", "the file ends too early"),
]


def test_bad_files(cache, lines, tmp_path):
    path = tmp_path / "a.nn"
    atoms = crystal(["Ti", "O"])
    for line, bad, message in BAD:
        assert line in lines
        path.write_text("\n".join(bad if other == line else other for other in lines))
        with pytest.raises(LammpsError) as raised:
            Lammps(pair_commands(path, ["Ti", "O"]), ["Ti", "O"]).label([atoms])
        assert message in str(raised.value) and "\n" not in str(raised.value)
    path.write_text("\n".join(lines))
    with pytest.raises(LammpsError, match="a.nn has no network of Au"):
        Lammps(pair_commands(path, ["Ti", "Au"]), ["Ti", "O"]).label([atoms])
    with pytest.raises(FileNotFoundError, match=r"there is no file '.*b.nn'"):
        pair_commands(tmp_path / "b.nn", ["Ti", "O"])
